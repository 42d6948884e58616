/** The text box: Enter posts a line, a tap on your own line corrects it, and the draft is saved on the phone as you type. */

import { Draft } from "./draft.js";
import { isOffTheRecord } from "./off_record.js";
import { moment } from "./times.js";
import { uuid7 } from "./uuid7.js";

const UNDO_MS = 8_000; // how long "Undo" is offered

/** The form that writes, corrects and retracts lines. */
export class Composer {
  /**
   * @param {HTMLFormElement} form
   * @param {import("./chips.js").Chips} chips
   * @param {import("./notebook.js").Notebook} notebook
   * @param {import("./page.js").Page} page
   */
  constructor(form, chips, notebook, page) {
    this.form = form;
    this.chips = chips;
    this.notebook = notebook;
    this.outbox = notebook.outbox;
    this.page = page;
    this.box = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text"));
    this.banner = this.#part("[data-correcting]");
    this.undo = this.#part("[data-undo]");
    this.correcting = ""; // the id of the line being corrected, or ""
    this.newLine = ""; // the unfinished new line, put aside during a correction
    this.draft = new Draft(this.outbox, page, () => this.#draft());
    this.onPosted = () => {};
    this.onFailed = () => {};
  }

  /** Restore the draft and listen to the form. */
  async start() {
    this.#restore(await this.draft.read());
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.post()));
    this.box.addEventListener("keydown", (event) => this.#onKey(event));
    this.box.addEventListener("input", () => this.draft.saveSoon());
    this.#part("[data-cancel]").addEventListener("click", () => this.cancel());
    this.#part("[data-retract]").addEventListener("click", () => this.retract(this.correcting));
    this.notebook.timeline.list.addEventListener("click", (event) => this.#onClick(event));
    this.outbox.addEventListener("change", () => this.#clearIfPostedElsewhere());
  }

  /** Store the line on the phone, then clear the text box. */
  async post() {
    const text = this.box.value;
    if (!text.trim()) return;
    const id = this.correcting;
    try {
      await (isOffTheRecord(text) ? this.#storeLocally(id, text) : this.#send(id, text));
    } catch {
      return this.onFailed(); // the text is still in the box
    }
    const draft = id ? this.newLine : "";
    this.#stopCorrecting();
    if (this.box.value === text) this.#setText(draft);
    this.box.focus();
    if (!id) this.onPosted();
  }

  /** Retract a line and offer to undo that for a few seconds. @param {string} id */
  async retract(id) {
    const text = this.notebook.textOf(id);
    const depth = this.notebook.items.get(id)?.depth ?? 0;
    const unrecorded = this.outbox.offTheRecord(id);
    this.cancel();
    if (unrecorded) {
      await this.outbox.erase(id);
      return this.#offerUndo(() => this.outbox.storeLocally(unrecorded.body));
    }
    await this.outbox.add({ id, do: "retract", session: this.page.session });
    this.#offerUndo(() => this.outbox.add({ ...this.#note(text), id, depth }));
  }

  /** Start correcting a line. @param {string} id */
  correct(id) {
    const row = this.notebook.timeline.rows.get(id);
    if (!row || row.classList.contains("taken-back")) return;
    const draft = this.correcting ? this.newLine : this.box.value;
    this.#stopCorrecting();
    this.newLine = draft;
    this.correcting = id;
    this.baseRev = this.notebook.revOf(id);
    row.classList.add("selected");
    /** @type {HTMLElement} */ (this.banner.querySelector('[data-slot="at"]')).textContent = moment(row.dataset.at, this.page.timezone);
    this.banner.hidden = false;
    this.#setText(this.notebook.textOf(id));
    this.box.focus();
  }

  /** Cancel the correction and return to the unfinished new line. */
  cancel() {
    if (!this.correcting) return;
    const draft = this.newLine;
    this.#stopCorrecting();
    this.#setText(draft);
  }

  /** Put a new line or a correction into the outbox. @param {string} id @param {string} text */
  async #send(id, text) {
    const unrecorded = this.outbox.offTheRecord(id);
    await this.outbox.add(id && !unrecorded ? this.#correction(id, text) : { ...this.#note(text), ...this.#originOf(unrecorded) });
    if (unrecorded) await this.outbox.erase(id); // its writer has put it on the record
  }

  /** Store an off-the-record line on this phone only. @param {string} id @param {string} text */
  #storeLocally(id, text) {
    const unrecorded = this.outbox.offTheRecord(id);
    const line = id && !unrecorded ? this.#correction(id, text) : { ...this.#note(text), ...this.#originOf(unrecorded) };
    return this.outbox.storeLocally(line, Boolean(this.notebook.revOf(id)));
  }

  /** Return the id, time and depth that a line was first written with. @param {import("./outbox.js").Unrecorded | undefined} line */
  #originOf(line) {
    return line ? { id: line.key, written_at: line.body.written_at, depth: line.body.depth } : {};
  }

  /** Make the op of a new note. @param {string} text */
  #note(text) {
    return { id: uuid7(), do: "put", origin: "note", session: this.page.session, text, depth: this.chips.depth };
  }

  /** Make the op of a correction. @param {string} id @param {string} text */
  #correction(id, text) {
    const known = this.notebook.items.get(id);
    return { ...this.#note(text), id, depth: known?.depth ?? 0, base_rev: this.baseRev };
  }

  #stopCorrecting() {
    this.notebook.timeline.rows.get(this.correcting)?.classList.remove("selected");
    this.correcting = "";
    this.banner.hidden = true;
    this.newLine = "";
  }

  /** Return the draft to save: the new line and, if there is one, the correction in progress. */
  #draft() {
    const { correcting, baseRev, newLine } = this;
    return correcting ? { text: newLine, correcting, baseRev, correction: this.box.value } : { text: this.box.value };
  }

  /** Put a saved draft back into the text box. @param {import("./draft.js").SavedDraft} draft */
  #restore({ text, correcting, baseRev, correction }) {
    if (this.box.value) return; // the browser or the server has already filled it
    if (text) this.#setText(text);
    if (!correcting || !this.notebook.timeline.rows.has(correcting)) return;
    this.correct(correcting);
    this.baseRev = baseRev;
    this.#setText(correction ?? "");
  }

  /** Clear a restored draft once another tab has posted it, so that it is not posted twice. */
  #clearIfPostedElsewhere() {
    const { restored } = this.draft;
    if (!restored || this.correcting || this.box.value !== restored) return;
    const lines = [...this.outbox.changes, ...this.outbox.unrecorded];
    if (lines.some(({ body }) => body.text === restored && body.session === this.page.session)) this.#setText("");
  }

  /** Show the "Undo" button for a few seconds. @param {() => Promise<any>} restore */
  #offerUndo(restore) {
    clearTimeout(this.undoTimer);
    const button = this.#part("[data-undo-button]");
    const done = () => {
      this.undo.hidden = true;
      button.onclick = null;
    };
    button.onclick = () => (done(), restore());
    this.undo.hidden = false;
    this.undoTimer = setTimeout(done, UNDO_MS);
  }

  /** Post on Enter, cancel on Escape. @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Escape") return this.cancel();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.post();
  }

  /** Correct the tapped line, unless the tap was on a link or button or selected text. @param {MouseEvent} event */
  #onClick(event) {
    const target = /** @type {Element} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest(".item.mine"));
    if (!row || (target.closest("a, button") && !target.closest("[data-edit]"))) return;
    if (getSelection()?.isCollapsed && target.closest(".body")) this.correct(row.dataset.id ?? "");
  }

  /** Replace the text in the box. @param {string} text */
  #setText(text) {
    this.box.value = text;
    this.chips.showPressed();
    this.draft.save();
  }

  /** Find a part of the form. @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.form.querySelector(selector));
  }
}
