/** Leaving: this phone gives the pass back, and keeps nothing of the event. What was written stays with the event. */

import { forgetEvent } from "./contact_log.js";

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

  /** What would be lost, before it is. */
  #warn() {
    const { changes, unrecorded } = this.outbox;
    const lost = [changes.length && `not sent: ${changes.length}`, unrecorded.length && `off the record: ${unrecorded.length}`].filter(Boolean);
    this.warning.hidden = !lost.length;
    this.warning.textContent = lost.length ? `This also deletes: ${lost.join(", ")}. Download them first.` : "";
  }

  /** @param {SubmitEvent} event */
  async #submitted(event) {
    event.preventDefault();
    await this.outbox.shelf.forget(this.outbox.event, this.outbox.who).catch(() => {});
    forgetEvent(this.outbox.event);
    this.form.submit(); // the worker throws its pages away as it goes by
  }
}
