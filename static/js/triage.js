/**
 * The triage board: a key or a tap puts a post where it belongs. The list is the server's: whenever something changes for
 * the organisers, the page asks for it again and takes it over, keeping the place of whoever is working.
 */

import { showConnection } from "./connection_status.js";
import { Transport } from "./transport.js";
import { readPage } from "./page.js";
import { uuid7 } from "./uuid7.js";

const GATHER = 200; // ms: a burst of posts is one look

const page = readPage();
let cursor = page.seq;
const line = new Transport(page, () => cursor);
const refused = /** @type {HTMLElement} */ (document.querySelector("[data-refused]"));
const undoLine = /** @type {HTMLElement} */ (document.querySelector("[data-undo-line]"));
/** @type {string[]} ids of what was done here, last first */
const done = [];
let looking = 0;

line.addEventListener("frame", (event) => {
  const { seq } = /** @type {CustomEvent} */ (event).detail;
  if (seq <= cursor) return;
  cursor = seq;
  lookAgain();
});
line.addEventListener("head", (event) => {
  const { seq } = /** @type {CustomEvent} */ (event).detail;
  if (seq > cursor) {
    cursor = seq;
    lookAgain();
  }
});

function lookAgain() {
  clearTimeout(looking);
  looking = setTimeout(takeOver, GATHER);
}

/** Ask for the board again, and put it in the place of the old one. */
async function takeOver() {
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

/** The slip that has the focus, or holds what has it. */
const current = () => /** @type {HTMLElement | null} */ (document.activeElement?.closest(".unsorted") ?? null);

/** @param {number} step */
function go(step) {
  const all = slips();
  const here = all.findIndex((slip) => slip === current());
  all[here < 0 ? 0 : Math.max(0, Math.min(all.length - 1, here + step))]?.focus();
}

/**
 * @param {HTMLElement} slip
 * @param {{do: string, session?: string | null}} change
 * @param {string} words
 */
async function act(slip, change, words) {
  const id = slip.dataset.id ?? "";
  const seat = /** @type {HTMLInputElement} */ (slip.querySelector("[data-seat]")).checked;
  const what = { op: uuid7(), id, ...change, do: change.do === "move" && seat && change.session ? "seat" : change.do };
  slip.classList.add("going");
  const answer = await line.send([what]).catch((fault) => ({ results: [{ error: { message: fault.message } }] }));
  const [result] = answer.results;
  tell(result.error ? result.error.message : "");
  if (result.error) return slip.classList.remove("going");
  done.unshift(id);
  showUndo(words);
  if (slip === current() || slip.contains(document.activeElement)) go(1);
  lookAgain();
}

async function undo() {
  const id = done.shift();
  if (!id) return;
  const answer = await line.send([{ op: uuid7(), id, do: "undo" }]).catch((fault) => ({ results: [{ error: fault }] }));
  tell(answer.results[0].error?.message ?? "");
  undoLine.hidden = !done.length;
  lookAgain();
}

/** @param {string} words */
function showUndo(words) {
  undoLine.hidden = false;
  /** @type {HTMLElement} */ (undoLine.querySelector('[data-slot="done"]')).textContent = words;
}

/** @param {string} message */
function tell(message) {
  refused.hidden = !message;
  refused.textContent = message;
}

document.addEventListener("submit", (event) => {
  const { submitter } = /** @type {SubmitEvent} */ (event);
  const slip = /** @type {HTMLElement | null} */ (submitter?.closest(".unsorted") ?? null);
  if (!slip || !submitter) return;
  event.preventDefault();
  chosen(slip, submitter);
});

/** @param {HTMLElement} slip @param {HTMLElement} button */
function chosen(slip, button) {
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
  if (event.key === "j") return go(1);
  if (event.key === "k") return go(-1);
  const slip = current() ?? slips()[0];
  const button = /** @type {HTMLElement | null} */ (slip?.querySelector(`[data-key="${CSS.escape(event.key)}"]`));
  if (slip && button) {
    event.preventDefault();
    chosen(slip, button);
  }
});

document.querySelector("[data-undo]")?.addEventListener("click", undo);
showConnection(line, page.timezone);
line.start();
