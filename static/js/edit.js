/** The write-up's editor: lines move by the arrows, and all is saved by itself two seconds after the last change. */

const PAUSE = 2_000; // ms
const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-edit]"));
const saved = /** @type {HTMLElement} */ (document.querySelector("[data-saved]"));
let waiting = 0;

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
  if (!answer) later(PAUSE * 5);
}

/** @param {Response} answer */
async function reason(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(".lead")?.textContent ?? `the server answered ${answer.status}`;
}

/** @param {number} ms */
function later(ms = PAUSE) {
  clearTimeout(waiting);
  waiting = setTimeout(save, ms);
}

/** @param {Element} line @param {number} step */
function move(line, step) {
  const other = step < 0 ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(line);
  else other.after(line);
  for (const order of form.querySelectorAll("[data-order]")) /** @type {HTMLInputElement} */ (order).disabled = false;
  later();
}

for (const moves of form.querySelectorAll("[data-moves]")) /** @type {HTMLElement} */ (moves).hidden = false;
form.addEventListener("input", (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target);
  if (box.name === "keep") box.closest("[data-line]")?.classList.toggle("is-out", !box.checked);
  saved.textContent = "";
  later();
});
form.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-move]"));
  const line = button?.closest("[data-line]");
  if (!button || !line) return;
  move(line, Number(button.dataset.move));
  button.focus();
});
