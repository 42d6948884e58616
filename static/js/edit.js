/** The write-up editor: the arrow buttons move lines, and the form is saved two seconds after the last change. */

const SAVE_DELAY_MS = 2_000;
const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-edit]"));
const saved = /** @type {HTMLElement} */ (document.querySelector("[data-saved]"));
let saveTimer = 0;

/** Save the form and say whether that worked. */
async function save() {
  saved.textContent = "saving…";
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(/** @type {any} */ (new FormData(form))),
    headers: { Accept: "application/json" },
    credentials: "same-origin",
  }).catch(() => null);
  if (answer?.ok) saved.textContent = "saved";
  else saved.textContent = answer ? `not saved: ${await reason(answer)}` : "not saved yet: you are offline; trying again";
  if (!answer) saveSoon(SAVE_DELAY_MS * 5);
}

/** Return the error message of a response. @param {Response} answer */
async function reason(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(".lead")?.textContent ?? `the server answered ${answer.status}`;
}

/** Save once nothing has changed for a while. @param {number} ms */
function saveSoon(ms = SAVE_DELAY_MS) {
  clearTimeout(saveTimer);
  saveTimer = setTimeout(save, ms);
}

/** Move a line up (-1) or down (1). @param {Element} line @param {number} step */
function move(line, step) {
  const other = step < 0 ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(line);
  else other.after(line);
  for (const order of form.querySelectorAll("[data-order]")) /** @type {HTMLInputElement} */ (order).disabled = false;
  saveSoon();
}

for (const moves of form.querySelectorAll("[data-moves]")) /** @type {HTMLElement} */ (moves).hidden = false;
form.addEventListener("input", (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target);
  if (box.name === "keep") box.closest("[data-line]")?.classList.toggle("is-out", !box.checked);
  saved.textContent = "";
  saveSoon();
});
form.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-move]"));
  const line = button?.closest("[data-line]");
  if (!button || !line) return;
  move(line, Number(button.dataset.move));
  button.focus();
});
