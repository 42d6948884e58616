/**
 * Rows far from the screen. They are kept outside of the document, so that a page stays small however long its timeline is.
 *
 *   [placeholder] [placeholder] [row] [row] ... [row] [placeholder]
 *
 * A placeholder is an empty line as high as the block of rows that it stands for. The block returns before it comes into
 * sight, or when one of its rows changes. Rows leave only on a page that has loaded earlier lines.
 */

import { firstBelow, steadily } from "./scroll.js";

const MAX_ROWS = 150; // up to so many rows, nothing leaves
const BLOCK_ROWS = 50;
const MARGIN_PX = 2_000; // rows this close to the screen stay in the document
const COPIED = ["at", "seq", "author", "origin", "session"]; // of the last row of a block, for the row below it

/** The rows of a timeline that are outside of the document. */
export class Offscreen {
  /**
   * @param {HTMLElement} list
   * @param {(row: HTMLElement) => void} returned  called with the first row of a block that is in the document again
   */
  constructor(list, returned) {
    this.list = list;
    this.returned = returned;
    /** The block that each placeholder stands for. @type {Map<Element, HTMLElement[]>} */
    this.blocks = new Map();
    /** The placeholder of each row outside of the document. @type {Map<Element, HTMLElement>} */
    this.places = new Map();
    this.watching = false;
    this.scheduled = false;
  }

  /** Move rows out and in from now on, as the reader scrolls. */
  watch() {
    if (this.watching) return;
    this.watching = true;
    for (const type of ["scroll", "resize"]) addEventListener(type, () => this.update(), { passive: true });
    addEventListener("beforeprint", () => this.#restoreAll());
    addEventListener("afterprint", () => this.update());
    document.addEventListener("click", (event) => this.#revealTarget(event));
  }

  /** Return the oldest row of a placeholder's block; undefined if the element is a row. @param {Element} element */
  oldest(element) {
    return this.blocks.get(element)?.[0];
  }

  /** Bring a row's block back if it is outside of the document. @param {HTMLElement | undefined} row */
  reveal(row) {
    const place = row && this.places.get(row);
    if (place) this.restore(place);
  }

  /** Replace a placeholder by its rows. @param {Element} place @returns {HTMLElement} the last of them */
  restore(place) {
    const rows = this.blocks.get(place) ?? [];
    this.blocks.delete(place);
    for (const row of rows) this.places.delete(row);
    place.replaceWith(...rows);
    this.returned(rows[0]);
    return rows[rows.length - 1];
  }

  /** Check in the next frame which rows are far from the screen. */
  update() {
    if (this.scheduled || !this.watching) return;
    if (!this.blocks.size && this.list.childElementCount <= MAX_ROWS) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      if (this.#moveSome()) this.update();
    });
  }

  /** Move a block in, and one out on each side. Blocks in sight all return. @returns {boolean} whether anything moved */
  #moveSome() {
    const elements = [...this.list.children];
    const [from, to] = [firstBelow(this.list, -MARGIN_PX), firstBelow(this.list, innerHeight + MARGIN_PX) + 1];
    const near = elements.slice(from, to).filter((element) => this.blocks.has(element));
    const visible = near.filter(isVisible);
    const returning = visible.length ? visible : near.slice(0, 1);
    const leaving = [this.#farthest(elements.slice(0, from)), this.#farthest(elements.slice(to).reverse()).reverse()];
    if (!returning.length && !leaving.some((block) => block.length)) return false;
    steadily(this.list, () => {
      leaving.forEach((block) => this.#remove(block));
      returning.forEach((place) => this.restore(place));
    });
    return true;
  }

  /** Return the first block of consecutive rows that may leave, or no rows. @param {Element[]} elements the farthest first */
  #farthest(elements) {
    /** @type {Element[]} */
    let run = [];
    let enclosed = false; // there is a gap on the far side of the run
    for (const element of elements) {
      const isRow = !this.blocks.has(element) && !isInUse(element);
      if (isRow) run.push(element);
      if (run.length === BLOCK_ROWS || (!isRow && enclosed && run.length)) return run;
      if (!isRow) [run, enclosed] = [[], true];
    }
    return [];
  }

  /** Replace consecutive rows by a placeholder. @param {Element[]} rows */
  #remove(rows) {
    if (!rows.length) return;
    const [first, last] = /** @type {HTMLElement[]} */ ([rows[0], rows[rows.length - 1]]);
    const place = document.createElement("li");
    place.ariaHidden = "true";
    place.style.height = `${last.getBoundingClientRect().bottom - first.getBoundingClientRect().top}px`;
    for (const name of COPIED) place.dataset[name] = last.dataset[name];
    this.list.insertBefore(place, first);
    for (const row of rows) row.remove();
    this.blocks.set(place, /** @type {HTMLElement[]} */ (rows));
    for (const row of rows) this.places.set(row, place);
  }

  #restoreAll() {
    for (const place of [...this.blocks.keys()]) this.restore(place);
  }

  /** Bring back the row that a link on this page leads to, before the browser looks for it. @param {Event} event */
  #revealTarget({ target }) {
    const link = /** @type {Element} */ (target).closest('a[href^="#"]');
    const id = link?.getAttribute("href")?.slice(1);
    for (const [row, place] of id ? this.places : []) if (row.id === id) return this.restore(place);
  }
}

/** @param {Element} element */
function isVisible(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** Return whether an element has the focus, or a part of it is selected. @param {Element} element */
function isInUse(element) {
  const selection = getSelection();
  return element.contains(document.activeElement) || Boolean(selection && !selection.isCollapsed && selection.containsNode(element, true));
}
