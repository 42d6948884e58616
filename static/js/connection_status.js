/** The state of the line, in words, where every page shows it. */

import { moment } from "./times.js";

/**
 * @param {import("./transport.js").Transport} line
 * @param {string} zone
 */
export function showConnection(line, zone) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector(".state[data-state]"));
  if (!place) return;
  const show = () => {
    const since = moment(new Date(line.contact.at).toISOString(), zone);
    const words = {
      live: "live", plain: "live (plain HTTP)", off: `not connected since ${since}`, page: `as of ${since}`,
      refused: `as of ${since}: ${line.why}`,
    };
    place.dataset.state = line.state;
    /** @type {HTMLElement} */ (place.querySelector('[data-slot="state"]')).textContent = words[line.state];
  };
  /** @type {HTMLElement | null} */ (document.querySelector("[data-cold]"))?.toggleAttribute("hidden", globalThis.isSecureContext);
  line.addEventListener("state", show);
  show();
}
