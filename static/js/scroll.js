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

const CAN_ANCHOR = CSS.supports("overflow-anchor", "auto"); // Safari can't
const MAX_NUDGES = 3; // a page without enough rows to scroll stays at its top

/**
 * Wait for the next frame and let the browser keep the reader's place, because it does so while the reader scrolls, too.
 * It can't at the very top of a page, so the page is moved from there by a pixel, which must be painted first.
 */
export async function anchoredFrame() {
  document.documentElement.classList.toggle("anchored", CAN_ANCHOR);
  await new Promise(requestAnimationFrame);
  for (let nudges = 0; CAN_ANCHOR && scrollY === 0 && nudges < MAX_NUDGES; nudges++) {
    scrollBy({ top: 1, behavior: "instant" });
    await new Promise(requestAnimationFrame);
  }
}

/**
 * Add rows above the reader's place, after `anchoredFrame`. Call `ungrown` when the last row is in.
 * @param {HTMLElement} list
 * @param {() => void} change
 */
export function growAbove(list, change) {
  document.documentElement.classList.toggle("anchored", CAN_ANCHOR && scrollY > 0);
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
