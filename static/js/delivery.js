/**
 * The truth about a line: on this phone, saved, off the record, or refused and why; and what can be done about that.
 *
 * @typedef {object} Acts
 * @property {(change: import("./outbox.js").Change) => void} retry
 * @property {(change: import("./outbox.js").Change) => void} discard
 * @property {(change: import("./outbox.js").Change) => void} insist  put it over the other text
 * @property {(id: string) => void} erase  a line that is off the record
 */

import { copy, download } from "./off_record.js";

/**
 * @param {HTMLElement} row
 * @param {{changes: import("./outbox.js").Change[], unrecorded?: import("./outbox.js").Unrecorded, saved: boolean}} what  that waits here
 * @param {Acts} acts
 */
export function showDelivery(row, { changes, unrecorded, saved }, acts) {
  const place = /** @type {HTMLElement} */ (row.querySelector('[data-slot="delivery"]'));
  const refused = changes.find((change) => change.refused);
  const state = refused ? "refused" : unrecorded ? "unrecorded" : changes.length ? "phone" : saved ? "saved" : "";
  place.dataset.delivery = state;
  place.hidden = !state;
  if (refused) place.replaceChildren(...refusal(refused, acts));
  else if (unrecorded) place.replaceChildren(...keptHere(unrecorded, acts));
  else place.textContent = state === "phone" ? "on this phone" : state;
}

/** @param {import("./outbox.js").Change} change @param {Acts} acts */
function refusal(change, acts) {
  const why = change.refused ?? { code: "", message: "" };
  const text = change.body.text ?? "";
  const parts = [words(`refused: ${why.message}`)];
  if (why.code === "conflict") parts.push(words(`Current text: “${why.text ?? ""}”`));
  if (text) parts.push(copier(text), button("Download", () => download("note.txt", `${text}\n`)));
  if (why.code === "conflict") parts.push(button("Keep mine", () => acts.insist(change)), button("Keep the other", () => acts.discard(change)));
  else parts.push(button("Try again", () => acts.retry(change)), button("Delete", () => acts.discard(change)));
  return parts;
}

/** @param {import("./outbox.js").Unrecorded} line @param {Acts} acts */
function keptHere({ key, body }, acts) {
  const save = () => download("off-the-record.txt", `${body.text}\n`);
  return [words("off the record: on this phone only"), button("Download", save), button("Delete", () => acts.erase(key))];
}

/** @param {string} text */
function copier(text) {
  const made = button("copy", async () => {
    made.textContent = (await copy(text)) ? "copied" : "couldn't copy";
  });
  return made;
}

/** @param {string} text */
function words(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span;
}

/** @param {string} text @param {() => void} act */
function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "plain";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}
