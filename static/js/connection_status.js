/** The connection's state in words, in the header of every page. */

import { moment } from "./times.js";

/**
 * Show the connection's state, now and whenever it changes.
 * @param {import("./transport.js").Transport} transport
 * @param {string} zone
 */
export function showConnection(transport, zone) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector(".state[data-state]"));
  if (!place) return;
  const show = () => {
    const since = moment(new Date(transport.contact.at).toISOString(), zone);
    const labels = {
      live: "live", plain: "live (plain HTTP)", off: `not connected since ${since}`, page: `as of ${since}`,
      refused: `as of ${since}: ${transport.why}`,
    };
    place.dataset.state = transport.state;
    /** @type {HTMLElement} */ (place.querySelector('[data-slot="state"]')).textContent = labels[transport.state];
  };
  /** @type {HTMLElement | null} */ (document.querySelector("[data-cold]"))?.toggleAttribute("hidden", globalThis.isSecureContext);
  transport.addEventListener("state", show);
  show();
}
