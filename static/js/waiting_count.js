/**
 * The number on the organisers' Moderate tab, kept current on every page. It waits for changes of the organisers' channel
 * with a long poll, because the page's own connection follows another channel.
 */

const tab = /** @type {HTMLElement | null} */ (document.querySelector("[data-waiting]"));
const WAIT_S = 25; // that the server may hold an answer
const RETRY_MS = 15_000; // after a failure
const GATHER_MS = 300; // a burst of posts is one request

if (tab) follow(tab);

/** @param {HTMLElement} tab */
async function follow(tab) {
  const { event = "", countUrl = "" } = tab.dataset;
  const changes = `/api/v1/events/${encodeURIComponent(event)}/changes?channel=staff&limit=200&wait=${WAIT_S}&after=`;
  let seq = Number(tab.dataset.seq);
  for (;;) {
    try {
      await show(tab, countUrl);
      const answer = await json(`${changes}${seq}`);
      seq = Math.max(seq, answer.seq);
      await pause(GATHER_MS);
    } catch {
      await pause(RETRY_MS);
    }
  }
}

/** @param {HTMLElement} tab @param {string} url */
async function show(tab, url) {
  const { waiting } = await json(url);
  tab.hidden = !waiting;
  /** @type {HTMLElement} */ (tab.querySelector("[data-number]")).textContent = String(waiting);
}

/** @param {string} url */
async function json(url) {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
