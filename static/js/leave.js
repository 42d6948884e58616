/** Leaving an event: the phone gives up its pass and deletes what it stores. Notes that were sent stay with the event. */

import { forgetEvent } from "./contact_log.js";

/** The "Leave event" form. */
export class Leaving {
  /**
   * @param {HTMLFormElement} form
   * @param {import("./outbox.js").Outbox} outbox
   */
  constructor(form, outbox) {
    this.form = form;
    this.outbox = outbox;
    this.warning = /** @type {HTMLElement} */ (form.querySelector("[data-warning]"));
    form.addEventListener("submit", (event) => this.#submitted(event));
    outbox.addEventListener("change", () => this.#warn());
  }

  /** Warn about lines that only this phone has. */
  #warn() {
    const { changes, unrecorded } = this.outbox;
    const lost = [changes.length && `not sent: ${changes.length}`, unrecorded.length && `off the record: ${unrecorded.length}`].filter(Boolean);
    this.warning.hidden = !lost.length;
    this.warning.textContent = lost.length ? `This also deletes: ${lost.join(", ")}. Download them first.` : "";
  }

  /** Delete the stored data, then submit the form. @param {SubmitEvent} event */
  async #submitted(event) {
    event.preventDefault();
    await this.outbox.storage.forget(this.outbox.event, this.outbox.who).catch(() => {});
    forgetEvent(this.outbox.event);
    this.form.submit(); // the service worker sees this request and deletes its pages
  }
}
