/** "New since you left": a divider above the items that a returning reader has not seen. Stored in this browser only. */

import { readLocal, writeLocal } from "./contact_log.js";
import { moment } from "./times.js";

/**
 * Insert the divider, and save the reader's place when they leave.
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} list
 * @param {import("./replica.js").Replica} replica
 */
export function markUnread(page, list, replica) {
  const key = `backchannel-seen/${page.event}/${page.channel}`;
  const { seq = 0, epoch = "", at = "" } = readLocal(key) ?? {};
  if (epoch === page.epoch) insertDivider(list, seq, moment(at, page.timezone));
  const save = () => writeLocal(key, { seq: replica.seq, epoch: replica.epoch, at: new Date().toISOString() });
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => document.hidden && save());
}

/** Insert the divider above the run of new items at the end; a correction further up gets none. */
function insertDivider(/** @type {HTMLElement} */ list, /** @type {number} */ seq, /** @type {string} */ left) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  let first = rows.length;
  while (first > 0 && Number(rows[first - 1].dataset.seq) > seq) first -= 1;
  if (first === 0 || first === rows.length) return;
  rows[first].classList.add("first-new");
  rows[first].dataset.since = `new since you left, ${left}`;
}
