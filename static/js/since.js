/** "New since you left": where a reader who comes back goes on. Kept in this browser alone. */

import { moment } from "./times.js";

/**
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} list
 * @param {() => number} cursor
 */
export function markSince(page, list, cursor) {
  const key = `backchannel-seen/${page.event}/${page.channel}`;
  const { seq = 0, epoch = "", at = "" } = recall(key);
  if (epoch === page.epoch) divide(list, seq, moment(at, page.timezone));
  const keep = () => remember(key, { seq: cursor(), epoch: page.epoch, at: new Date().toISOString() });
  addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", () => document.hidden && keep());
}

/** Only what stands at the end, all of it new, is "since": a correction high up draws no line. */
function divide(/** @type {HTMLElement} */ list, /** @type {number} */ seq, /** @type {string} */ left) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  let first = rows.length;
  while (first > 0 && Number(rows[first - 1].dataset.seq) > seq) first -= 1;
  if (first === 0 || first === rows.length) return;
  rows[first].classList.add("first-new");
  rows[first].dataset.since = `new since you left, ${left}`;
}

/** @param {string} key */
function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {string} key @param {object} value */
function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing draws no line
  }
}
