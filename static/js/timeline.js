/**
 * The list of items on the page, kept in reading order (at, seq) while items come, change and go.
 *
 * The page may hold a window of the timeline: everything from `oldest` on. Items before it have no row until a page of
 * earlier lines is loaded (earlier.js).
 */

import { fill } from "./render_item.js";
import { comesBefore } from "./item.js";
import { Offscreen } from "./offscreen.js";

/** The list of items and its rows by id. */
export class Timeline {
  /**
   * @param {HTMLElement} list  the <ol data-timeline>
   * @param {{timezone: string, itemUrl: string}} page
   */
  constructor(list, page) {
    this.list = list;
    this.offscreen = new Offscreen(list, foldRun);
    this.empty = /** @type {HTMLElement | null} */ (document.querySelector("[data-empty]"));
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("item-template"));
    this.pattern = /** @type {HTMLElement} */ (template.content.firstElementChild);
    this.context = { ...page, sessions: /** @type {ReturnType<typeof sessionsOnPage> | null} */ (null) };
    this.nameSessions();
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    for (const row of /** @type {HTMLCollectionOf<HTMLElement>} */ (list.children)) this.rows.set(row.dataset.id ?? "", row);
    const first = /** @type {HTMLElement | null} */ (list.firstElementChild);
    const divided = document.querySelector("[data-earlier]:not([hidden])");
    /** The position of the oldest row; null if the page has the whole timeline. @type {{at: string | null, seq: number} | null} */
    this.oldest = divided && first ? keyOf(first) : null;
    /** Changes of earlier lines, held back while those are loading. @type {(() => void)[] | null} */
    this.held = null;
  }

  /** Read the sessions' names, on pages that show each item's session. */
  nameSessions() {
    if ("labelled" in this.list.dataset) this.context.sessions = sessionsOnPage();
  }

  /** Yield the id, revision and position of every row. */
  *versions() {
    for (const [id, row] of this.rows) yield { id, rev: Number(row.dataset.rev), ...keyOf(row) };
  }

  /** Put rows of earlier lines above the others. @param {HTMLElement[]} rows */
  prepend(rows) {
    const below = /** @type {HTMLElement | null} */ (this.list.firstElementChild);
    this.list.prepend(...rows);
    for (const row of rows) this.rows.set(row.dataset.id ?? "", row);
    if (below) foldRun(below);
    if (this.empty && rows.length) this.empty.hidden = true;
    this.offscreen.update();
  }

  /** Show a new or changed item. @param {import("./item.js").Item} item @returns {HTMLElement | null} its row; null if it is earlier than this page */
  put(item) {
    if (this.oldest && comesBefore(item, this.oldest)) {
      this.held?.push(() => this.put(item));
      this.#drop(item.id);
      return null;
    }
    const known = this.rows.get(item.id);
    this.offscreen.reveal(known);
    const row = known && "full" in known.dataset ? known : this.#clone(known);
    const next = row.nextElementSibling;
    fill(row, item, this.context);
    this.rows.set(item.id, row);
    this.#place(row);
    for (const touched of [row, row.nextElementSibling, next]) if (touched) foldRun(/** @type {HTMLElement} */ (touched));
    if (this.empty) this.empty.hidden = true;
    this.offscreen.update();
    return row;
  }

  /** Make a row with all its parts, and replace a row that has only the visible ones. @param {HTMLElement | undefined} lean */
  #clone(lean) {
    const row = /** @type {HTMLElement} */ (this.pattern.cloneNode(true));
    if (lean) row.className = lean.className;
    if (lean?.dataset.since) row.dataset.since = lean.dataset.since;
    lean?.replaceWith(row);
    return row;
  }

  /** Remove an item. @param {string} id */
  remove(id) {
    this.held?.push(() => this.#drop(id));
    this.#drop(id);
  }

  /** @param {string} id */
  #drop(id) {
    const row = this.rows.get(id);
    if (!row) return;
    this.offscreen.reveal(row);
    const next = /** @type {HTMLElement | null} */ (row.nextElementSibling);
    row.remove();
    this.rows.delete(id);
    if (next) foldRun(next);
    if (this.empty && !this.rows.size) this.empty.hidden = false;
  }

  /** Move a row to its place, searching from the end because nearly every item is new. @param {HTMLElement} row */
  #place(row) {
    const key = keyOf(row);
    let before = /** @type {HTMLElement | null} */ (this.list.lastElementChild);
    while (before && (before === row || comesBefore(key, keyOf(before)))) {
      const oldest = this.offscreen.oldest(before);
      const inside = oldest && !comesBefore(key, keyOf(oldest));
      before = /** @type {HTMLElement | null} */ (inside ? this.offscreen.restore(before) : before.previousElementSibling);
    }
    const after = before ? before.nextElementSibling : this.list.firstElementChild;
    if (row.parentElement === this.list && (after === row || row.previousElementSibling === before)) return;
    this.list.insertBefore(row, after);
  }
}

/** Return a row's position in reading order. @param {HTMLElement} row */
export const keyOf = (row) => ({ at: row.dataset.at || null, seq: Number(row.dataset.seq) });

/** Hide a row's author and time if the row above has the same ones. templates/macros/item.html has the same rule. @param {HTMLElement} row */
function foldRun(row) {
  const above = /** @type {HTMLElement | null} */ (row.previousElementSibling);
  const [own, previous] = [row.dataset, above?.dataset];
  const same = previous && previous.author === own.author && previous.origin === own.origin && previous.session === own.session;
  const run = Boolean(same && previous.at?.slice(0, 15) === own.at?.slice(0, 15));
  row.classList.toggle("run", run);
  row.classList.toggle("same-place", previous?.session === own.session);
  row.classList.toggle("same-minute", run && previous?.at?.slice(0, 16) === own.at?.slice(0, 16));
}

/** Return the sessions named on the page, by guid. */
function sessionsOnPage() {
  /** @type {Map<string, {title: string, url: string}>} */
  const found = new Map();
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".session-lines [data-session-guid]"))) {
    const link = line.querySelector("a");
    if (link) found.set(line.dataset.sessionGuid ?? "", { title: link.textContent ?? "", url: link.href });
  }
  return found;
}
