/** The line being typed: Enter posts, a tap on a line of one's own corrects it; the draft is on the shelf all the while. */

import { Draft } from "./draft.js";
import { isOffTheRecord } from "./off_record.js";
import { moment } from "./times.js";
import { uuid7 } from "./uuid7.js";

const UNDO = 8_000; // ms that "undo" stands there

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
    this.correcting = ""; // the id of the line that is corrected, or ""
    this.kept = ""; // what was being typed before that
    this.draft = new Draft(this.outbox, page, () => this.#draft());
    this.posted = () => {};
    this.failed = () => {};
  }

  async start() {
    this.#resume(await this.draft.read());
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.post()));
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.addEventListener("input", () => this.draft.keepSoon());
    this.#part("[data-cancel]").addEventListener("click", () => this.leave());
    this.#part("[data-retract]").addEventListener("click", () => this.retract(this.correcting));
    this.notebook.timeline.list.addEventListener("click", (event) => this.#tapped(event));
    this.outbox.addEventListener("change", () => this.#postedElsewhere());
  }

  /** On the shelf first; only then off the box. */
  async post() {
    const text = this.box.value;
    if (!text.trim()) return;
    const id = this.correcting;
    try {
      await (isOffTheRecord(text) ? this.#keepHere(id, text) : this.#send(id, text));
    } catch {
      return this.failed(); // what was typed stands in the box still
    }
    const draft = id ? this.kept : "";
    this.#stopCorrecting();
    if (this.box.value === text) this.#type(draft);
    this.box.focus();
    if (!id) this.posted();
  }

  /** Take a line back; for a while it can be had again. @param {string} id */
  async retract(id) {
    const text = this.notebook.textOf(id);
    const depth = this.notebook.items.get(id)?.depth ?? 0;
    const unrecorded = this.outbox.offTheRecord(id);
    this.leave();
    if (unrecorded) {
      await this.outbox.erase(id);
      return this.#offerUndo(() => this.outbox.keepHere(unrecorded.body));
    }
    await this.outbox.add({ id, do: "retract", session: this.page.session });
    this.#offerUndo(() => this.outbox.add({ ...this.#note(text), id, depth }));
  }

  /** Begin to correct a line. @param {string} id */
  correct(id) {
    const row = this.notebook.timeline.rows.get(id);
    if (!row || row.classList.contains("taken-back")) return;
    const draft = this.correcting ? this.kept : this.box.value;
    this.#stopCorrecting();
    this.kept = draft;
    this.correcting = id;
    this.baseRev = this.notebook.revOf(id);
    row.classList.add("selected");
    /** @type {HTMLElement} */ (this.banner.querySelector('[data-slot="at"]')).textContent = moment(row.dataset.at, this.page.timezone);
    this.banner.hidden = false;
    this.#type(this.notebook.textOf(id));
    this.box.focus();
  }

  /** Leave the line as it was, and go back to what was being typed. */
  leave() {
    if (!this.correcting) return;
    const draft = this.kept;
    this.#stopCorrecting();
    this.#type(draft);
  }

  /** @param {string} id @param {string} text */
  async #send(id, text) {
    const unrecorded = this.outbox.offTheRecord(id);
    await this.outbox.add(id && !unrecorded ? this.#correction(id, text) : { ...this.#note(text), ...this.#since(unrecorded) });
    if (unrecorded) await this.outbox.erase(id); // it goes on the record, as she says
  }

  /** @param {string} id @param {string} text */
  #keepHere(id, text) {
    const unrecorded = this.outbox.offTheRecord(id);
    const line = id && !unrecorded ? this.#correction(id, text) : { ...this.#note(text), ...this.#since(unrecorded) };
    return this.outbox.keepHere(line, Boolean(this.notebook.revOf(id)));
  }

  /** The same line at the time when it was typed first. @param {import("./outbox.js").Unrecorded | undefined} line */
  #since(line) {
    return line ? { id: line.key, written_at: line.body.written_at, depth: line.body.depth } : {};
  }

  /** @param {string} text */
  #note(text) {
    return { id: uuid7(), do: "put", origin: "note", session: this.page.session, text, depth: this.chips.depth };
  }

  /** @param {string} id @param {string} text */
  #correction(id, text) {
    const known = this.notebook.items.get(id);
    return { ...this.#note(text), id, depth: known?.depth ?? 0, base_rev: this.baseRev };
  }

  #stopCorrecting() {
    this.notebook.timeline.rows.get(this.correcting)?.classList.remove("selected");
    this.correcting = "";
    this.banner.hidden = true;
    this.kept = "";
  }

  /** What there is to keep: the line being typed, and the correction that it waits for. */
  #draft() {
    const { correcting, baseRev, kept } = this;
    return correcting ? { text: kept, correcting, baseRev, correction: this.box.value } : { text: this.box.value };
  }

  /** @param {import("./draft.js").Kept} draft */
  #resume({ text, correcting, baseRev, correction }) {
    if (this.box.value) return; // the browser, or a server that refused it, was first
    if (text) this.#type(text);
    if (!correcting || !this.notebook.timeline.rows.has(correcting)) return;
    this.correct(correcting);
    this.baseRev = baseRev;
    this.#type(correction ?? "");
  }

  /** The draft of another tab that is posted there is not posted here once more. */
  #postedElsewhere() {
    const { restored } = this.draft;
    if (!restored || this.correcting || this.box.value !== restored) return;
    const lines = [...this.outbox.changes, ...this.outbox.unrecorded];
    if (lines.some(({ body }) => body.text === restored && body.session === this.page.session)) this.#type("");
  }

  /** @param {() => Promise<any>} again */
  #offerUndo(again) {
    clearTimeout(this.undoing);
    const button = this.#part("[data-undo-button]");
    const done = () => {
      this.undo.hidden = true;
      button.onclick = null;
    };
    button.onclick = () => (done(), again());
    this.undo.hidden = false;
    this.undoing = setTimeout(done, UNDO);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape") return this.leave();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.post();
  }

  /** A tap on one's own line corrects it; a tap on a link, a button, or words being selected does what it always does. @param {MouseEvent} event */
  #tapped(event) {
    const target = /** @type {Element} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest(".item.mine"));
    if (!row || (target.closest("a, button") && !target.closest("[data-edit]"))) return;
    if (getSelection()?.isCollapsed && target.closest(".body")) this.correct(row.dataset.id ?? "");
  }

  /** @param {string} text */
  #type(text) {
    this.box.value = text;
    this.chips.show();
    this.draft.keep();
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.form.querySelector(selector));
  }
}
