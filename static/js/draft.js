/**
 * The text being typed, saved on the phone within 300 ms, so that it survives a reload, a crash or a closed tab.
 *
 * @typedef {{text: string, correcting?: string, baseRev?: number | null, correction?: string}} SavedDraft
 *   text: the new line; the other properties: the correction in progress, if there is one
 */

const SAVE_INTERVAL_MS = 300;

/** The draft of one person in one session. */
export class Draft {
  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("./page.js").Page} page
   * @param {() => SavedDraft} current  returns the draft to save
   */
  constructor({ storage }, { event, session, who }, current) {
    this.storage = storage;
    this.record = { key: `${event}/${who}/${session}`, event, who };
    this.current = current;
    this.restored = ""; // the text saved when the page was opened
    addEventListener("pagehide", () => this.timer && this.save());
  }

  /** Read the saved draft. @returns {Promise<SavedDraft>} */
  async read() {
    const saved = await this.storage.get("drafts", this.record.key).catch(() => null);
    this.restored = saved?.text ?? "";
    return saved ?? { text: "" };
  }

  /** Save the draft soon, once for all the keys pressed until then. */
  saveSoon() {
    this.timer ??= setTimeout(() => this.save(), SAVE_INTERVAL_MS);
  }

  /** Save the draft now; an empty one is deleted. */
  async save() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const draft = this.current();
    const written = draft.text || draft.correcting ? this.storage.put("drafts", { ...this.record, ...draft }) : this.storage.remove("drafts", this.record.key);
    await written.catch(() => {}); // the text is still in the box
  }
}
