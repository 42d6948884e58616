/** Scrolling: changes of the timeline keep the reader's place. */

const END_MARGIN_PX = 80; // this close to the end counts as the end

/** Return whether the timeline's last line is visible. @param {HTMLElement} list @param {number} [covered] pixels covered at the bottom */
export function atEnd(list, covered = 0) {
  const last = list.lastElementChild;
  return !last || last.getBoundingClientRect().bottom <= innerHeight - covered + END_MARGIN_PX;
}

/**
 * Make a change and scroll so that the first visible row stays in place.
 * @param {HTMLElement} list
 * @param {() => void} change
 */
export function steadily(list, change) {
  if (document.documentElement.classList.contains("anchored")) return change();
  const held = list.children[firstBelow(list, 0)];
  const before = held?.getBoundingClientRect().top ?? 0;
  change();
  if (!held?.isConnected || before > innerHeight) return;
  const moved = held.getBoundingClientRect().top - before;
  if (moved) scrollBy({ top: moved, behavior: "instant" });
}

/**
 * Add rows above the reader's place. The browser keeps the place if it can, because it does so while the reader scrolls, too.
 * It can't at the very top of a page, and Safari can't at all. Call `ungrown` when the last row is in.
 * @param {HTMLElement} list
 * @param {() => void} change
 */
export function growAbove(list, change) {
  const byBrowser = scrollY > 0 && CSS.supports("overflow-anchor", "auto");
  document.documentElement.classList.toggle("anchored", byBrowser);
  steadily(list, change);
}

/** End a series of `growAbove` calls. */
export const ungrown = () => document.documentElement.classList.remove("anchored");

/** Return the index of the first row that ends below a height on the screen, by binary search. @param {HTMLElement} list @param {number} y */
export function firstBelow({ children }, y) {
  let [low, high] = [0, children.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (children[middle].getBoundingClientRect().bottom > y) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Scroll a row into view. @param {Element} row @param {ScrollLogicalPosition} [block] @param {boolean} [softly] */
export function bring(row, block = "center", softly = true) {
  const still = !softly || matchMedia("(prefers-reduced-motion: reduce)").matches;
  row.scrollIntoView({ block, behavior: still ? "instant" : "smooth" });
}
