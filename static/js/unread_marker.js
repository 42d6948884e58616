/** "New since you left": where a reader who comes back goes on. Kept in this browser alone. */

import { recall, remember } from "./contact_log.js";
import { moment } from "./times.js";

/**
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} list
 * @param {import("./replica.js").Replica} replica
 */
export function markSince(page, list, replica) {
  const key = `backchannel-seen/${page.event}/${page.channel}`;
  const { seq = 0, epoch = "", at = "" } = recall(key) ?? {};
  if (epoch === page.epoch) divide(list, seq, moment(at, page.timezone));
  const keep = () => remember(key, { seq: replica.seq, epoch: replica.epoch, at: new Date().toISOString() });
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
