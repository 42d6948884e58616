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
    timeline.list.addEventListener("click", (event) => this.#tapped(/** @type {Element} */ (event.target).closest("[data-agree]")));
    for (const row of timeline.rows.values()) this.offer(row);
  }

  /** Nobody says "hear, hear" to herself. @param {HTMLElement} row */
  offer(row) {
    const button = /** @type {HTMLElement | null} */ (row.querySelector("[data-agree]"));
    if (button) button.hidden = row.classList.contains("mine");
  }

  /** @param {Element | null} button */
  #tapped(button) {
    const row = /** @type {HTMLElement | null} */ (button?.closest(".item") ?? null);
    if (!button || !row) return;
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    this.outbox.add({ id: row.dataset.id ?? "", do: "react", session: this.session, reaction: "agree", on });
  }
}
