/**
 * What the clock makes untrue: "on now", "next", the cards of the grid. When a session begins or ends, the page asks the
 * server for itself and takes those parts over ([data-refresh]); the page is not reloaded, and nothing else on it moves.
 */

const SPREAD = 10_000; // ms: not every phone of the hall in the same second
const AGAIN = 60_000; // ms, where it did not work
const LONGEST = 2 ** 31 - 1; // what setTimeout can wait

/** @param {() => void} [renewed] */
export function keepFresh(renewed = () => {}) {
  const wait = nextBoundary() - Date.now();
  if (!Number.isFinite(wait)) return;
  setTimeout(async () => {
    const done = wait > LONGEST || (await renew().catch(() => false));
    if (done) renewed();
    setTimeout(() => keepFresh(renewed), done ? 0 : AGAIN);
  }, Math.min(wait + 1_000 + Math.random() * SPREAD, LONGEST));
}

/** When the next session named on the page begins or ends; Infinity where none will. */
function nextBoundary() {
  const times = [...document.querySelectorAll("[data-starts]")].flatMap((part) => {
    const { starts = "", ends = "" } = /** @type {HTMLElement} */ (part).dataset;
    return [Date.parse(starts), Date.parse(ends)];
  });
  return Math.min(...times.filter((time) => time > Date.now()));
}

/** Put a part in place of another; a link that had the focus keeps it. @param {Element} part @param {Element} other */
export function replace(part, other) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const link = focused?.getAttribute("href");
  if (focused && !link) return;
  part.replaceWith(other);
  if (link) /** @type {HTMLElement | null} */ (other.querySelector(`[href="${CSS.escape(link)}"]`))?.focus();
}

/** Take over from a fresh page what is marked so. */
export async function renew() {
  const response = await fetch(location.href, { credentials: "same-origin" });
  if (!response.ok || response.redirected) return false; // a merged session leads to another page
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll("[data-refresh]")) {
    const name = /** @type {HTMLElement} */ (part).dataset.refresh;
    const other = fresh.querySelector(`[data-refresh="${name}"]`);
    if (other) replace(part, document.adoptNode(other));
  }
  return true;
}
