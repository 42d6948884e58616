/**
 * The grid editor and the pitches page. Both work as plain forms. With this script, forms are sent in the background and the
 * parts of the page ([data-part]) are replaced from the response. Other people's changes appear as soon as the server reports
 * them. The script also adds dragging, arrow keys and switching slots without a request.
 */

import { showConnection } from "./connection_status.js";
import { readPage } from "./page.js";
import { Transport } from "./transport.js";
import { uuid7 } from "./uuid7.js";

const REFRESH_DELAY_MS = 150; // changes within this time need one request
const FIELDS = "input:not([type=hidden]), select, textarea";
const STEPS = new Map([["ArrowUp", [-1, 0]], ["ArrowDown", [1, 0]], ["ArrowLeft", [0, -1]], ["ArrowRight", [0, 1]]]);

const page = readPage();
let cursor = page.seq;
const transport = new Transport(page, () => cursor);
const liveRegion = /** @type {HTMLElement} */ (document.querySelector("[data-announce]"));
let refreshTimer = 0;
let sending = false;
let requests = 0; // only the response to the newest request is shown

transport.addEventListener("frame", (event) => {
  cursor = Math.max(cursor, /** @type {CustomEvent} */ (event).detail.seq);
});
transport.addEventListener("programme", (event) => {
  const news = /** @type {CustomEvent} */ (event).detail;
  if (news.programme === page.programme && news.pitches === page.pitches) return;
  page.programme = news.programme;
  page.pitches = news.pitches;
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(refreshPage, REFRESH_DELAY_MS + Math.random() * (news.spread ?? 0));
});

/** Fetch the page again and replace its parts. While a form is being sent, wait. */
async function refreshPage() {
  if (sending) {
    refreshTimer = setTimeout(refreshPage, REFRESH_DELAY_MS);
    return;
  }
  const html = await fetchNewest();
  if (html) replaceParts(html);
}

/** Return this page as it is now; null if the request failed, or if another one was made meanwhile. */
async function fetchNewest() {
  const request = ++requests;
  const response = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  const html = response?.ok ? await response.text() : null;
  return request === requests ? html : null;
}

/** Replace the parts of the page. @param {string} html @param {{all?: boolean}} [how]  all: also the forms being filled in */
function replaceParts(html, { all = false } = {}) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const main = /** @type {HTMLElement | null} */ (fresh.querySelector("main[data-live]"));
  if (!main) return location.reload();
  page.main.className = main.className;
  page.programme = Number(main.dataset.programme);
  page.pitches = Number(main.dataset.pitches);
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-part]"))) {
    const other = /** @type {HTMLElement | null} */ (fresh.querySelector(`[data-part="${part.dataset.part}"]`));
    if (other && (all || !isBeingFilledIn(part))) replace(part, /** @type {HTMLElement} */ (document.adoptNode(other)));
  }
  prepare();
}

/** Return whether somebody is filling in a form in this part. @param {HTMLElement} part */
function isBeingFilledIn(part) {
  return [...part.querySelectorAll(FIELDS)].some((field) => {
    if (field instanceof HTMLSelectElement) return field === document.activeElement;
    const { value, defaultValue } = /** @type {HTMLInputElement} */ (field);
    return field === document.activeElement || value !== defaultValue;
  });
}

/** Replace a part, keeping open details open and the focus where it was. @param {HTMLElement} part @param {HTMLElement} other */
function replace(part, other) {
  const focused = part.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  for (const open of /** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll("details[open]"))) {
    other.querySelector(`[data-details="${CSS.escape(open.dataset.details ?? "")}"]`)?.setAttribute("open", "");
  }
  part.replaceWith(other);
  const { pick, key } = focused?.dataset ?? {};
  const again = pick ? `[data-pick="${CSS.escape(pick)}"]` : key ? `[data-key="${CSS.escape(key)}"]` : "";
  if (again) /** @type {HTMLElement | null} */ (document.querySelector(again))?.focus({ preventScroll: true });
}

/** Send a form in the background. @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
async function send(form, submitter) {
  const data = new FormData(form, submitter);
  if (data.has("op")) data.set("op", uuid7());
  sending = true;
  requests += 1;
  document.body.classList.add("is-sending");
  try {
    const action = form.getAttribute("action") || location.pathname;
    const response = await fetch(action, { method: "POST", body: data, credentials: "same-origin" });
    const html = await response.text();
    if (response.redirected) history.replaceState(null, "", response.url.split("#")[0]);
    replaceParts(html, { all: true });
    report(response.ok);
  } catch {
    showError("The server can't be reached. Nothing was changed; try again.");
  } finally {
    sending = false;
    document.body.classList.remove("is-sending");
  }
}

/** Announce the change, or scroll to the error. @param {boolean} ok */
function report(ok) {
  const reason = /** @type {HTMLElement | null} */ (document.querySelector(".refused"));
  if (!ok && reason) {
    reason.scrollIntoView({ block: "nearest" });
    return;
  }
  liveRegion.textContent = document.querySelector("[data-said]")?.textContent ?? "";
}

/** Show an error. @param {string} message */
function showError(message) {
  const place = /** @type {HTMLElement} */ (document.querySelector('[data-part="refused"]'));
  const reason = document.createElement("p");
  reason.className = "refused";
  reason.role = "alert";
  reason.textContent = message;
  place.replaceChildren(reason);
}

/** Mark a session as chosen; its panel comes with the next response. @param {string} guid */
function pick(guid) {
  for (const field of document.querySelectorAll("[data-picked]")) /** @type {HTMLInputElement} */ (field).value = guid;
  for (const ticket of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-ticket]"))) {
    ticket.classList.toggle("is-picked", ticket.dataset.ticket === guid);
  }
  page.main.classList.toggle("is-picking", Boolean(guid));
  page.main.classList.toggle("is-pitching", Boolean(document.querySelector(".ticket.is-picked.is-pitch")));
}

/** Choose or close a session without reloading. @param {HTMLAnchorElement} link */
async function follow(link) {
  const chosen = link.dataset.pick && !link.hasAttribute("aria-current") ? link.dataset.pick : "";
  pick(chosen);
  history.replaceState(null, "", shownIn(link.href));
  const html = await fetchNewest();
  if (!html) return;
  replaceParts(html, { all: true });
  if (!chosen) return;
  document.querySelector(`[data-pick="${CSS.escape(chosen)}"]`)?.scrollIntoView({ block: "nearest" });
  if (link.closest('[data-part="tray"]')) document.querySelector("#grid")?.scrollIntoView({ block: "start" });
}

/** Return a URL with the slot that is shown now. @param {string} href */
function shownIn(href) {
  const url = new URL(href);
  url.hash = "";
  const row = /** @type {HTMLElement | null} */ (document.querySelector("tr.is-shown"));
  if (row) url.searchParams.set("slot", row.dataset.row ?? "");
  return url.href;
}

/** Show one slot, on narrow windows. @param {HTMLElement} link */
function showSlot(link) {
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("tr[data-row]"))) {
    row.classList.toggle("is-shown", row.dataset.row === link.dataset.slotLink);
  }
  for (const other of document.querySelectorAll("[data-slot-link]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  history.replaceState(null, "", shownIn(location.href));
  for (const field of document.querySelectorAll("[name=show]")) {
    /** @type {HTMLInputElement} */ (field).value = link.dataset.slotLink ?? "";
  }
}

/** Place a session in a cell. @param {string} guid @param {string} name  the cell's value: "room slot" */
function place(guid, name) {
  pick(guid);
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector(`.here[name="cell"][value="${CSS.escape(name)}"]`));
  const form = /** @type {HTMLFormElement} */ (document.querySelector("#place"));
  if (button) send(form, button);
}

/** Move the focus by one cell. @param {number[]} step */
function moveFocus([down, right]) {
  const rows = [...document.querySelectorAll("tr[data-row]")];
  const cell = document.activeElement?.closest("td[data-cell]");
  let row = cell ? rows.indexOf(/** @type {Element} */ (cell.parentElement)) : down < 0 ? rows.length : -1;
  let column = cell ? [...(cell.parentElement?.querySelectorAll("td") ?? [])].indexOf(/** @type {HTMLTableCellElement} */ (cell)) : 0;
  for (;;) {
    row += down;
    column += cell || !right ? right : 0;
    if (!cell && right) row = Math.max(row, 0);
    const target = rows[row]?.querySelectorAll("td")[column];
    if (!target) return false;
    const wanted = page.main.classList.contains("is-picking") ? ".here[name=cell]:not([hidden]), .pick" : ".pick";
    const found = /** @type {HTMLElement | null} */ (target.querySelector(wanted));
    if (found) {
      found.focus();
      return true;
    }
    if (!cell) return false;
  }
}

/** Make the sessions draggable where there is a mouse. */
function prepare() {
  if (!matchMedia("(pointer: fine)").matches) return;
  for (const ticket of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-ticket]"))) ticket.draggable = true;
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  send(/** @type {HTMLFormElement} */ (event.target), /** @type {SubmitEvent} */ (event).submitter);
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest("[data-pick], [data-close], [data-slot-link]"));
  if (!link) return;
  event.preventDefault();
  if (link.dataset.slotLink) showSlot(link);
  else follow(link);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /** @type {Element} */ (event.target).matches(FIELDS)) return;
  if (!document.querySelector(".edit-grid")) return;
  const step = STEPS.get(event.key);
  if (step && moveFocus(step)) event.preventDefault();
  const close = /** @type {HTMLAnchorElement | null} */ (document.querySelector("[data-close]"));
  if (event.key === "Escape" && close) follow(close);
});

document.addEventListener("dragstart", (event) => {
  const ticket = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest?.("[data-ticket]") ?? null);
  if (!ticket || !event.dataTransfer) return;
  event.dataTransfer.setData("text/plain", ticket.dataset.ticket ?? "");
  event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  const cell = /** @type {Element} */ (event.target).closest("td[data-cell]");
  if (cell) event.preventDefault();
  for (const other of document.querySelectorAll(".is-over")) other.classList.toggle("is-over", other === cell);
  cell?.classList.add("is-over");
});

document.addEventListener("drop", (event) => {
  const cell = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("td[data-cell]"));
  const guid = event.dataTransfer?.getData("text/plain");
  if (!cell || !guid) return;
  event.preventDefault();
  cell.classList.remove("is-over");
  place(guid, cell.dataset.cell ?? "");
});

prepare();
showConnection(transport, page.timezone);
transport.start();
