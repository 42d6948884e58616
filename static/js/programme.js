/**
 * The programme as this page shows it. When the grid changes, the page says where its session went, and asks the server for
 * itself to take over the parts marked [data-refresh] (refresh.js).
 *
 * The server sends a number that every change raises. A page that missed a message sees another number in the next head or
 * answer, and fetches what changed.
 *
 * @typedef {{guid: string, slug: string, title: string, room: string | null, starts: string | null, ends: string | null, cancelled: boolean, merged_into: string | null}} Place
 * @typedef {{programme: number, pitches: number, sessions?: Place[], spread?: number}} News
 */

import { renew } from "./refresh.js";
import { moment } from "./times.js";

const SPREAD_MS = 2_000; // where the server gives none

/** @param {import("./transport.js").Transport} line @param {import("./page.js").Page} page */
export function followProgramme(line, page) {
  let waiting = 0;
  line.addEventListener("programme", async (event) => {
    /** @type {News} */
    const news = /** @type {CustomEvent} */ (event).detail;
    const before = page.programme;
    const changed = news.programme !== before;
    page.programme = news.programme;
    page.pitches = news.pitches;
    if (!changed) return;
    const spread = news.spread ?? SPREAD_MS;
    clearTimeout(waiting);
    waiting = setTimeout(() => renew().catch(() => {}), Math.random() * spread);
    const sessions = news.sessions ?? (await missed(line, before).catch(() => []));
    show(sessions, page);
  });
}

/** What changed after a number, for a page that missed the message. @param {import("./transport.js").Transport} line @param {number} before @returns {Promise<Place[]>} */
async function missed(line, before) {
  const response = await fetch(`${line.base}/programme?after=${before}`, { credentials: "same-origin" });
  return response.ok ? (await response.json()).sessions : [];
}

/** @param {Place[]} sessions @param {import("./page.js").Page} page */
function show(sessions, page) {
  const here = sessions.find((session) => session.guid === page.session);
  if (here) showPlace(here, page);
  else if (!page.session && sessions.length) announce(sessions.map((session) => sentence(`“${session.title}”`, session, page)).slice(0, 3).join(" "));
}

/** @param {Place} session @param {import("./page.js").Page} page */
function showPlace(session, page) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-place]"));
  const notice = /** @type {HTMLElement | null} */ (document.querySelector("[data-moved]"));
  if (!place || !notice || !moved(place, session)) return;
  Object.assign(place.dataset, placeData(session));
  const words = sentence("This session", session, page);
  notice.hidden = false;
  notice.textContent = words;
  if (session.merged_into) notice.append(" ", link(page));
  announce(words);
}

/** Whether the page says something else. @param {HTMLElement} place @param {Place} session */
function moved(place, session) {
  const now = placeData(session);
  const same = (/** @type {string | undefined} */ one, /** @type {string} */ other) => one === other || Date.parse(one ?? "") === Date.parse(other);
  return !(place.dataset.room === now.room && same(place.dataset.starts, now.starts) && same(place.dataset.ends, now.ends) && place.dataset.fate === now.fate);
}

/** @param {Place} session */
function placeData({ room, starts, ends, cancelled, merged_into: merged }) {
  return { room: room ?? "", starts: starts ?? "", ends: ends ?? "", fate: merged ? "merged" : cancelled ? "cancelled" : "" };
}

/** "This session moved to Room 2, 10:30." @param {string} subject @param {Place} session @param {import("./page.js").Page} page */
function sentence(subject, session, page) {
  if (session.merged_into) return `${subject} was merged into another session.`;
  if (session.cancelled) return `${subject} was cancelled.`;
  if (!session.starts || !session.room) return `${subject} has no place on the grid at the moment.`;
  const ends = session.ends ? `–${moment(session.ends, page.timezone)}` : "";
  return `${subject} moved to ${session.room}, ${moment(session.starts, page.timezone)}${ends}.`;
}

/** The address of a merged session leads to the other one. @param {import("./page.js").Page} page */
function link(page) {
  const anchor = document.createElement("a");
  anchor.href = page.main.dataset.home ?? location.href;
  anchor.textContent = "Open it";
  return anchor;
}

/** @param {string} words */
function announce(words) {
  const voice = document.querySelector("[data-announce]");
  if (voice) voice.textContent = words;
}
