/**
 * What is being typed, on the shelf at most 300 ms later: a reload, a crash, a closed tab give it back.
 *
 * @typedef {{text: string, correcting?: string, baseRev?: number | null, correction?: string}} Kept
 *   text: the new line; the others: the correction that was being typed over it, if one was
 */

const PACE = 300; // ms between two keepings

export class Draft {
  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("./page.js").Page} page
   * @param {() => Kept} look  what there is now
   */
  constructor({ shelf }, { event, session, who }, look) {
    this.shelf = shelf;
    this.record = { key: `${event}/${who}/${session}`, event, who };
    this.look = look;
    this.restored = ""; // what stood on the shelf when the page was opened
    addEventListener("pagehide", () => this.timer && this.keep());
  }

  /** @returns {Promise<Kept>} */
  async read() {
    const kept = await this.shelf.get("drafts", this.record.key).catch(() => null);
    this.restored = kept?.text ?? "";
    return kept ?? { text: "" };
  }

  keepSoon() {
    this.timer ??= setTimeout(() => this.keep(), PACE);
  }

  async keep() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const draft = this.look();
    const kept = draft.text || draft.correcting ? this.shelf.put("drafts", { ...this.record, ...draft }) : this.shelf.remove("drafts", this.record.key);
    await kept.catch(() => {}); // a draft is a courtesy: the box still holds it
  }
}
