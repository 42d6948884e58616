/** Reactions: one tap on another person's line agrees with it, a second tap withdraws that. Both are sent through the outbox. */

/** The "hear, hear" buttons of a timeline. */
export class Agreement {
  /**
   * @param {import("./timeline.js").Timeline} timeline
   * @param {import("./outbox.js").Outbox} outbox
   * @param {string} session
   */
  constructor(timeline, outbox, session) {
    this.outbox = outbox;
    this.session = session;
    /** @type {Set<string>} ids of the items agreed with on this page */
    this.agreed = new Set();
    timeline.list.addEventListener("click", (event) => this.#toggle(/** @type {Element} */ (event.target).closest("[data-agree]")));
    for (const row of timeline.rows.values()) this.offer(row);
  }

  /** Show the button on a row, unless the row was written on this phone. @param {HTMLElement} row */
  offer(row) {
    const button = /** @type {HTMLElement | null} */ (row.querySelector("[data-agree]"));
    if (!button) return;
    button.hidden = row.classList.contains("mine");
    button.setAttribute("aria-pressed", String(this.agreed.has(row.dataset.id ?? "")));
  }

  /** Agree with the item of a button, or withdraw that. @param {Element | null} button */
  #toggle(button) {
    const row = /** @type {HTMLElement | null} */ (button?.closest(".item") ?? null);
    const id = row?.dataset.id;
    if (!row || !id) return;
    const on = !this.agreed.delete(id);
    if (on) this.agreed.add(id);
    this.offer(row);
    this.outbox.add({ id, do: "react", session: this.session, reaction: "agree", on });
  }
}
