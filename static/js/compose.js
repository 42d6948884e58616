/** The line being typed: Enter posts, a tap on a line of one's own corrects it; the draft is on the shelf all the while. */

import { moment } from "./times.js";
import { uuid7 } from "./uuid7.js";

const DRAFT = 300; // ms between two keepings of the draft
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
    this.draftKey = `${page.event}/${page.session}`;
    this.posted = () => {};
    this.failed = () => {};
  }

  async start() {
    const draft = await this.outbox.shelf.get("drafts", this.draftKey);
    if (draft?.text && !this.box.value) this.#type(draft.text);
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.post()));
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.addEventListener("input", () => this.#keepDraftSoon());
    this.#part("[data-cancel]").addEventListener("click", () => this.leave());
    this.#part("[data-retract]").addEventListener("click", () => this.retract(this.correcting));
    this.notebook.timeline.list.addEventListener("click", (event) => this.#tapped(event));
  }

  /** On the shelf first; only then off the box. */
  async post() {
    const text = this.box.value;
    if (!text.trim()) return;
    const id = this.correcting;
    try {
      await this.outbox.add(id ? this.#correction(id, text) : this.#note(text));
    } catch {
      return this.failed(); // what was typed stands in the box still
    }
    const draft = id ? (this.kept ?? "") : "";
    this.#stopCorrecting();
    if (this.box.value === text) this.#type(draft);
    this.box.focus();
    if (!id) this.posted();
  }

  /** Take a line back; for a while it can be had again. @param {string} id */
  async retract(id) {
    const text = this.notebook.textOf(id);
    const depth = this.notebook.items.get(id)?.depth ?? 0;
    this.leave();
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
    const draft = this.kept ?? "";
    this.#stopCorrecting();
    this.#type(draft);
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
    this.kept = undefined;
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
    this.#keepDraftSoon();
  }

  #keepDraftSoon() {
    this.drafting ??= setTimeout(() => {
      this.drafting = undefined;
      if (!this.correcting) this.#keepDraft(this.box.value);
    }, DRAFT);
  }

  /** @param {string} text */
  async #keepDraft(text) {
    const shelf = this.outbox.shelf;
    const kept = text ? shelf.put("drafts", { key: this.draftKey, text }) : shelf.remove("drafts", this.draftKey);
    await kept.catch(() => {}); // a draft is a courtesy: the box still holds it
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.form.querySelector(selector));
  }
}
