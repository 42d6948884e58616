/** Changing a page under a reader's eyes without moving what she reads. */

const NEAR = 80; // px: as good as at the end

/** The timeline's last line is in sight. @param {HTMLElement} list @param {number} [covered] px at the bottom */
export function atEnd(list, covered = 0) {
  const last = list.lastElementChild;
  return !last || last.getBoundingClientRect().bottom <= innerHeight - covered + NEAR;
}

/**
 * Make a change; what stood at the top of the window stands there afterwards, whatever came in above it.
 * @param {HTMLElement} list
 * @param {() => void} change
 */
export function steadily(list, change) {
  const anchor = [...list.children].find((row) => row.getBoundingClientRect().bottom > 0);
  const before = anchor?.getBoundingClientRect().top ?? 0;
  change();
  if (!anchor?.isConnected || before > innerHeight) return;
  const moved = anchor.getBoundingClientRect().top - before;
  if (moved) scrollBy({ top: moved, behavior: "instant" });
}

/** @param {Element} row @param {ScrollLogicalPosition} [block] @param {boolean} [softly] */
export function bring(row, block = "center", softly = true) {
  const still = !softly || matchMedia("(prefers-reduced-motion: reduce)").matches;
  row.scrollIntoView({ block, behavior: still ? "instant" : "smooth" });
}
