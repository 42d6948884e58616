/**
 * The page's settings from the server: the data attributes of <main> (templates/macros/live.html).
 *
 * @typedef {object} Page
 * @property {HTMLElement} main
 * @property {string} event      the event's slug
 * @property {string} channel    "event" or "session/<guid>"
 * @property {number} seq        the page was rendered with every change up to this seq
 * @property {string} epoch      the database epoch that seq belongs to
 * @property {number} programme  the version of the grid that the page shows
 * @property {number} pitches    the version of the pitches that the page shows
 * @property {string} token      the page token, which authenticates the socket
 * @property {string} who        an opaque id of 16 hex digits, the same for all pages of one pass
 * @property {number} renderedAt when the server rendered the page, by its clock, in ms
 * @property {string} timezone   the event's time zone
 * @property {string} itemUrl    the URL of an item, with the placeholder ID
 * @property {string} session    the session's guid; "" on pages of a whole event
 * @property {string} me         the note-taker's name; "" for a follower
 */

import { sha256 } from "./sha256.js";

/** Read the settings from <main>. @returns {Page} */
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
