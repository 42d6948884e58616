/**
 * Changes of the programme. When the grid changes, the page says where its session moved, and fetches itself to replace the
 * parts marked [data-refresh] (refresh.js).
 *
 * Every change increments the version that the server sends. A page that missed a message sees a different version in the
 * next head or response, and fetches the changes.
 *
 * @typedef {{guid: string, slug: string, title: string, room: string | null, starts: string | null, ends: string | null, cancelled: boolean, merged_into: string | null}} Place
 * @typedef {{programme: number, pitches: number, sessions?: Place[], spread?: number}} News
 */

import { refreshParts } from "./refresh.js";
import { moment } from "./times.js";

const REFRESH_JITTER_MS = 2_000; // if the server's message gives none

/** Show every change of the programme. @param {import("./transport.js").Transport} transport @param {import("./page.js").Page} page */
export function followProgramme(transport, page) {
  let refreshTimer = 0;
  transport.addEventListener("programme", async (event) => {
    /** @type {News} */
    const news = /** @type {CustomEvent} */ (event).detail;
    const before = page.programme;
    const changed = news.programme !== before;
    page.programme = news.programme;
    page.pitches = news.pitches;
    if (!changed) return;
    const jitter = news.spread ?? REFRESH_JITTER_MS;
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(() => refreshParts().catch(() => {}), Math.random() * jitter);
    const sessions = news.sessions ?? (await fetchChanges(transport, before).catch(() => []));
    showChanges(sessions, page);
  });
}

/** Fetch the changes since a version, for a page that missed a message. @param {import("./transport.js").Transport} transport @param {number} version @returns {Promise<Place[]>} */
async function fetchChanges(transport, version) {
  const response = await fetch(`${transport.base}/programme?after=${version}`, { credentials: "same-origin" });
  return response.ok ? (await response.json()).sessions : [];
}

/** Show the changes on a session's page, or announce them on any other. @param {Place[]} sessions @param {import("./page.js").Page} page */
function showChanges(sessions, page) {
  const here = sessions.find((session) => session.guid === page.session);
  if (here) showPlace(here, page);
  else if (!page.session && sessions.length) announce(sessions.map((session) => sentence(`“${session.title}”`, session, page)).slice(0, 3).join(" "));
}

/** Show a notice if the session moved. @param {Place} session @param {import("./page.js").Page} page */
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

/** Return whether the page shows a different place. @param {HTMLElement} place @param {Place} session */
function moved(place, session) {
  const current = placeData(session);
  const same = (/** @type {string | undefined} */ one, /** @type {string} */ other) => one === other || Date.parse(one ?? "") === Date.parse(other);
  return !(place.dataset.room === current.room && same(place.dataset.starts, current.starts) && same(place.dataset.ends, current.ends) && place.dataset.fate === current.fate);
}

/** Return a session's place as data attributes. @param {Place} session */
function placeData({ room, starts, ends, cancelled, merged_into: merged }) {
  return { room: room ?? "", starts: starts ?? "", ends: ends ?? "", fate: merged ? "merged" : cancelled ? "cancelled" : "" };
}

/** Describe a change: "This session moved to Room 2, 10:30." @param {string} subject @param {Place} session @param {import("./page.js").Page} page */
function sentence(subject, session, page) {
  if (session.merged_into) return `${subject} was merged into another session.`;
  if (session.cancelled) return `${subject} was cancelled.`;
  if (!session.starts || !session.room) return `${subject} has no place on the grid at the moment.`;
  const ends = session.ends ? `–${moment(session.ends, page.timezone)}` : "";
  return `${subject} moved to ${session.room}, ${moment(session.starts, page.timezone)}${ends}.`;
}

/** Make a link to this session's URL, which redirects to the session that it was merged into. @param {import("./page.js").Page} page */
function link(page) {
  const anchor = document.createElement("a");
  anchor.href = page.main.dataset.home ?? location.href;
  anchor.textContent = "Open it";
  return anchor;
}

/** Tell screen readers. @param {string} words */
function announce(words) {
  const region = document.querySelector("[data-announce]");
  if (region) region.textContent = words;
}
