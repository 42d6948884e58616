/**
 * What the server told this page: the attributes of its <main> (templates/macros/live.html).
 *
 * @typedef {object} Page
 * @property {HTMLElement} main
 * @property {string} event      the event's slug
 * @property {string} channel    "event" or "session/<guid>"
 * @property {number} seq        the page as rendered has everything up to here
 * @property {string} epoch      which life of the database that seq belongs to
 * @property {number} programme  the number of the grid that the page shows; raised as it takes over newer ones
 * @property {number} pitches    the same of the pitches
 * @property {string} token      shown to the socket in place of the cookie alone
 * @property {string} who        whose page it is, in 16 signs that say nothing: the same for the same pass, and no other
 * @property {number} renderedAt when the server made the page, by its clock; ms
 * @property {string} timezone   of the event, for the times in the margin
 * @property {string} itemUrl    the address of an item, with ID in its place
 * @property {string} session    the session's guid; "" on pages of a whole event
 * @property {string} me         the note-taker's name; "" for a follower
 */

import { sha256 } from "./sha256.js";

/** @returns {Page} */
export function readPage() {
  const main = /** @type {HTMLElement} */ (document.querySelector("main[data-live]"));
  const { event = "", channel = "event", seq = "0", epoch = "", pageToken = "", timezone = "UTC" } = main.dataset;
  const { itemUrl = "", session = "", me = "", now = "" } = main.dataset;
  const { programme = "0", pitches = "0" } = main.dataset;
  const who = sha256(pageToken).slice(0, 16);
  const renderedAt = Date.parse(now) || Date.now();
  const numbers = { seq: Number(seq), programme: Number(programme), pitches: Number(pitches) };
  return { main, event, channel, ...numbers, epoch, token: pageToken, who, renderedAt, timezone, itemUrl, session, me };
}
