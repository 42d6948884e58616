/** "Hear, hear": one tap on somebody else's line, and another takes it back. It goes by the outbox like everything else. */

export class Agreement {
  /**
   * @param {import("./timeline.js").Timeline} timeline
   * @param {import("./outbox.js").Outbox} outbox
   * @param {string} session
   */
  constructor(timeline, outbox, session) {
    this.outbox = outbox;
    this.session = session;
    /** @type {Set<string>} ids agreed with on this page */
    this.agreed = new Set();
    timeline.list.addEventListener("click", (event) => this.#tapped(/** @type {Element} */ (event.target).closest("[data-agree]")));
    for (const row of timeline.rows.values()) this.offer(row);
  }

  /** Nobody says "hear, hear" to herself. @param {HTMLElement} row */
  offer(row) {
    const button = /** @type {HTMLElement | null} */ (row.querySelector("[data-agree]"));
    if (!button) return;
    button.hidden = row.classList.contains("mine");
    button.setAttribute("aria-pressed", String(this.agreed.has(row.dataset.id ?? "")));
  }

  /** @param {Element | null} button */
  #tapped(button) {
    const row = /** @type {HTMLElement | null} */ (button?.closest(".item") ?? null);
    const id = row?.dataset.id;
    if (!row || !id) return;
    const on = !this.agreed.delete(id);
    if (on) this.agreed.add(id);
    this.offer(row);
    this.outbox.add({ id, do: "react", session: this.session, reaction: "agree", on });
  }
}
