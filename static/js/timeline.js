/**
 * The list of items on the page, kept in reading order (at, seq) while items come, change and go.
 *
 * The page may hold a window of the timeline: everything from `oldest` on. Items before it have no row until a page of
 * earlier lines is loaded (earlier.js).
 */

import { fill } from "./render_item.js";
import { comesBefore } from "./item.js";

export class Timeline {
  /**
   * @param {HTMLElement} list  the <ol data-timeline>
   * @param {{timezone: string, itemUrl: string}} page
   */
  constructor(list, page) {
    this.list = list;
    this.empty = /** @type {HTMLElement | null} */ (document.querySelector("[data-empty]"));
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("item-template"));
    this.pattern = /** @type {HTMLElement} */ (template.content.firstElementChild);
    this.look = { ...page, sessions: /** @type {ReturnType<typeof sessionsOnPage> | null} */ (null) };
    this.nameSessions();
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    for (const row of /** @type {HTMLCollectionOf<HTMLElement>} */ (list.children)) this.rows.set(row.dataset.id ?? "", row);
    const first = /** @type {HTMLElement | null} */ (list.firstElementChild);
    const divided = document.querySelector("[data-earlier]:not([hidden])");
    /** The oldest line that this page has; null: it has all of them. @type {{at: string | null, seq: number} | null} */
    this.oldest = divided && first ? keyOf(first) : null;
    /** Changes to earlier lines, while a page of these is loading. @type {(() => void)[] | null} */
    this.held = null;
  }

  /** On the page of a whole event every run says where it was said. */
  nameSessions() {
    if ("labelled" in this.list.dataset) this.look.sessions = sessionsOnPage();
  }

  /** What the page was rendered with. */
  *standing() {
    for (const [id, row] of this.rows) yield { id, rev: Number(row.dataset.rev), ...keyOf(row) };
  }

  /** Put rows of earlier lines above the others. @param {HTMLElement[]} rows */
  prepend(rows) {
    const below = /** @type {HTMLElement | null} */ (this.list.firstElementChild);
    this.list.prepend(...rows);
    for (const row of rows) this.rows.set(row.dataset.id ?? "", row);
    if (below) foldRun(below);
    if (this.empty && rows.length) this.empty.hidden = true;
  }

  /** Show an item, new or changed. @param {import("./item.js").Item} item @returns {HTMLElement | null} its row; null: earlier than this page */
  put(item) {
    if (this.oldest && comesBefore(item, this.oldest)) {
      this.held?.push(() => this.put(item));
      this.#drop(item.id);
      return null;
    }
    const known = this.rows.get(item.id);
    const row = known && "full" in known.dataset ? known : this.#clone(known);
    const next = row.nextElementSibling;
    fill(row, item, this.look);
    this.rows.set(item.id, row);
    this.#place(row);
    for (const touched of [row, row.nextElementSibling, next]) if (touched) foldRun(/** @type {HTMLElement} */ (touched));
    if (this.empty) this.empty.hidden = true;
    return row;
  }

  /** A row with all its parts; in the place of one that carries only what it shows. @param {HTMLElement | undefined} lean */
  #clone(lean) {
    const row = /** @type {HTMLElement} */ (this.pattern.cloneNode(true));
    if (lean) row.className = lean.className;
    if (lean?.dataset.since) row.dataset.since = lean.dataset.since;
    lean?.replaceWith(row);
    return row;
  }

  /** @param {string} id */
  remove(id) {
    this.held?.push(() => this.#drop(id));
    this.#drop(id);
  }

  /** @param {string} id */
  #drop(id) {
    const row = this.rows.get(id);
    if (!row) return;
    const next = /** @type {HTMLElement | null} */ (row.nextElementSibling);
    row.remove();
    this.rows.delete(id);
    if (next) foldRun(next);
    if (this.empty && !this.rows.size) this.empty.hidden = false;
  }

  /** Nearly everything belongs at the end: look for the place from there. @param {HTMLElement} row */
  #place(row) {
    const key = keyOf(row);
    let before = /** @type {HTMLElement | null} */ (this.list.lastElementChild);
    while (before && (before === row || comesBefore(key, keyOf(before)))) {
      before = /** @type {HTMLElement | null} */ (before.previousElementSibling);
    }
    const after = before ? before.nextElementSibling : this.list.firstElementChild;
    if (row.parentElement === this.list && (after === row || row.previousElementSibling === before)) return;
    this.list.insertBefore(row, after);
  }
}

/** @param {HTMLElement} row */
export const keyOf = (row) => ({ at: row.dataset.at || null, seq: Number(row.dataset.seq) });

/** A run of one author names her once, and a minute its time once. As in templates/macros/item.html. @param {HTMLElement} row */
function foldRun(row) {
  const above = /** @type {HTMLElement | null} */ (row.previousElementSibling);
  const [mine, hers] = [row.dataset, above?.dataset];
  const same = hers && hers.author === mine.author && hers.origin === mine.origin && hers.session === mine.session;
  const run = Boolean(same && hers.at?.slice(0, 15) === mine.at?.slice(0, 15));
  row.classList.toggle("run", run);
  row.classList.toggle("same-place", hers?.session === mine.session);
  row.classList.toggle("same-minute", run && hers?.at?.slice(0, 16) === mine.at?.slice(0, 16));
}

/** The sessions that the page names, by guid. */
function sessionsOnPage() {
  /** @type {Map<string, {title: string, url: string}>} */
  const found = new Map();
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".session-lines [data-session-guid]"))) {
    const link = line.querySelector("a");
    if (link) found.set(line.dataset.sessionGuid ?? "", { title: link.textContent ?? "", url: link.href });
  }
  return found;
}
