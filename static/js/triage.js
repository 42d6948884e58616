/**
 * The triage board: a key or a tap places a post in a session. Whenever something changes for the organisers, the page fetches
 * the list again and keeps the focus where it was.
 */

import { showConnection } from "./connection_status.js";
import { Transport } from "./transport.js";
import { readPage } from "./page.js";
import { uuid7 } from "./uuid7.js";

const REFRESH_DELAY_MS = 200; // changes within this time need one request
const page = readPage();
let cursor = page.seq;
const transport = new Transport(page, () => cursor);
const errorLine = /** @type {HTMLElement} */ (document.querySelector("[data-refused]"));
const undoLine = /** @type {HTMLElement} */ (document.querySelector("[data-undo-line]"));
/** @type {string[]} ids of the items changed on this page, latest first */
const undoable = [];
let refreshTimer = 0;

transport.addEventListener("frame", (event) => {
  const { seq } = /** @type {CustomEvent} */ (event).detail;
  if (seq <= cursor) return;
  cursor = seq;
  refreshSoon();
});
transport.addEventListener("head", (event) => {
  const { seq } = /** @type {CustomEvent} */ (event).detail;
  if (seq > cursor) {
    cursor = seq;
    refreshSoon();
  }
});

function refreshSoon() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(refreshBoard, REFRESH_DELAY_MS);
}

/** Fetch the board and replace the one on the page. */
async function refreshBoard() {
  const response = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-board]");
  const board = document.querySelector("[data-board]");
  if (!fresh || !board) return;
  const here = current()?.dataset.id;
  const place = slips().findIndex((slip) => slip.dataset.id === here);
  board.replaceWith(document.adoptNode(fresh));
  const next = slips().find((slip) => slip.dataset.id === here) ?? slips()[Math.min(place, slips().length - 1)];
  if (here && next) next.focus();
}

/** @returns {HTMLElement[]} */
const slips = () => [...document.querySelectorAll("[data-board] .unsorted")].map((slip) => /** @type {HTMLElement} */ (slip));

/** Return the slip that contains the focus. */
const current = () => /** @type {HTMLElement | null} */ (document.activeElement?.closest(".unsorted") ?? null);

/** Move the focus by a number of slips. @param {number} step */
function moveFocus(step) {
  const all = slips();
  const here = all.findIndex((slip) => slip === current());
  all[here < 0 ? 0 : Math.max(0, Math.min(all.length - 1, here + step))]?.focus();
}

/**
 * Send a change of a slip's item.
 * @param {HTMLElement} slip
 * @param {{do: string, session?: string | null}} change
 * @param {string} message  shown beside "Undo"
 */
async function act(slip, change, message) {
  const id = slip.dataset.id ?? "";
  const seat = /** @type {HTMLInputElement} */ (slip.querySelector("[data-seat]")).checked;
  const op = { op: uuid7(), id, ...change, do: change.do === "move" && seat && change.session ? "seat" : change.do };
  slip.classList.add("going");
  const answer = await transport.send([op]).catch((fault) => ({ results: [{ error: { message: fault.message } }] }));
  const [result] = answer.results;
  showError(result.error ? result.error.message : "");
  if (result.error) return slip.classList.remove("going");
  undoable.unshift(id);
  showUndo(message);
  if (slip === current() || slip.contains(document.activeElement)) moveFocus(1);
  refreshSoon();
}

/** Undo the latest change made on this page. */
async function undo() {
  const id = undoable.shift();
  if (!id) return;
  const answer = await transport.send([{ op: uuid7(), id, do: "undo" }]).catch((fault) => ({ results: [{ error: fault }] }));
  showError(answer.results[0].error?.message ?? "");
  undoLine.hidden = !undoable.length;
  refreshSoon();
}

/** @param {string} message */
function showUndo(message) {
  undoLine.hidden = false;
  /** @type {HTMLElement} */ (undoLine.querySelector('[data-slot="done"]')).textContent = message;
}

/** @param {string} message */
function showError(message) {
  errorLine.hidden = !message;
  errorLine.textContent = message;
}

document.addEventListener("submit", (event) => {
  const { submitter } = /** @type {SubmitEvent} */ (event);
  const slip = /** @type {HTMLElement | null} */ (submitter?.closest(".unsorted") ?? null);
  if (!slip || !submitter) return;
  event.preventDefault();
  press(slip, submitter);
});

/** Do what a button of a slip says. @param {HTMLElement} slip @param {HTMLElement} button */
function press(slip, button) {
  if (button.dataset.do === "hide" || button.dataset.do === "show") {
    return act(slip, { do: button.dataset.do }, button.dataset.do === "hide" ? "Hidden." : "Visible again.");
  }
  const select = /** @type {HTMLSelectElement} */ (slip.querySelector("[data-elsewhere]"));
  const session = button.dataset.do === "move" ? button.getAttribute("value") : select.value;
  if (!session) return select.focus();
  const title = button.dataset.do === "move" ? button.querySelector("bdi")?.textContent : select.selectedOptions[0].textContent;
  return act(slip, { do: "move", session: session === "hallway" ? null : session }, `Placed in “${title}”.`);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/** @type {Element} */ (event.target).matches("select, input[type=text], textarea")) return;
  if (event.key === "u") return undo();
  if (event.key === "j") return moveFocus(1);
  if (event.key === "k") return moveFocus(-1);
  const slip = current() ?? slips()[0];
  const button = /** @type {HTMLElement | null} */ (slip?.querySelector(`[data-key="${CSS.escape(event.key)}"]`));
  if (slip && button) {
    event.preventDefault();
    press(slip, button);
  }
});

document.querySelector("[data-undo]")?.addEventListener("click", undo);
showConnection(transport, page.timezone);
transport.start();
