/**
 * The parts of a page that depend on the time: "on now", "next", the cards of the grid. When a session starts or ends, the page
 * fetches itself and replaces those parts ([data-refresh]) without reloading.
 */

const REFRESH_JITTER_MS = 10_000; // so that not all phones ask in the same second
const RETRY_MS = 60_000;
const MAX_TIMEOUT_MS = 2 ** 31 - 1; // the longest delay that setTimeout accepts

/** Refresh the page whenever a session starts or ends. @param {() => void} [onRefreshed] */
export function scheduleRefresh(onRefreshed = () => {}) {
  const wait = nextBoundary() - Date.now();
  if (!Number.isFinite(wait)) return;
  setTimeout(async () => {
    const done = wait > MAX_TIMEOUT_MS || (await refreshParts().catch(() => false));
    if (done) onRefreshed();
    setTimeout(() => scheduleRefresh(onRefreshed), done ? 0 : RETRY_MS);
  }, Math.min(wait + 1_000 + Math.random() * REFRESH_JITTER_MS, MAX_TIMEOUT_MS));
}

/** Return the time at which the next session on the page starts or ends; Infinity if none does. */
function nextBoundary() {
  const times = [...document.querySelectorAll("[data-starts]")].flatMap((part) => {
    const { starts = "", ends = "" } = /** @type {HTMLElement} */ (part).dataset;
    return [Date.parse(starts), Date.parse(ends)];
  });
  return Math.min(...times.filter((time) => time > Date.now()));
}

/** Replace a part of the page; a focused link keeps the focus. @param {Element} part @param {Element} other */
export function replace(part, other) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const link = focused?.getAttribute("href");
  if (focused && !link) return;
  part.replaceWith(other);
  if (link) /** @type {HTMLElement | null} */ (other.querySelector(`[href="${CSS.escape(link)}"]`))?.focus();
}

/** Fetch this page and replace the parts marked [data-refresh]. */
export async function refreshParts() {
  const response = await fetch(location.href, { credentials: "same-origin" });
  if (!response.ok || response.redirected) return false; // a merged session redirects to another page
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll("[data-refresh]")) {
    const name = /** @type {HTMLElement} */ (part).dataset.refresh;
    const other = fresh.querySelector(`[data-refresh="${name}"]`);
    if (other) replace(part, document.adoptNode(other));
  }
  return true;
}
