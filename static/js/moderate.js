/**
 * The moderation page: selecting lines, keys, and fresh lists whenever something changes for the organisers. The server
 * renders the lists; this script asks for them again and keeps the selection.
 */

import { showConnection } from "./connection_status.js";
import { readPage } from "./page.js";
import { Transport } from "./transport.js";

const GATHER_MS = 200; // a burst of changes is one request

const page = readPage();
let cursor = page.seq;
let refreshing = 0;
const line = new Transport(page, () => cursor);

for (const name of ["frame", "head"]) {
  line.addEventListener(name, (event) => {
    const { seq } = /** @type {CustomEvent} */ (event).detail;
    if (seq <= cursor) return;
    cursor = seq;
    clearTimeout(refreshing);
    refreshing = setTimeout(refresh, GATHER_MS);
  });
}

/** Ask for the page again and replace its parts. Lines stay selected, and the focus stays where it was. */
async function refresh() {
  const response = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const selected = new Set(ticks().filter((tick) => tick.checked).map((tick) => tick.value));
  const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-id]") ?? null)?.dataset.id;
  for (const part of document.querySelectorAll("[data-part]")) {
    const next = fresh.querySelector(`[data-part="${/** @type {HTMLElement} */ (part).dataset.part}"]`);
    if (next) part.replaceWith(document.adoptNode(next));
  }
  for (const tick of ticks()) tick.checked = selected.has(tick.value);
  if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`[data-id="${CSS.escape(focused)}"]`))?.focus();
  offerAll();
}

/** @returns {HTMLInputElement[]} */
const ticks = () => [...document.querySelectorAll('[data-board] input[name="item"]')].map((tick) => /** @type {HTMLInputElement} */ (tick));

/** Show one checkbox for all lines in place of the link that works without scripts. */
function offerAll() {
  const all = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-all]"));
  if (!all) return;
  /** @type {HTMLElement} */ (all.closest("[data-select-all]")).hidden = false;
  /** @type {HTMLElement} */ (document.querySelector("[data-all-link]")).hidden = true;
  const chosen = ticks().filter((tick) => tick.checked).length;
  all.checked = chosen === ticks().length;
  all.indeterminate = chosen > 0 && !all.checked;
}

document.addEventListener("change", (event) => {
  const changed = /** @type {HTMLInputElement} */ (event.target);
  if (changed.matches("[data-all]")) for (const tick of ticks()) tick.checked = changed.checked;
  offerAll();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const lines = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".judged")]);
  const at = lines.findIndex((one) => one.contains(document.activeElement));
  if (event.key === "j") lines[Math.min(lines.length - 1, at + 1)]?.focus();
  if (event.key === "k") lines[Math.max(0, at - 1)]?.focus();
  if (event.key === "x" && at >= 0) lines[at].querySelector("input")?.click();
  const key = lines[at]?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  /** @type {HTMLElement | null | undefined} */ (key)?.click();
});

offerAll();
showConnection(line, page.timezone);
line.start();
