/**
 * The wall: the newest lines in large type, one running session after another.
 *
 * It is left alone for days. When the server is back after an outage, the wall catches up from its cursor and refreshes the
 * programme; after a long outage, or twice a day, it reloads itself, but only if the server answers.
 */

import { showConnection } from "./connection_status.js";
import { readPage } from "./page.js";
import { followProgramme } from "./programme.js";
import { refreshParts, scheduleRefresh } from "./refresh.js";
import { Replica } from "./replica.js";
import { moment } from "./times.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";

const LINES_PER_SESSION = 12; // lines kept on the page, of each session and of the hallway
const LONG_OUTAGE_MS = 10 * 60_000;
const RELOAD_INTERVAL_MS = 12 * 3600_000;
const CLOCK_INTERVAL_MS = 5_000;
const EVERYTHING = "";

const page = readPage();
const rotationMs = Number(page.main.dataset.rotate) * 1_000;
const someRooms = "someRooms" in page.main.dataset;
const timeline = new Timeline(/** @type {HTMLElement} */ (document.querySelector("[data-timeline]")), page);
const replica = new Replica(page, timeline.versions(), show, { whole: false, window: () => line.window() });
const line = new Transport(page, () => replica.seq);
const heading = /** @type {HTMLElement} */ (document.querySelector("[data-view]"));
let view = EVERYTHING; // the guid of the session on the wall
let offSince = 0;

/** @param {import("./item.js").Item[]} items @param {string[]} gone */
function show(items, gone) {
  gone.forEach((id) => timeline.remove(id));
  for (const item of items) timeline.put(item);
  trim();
  display();
}

/** Remove the oldest lines of each session, so that the page doesn't grow. */
function trim() {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const row of rows().reverse()) {
    const session = row.dataset.session ?? "";
    counts.set(session, (counts.get(session) ?? 0) + 1);
    if ((counts.get(session) ?? 0) > LINES_PER_SESSION) timeline.remove(row.dataset.id ?? "");
  }
}

/** Show the lines of the current view only. */
function display() {
  const running = sessionsOnNow();
  for (const row of rows()) row.hidden = !belongs(row.dataset.session ?? "", running);
  heading.textContent = running.get(view) ?? "Newest notes and posts";
}

/** @param {string} session @param {Map<string, string>} running */
function belongs(session, running) {
  if (view !== EVERYTHING && running.has(view)) return session === view;
  return !someRooms || running.has(session);
}

/** Go on to the next running session that has lines, and then to all of them. */
function rotate() {
  const running = sessionsOnNow();
  const written = new Set(rows().map((row) => row.dataset.session));
  const views = [EVERYTHING, ...[...running.keys()].filter((guid) => written.has(guid))];
  view = views[(views.indexOf(view) + 1) % views.length];
  display();
}

function rows() {
  return /** @type {HTMLElement[]} */ ([...timeline.list.children]);
}

/** Return the titles of the running sessions, by guid. @returns {Map<string, string>} */
function sessionsOnNow() {
  const entries = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-on-now] > li"));
  return new Map([...entries].map((entry) => [entry.dataset.sessionGuid ?? "", entry.querySelector("h3")?.textContent ?? ""]));
}

async function refresh() {
  if (!(await refreshParts().catch(() => false))) return;
  timeline.nameSessions();
  display();
}

/** Reload the page if the server answers; otherwise stay. */
async function reload() {
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (answer?.ok) location.reload();
}

function watchOutages() {
  const connected = line.state === "live" || line.state === "plain";
  if (!connected) {
    offSince ||= Date.now();
    return;
  }
  if (offSince) Date.now() - offSince > LONG_OUTAGE_MS ? reload() : refresh();
  offSince = 0;
}

function tick() {
  const now = new Date(Date.now() + line.contact.offset).toISOString();
  /** @type {HTMLElement} */ (document.querySelector("[data-clock]")).textContent = moment(now, page.timezone);
}

function keepScreenOn() {
  if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
}

showConnection(line, page.timezone);
replica.attach(line);
line.addEventListener("state", watchOutages);
scheduleRefresh(() => refresh());
followProgramme(line, page);
line.start();
setInterval(tick, CLOCK_INTERVAL_MS);
setInterval(reload, RELOAD_INTERVAL_MS);
if (rotationMs) setInterval(rotate, rotationMs);
keepScreenOn();
document.addEventListener("visibilitychange", keepScreenOn);
trim();
display();
