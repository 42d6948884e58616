/**
 * The delivery state under a line (on this phone, saved, off the record or refused), and the actions it offers.
 *
 * @typedef {object} Actions
 * @property {(change: import("./outbox.js").Change) => void} retry
 * @property {(change: import("./outbox.js").Change) => void} discard
 * @property {(change: import("./outbox.js").Change) => void} overwrite  replace the conflicting text
 * @property {(id: string) => void} erase  delete a line that is off the record
 */

import { copy, download } from "./off_record.js";

/**
 * Show the delivery state of a row.
 * @param {HTMLElement} row
 * @param {{changes: import("./outbox.js").Change[], unrecorded?: import("./outbox.js").Unrecorded, saved: boolean}} line
 * @param {Actions} actions
 */
export function showDelivery(row, { changes, unrecorded, saved }, actions) {
  const place = /** @type {HTMLElement} */ (row.querySelector('[data-slot="delivery"]'));
  const refused = changes.find((change) => change.refused);
  const state = refused ? "refused" : unrecorded ? "unrecorded" : changes.length ? "phone" : saved ? "saved" : "";
  place.dataset.delivery = state;
  place.hidden = !state;
  if (refused) place.replaceChildren(...refusedParts(refused, actions));
  else if (unrecorded) place.replaceChildren(...unrecordedParts(unrecorded, actions));
  else place.textContent = state === "phone" ? "on this phone" : state;
}

/** Make the parts for a refused change. @param {import("./outbox.js").Change} change @param {Actions} actions */
function refusedParts(change, actions) {
  const error = change.refused ?? { code: "", message: "" };
  const text = change.body.text ?? "";
  const parts = [span(`refused: ${error.message}`)];
  if (error.code === "conflict") parts.push(span(`Current text: “${error.text ?? ""}”`));
  if (text) parts.push(copyButton(text), button("Download", () => download("note.txt", `${text}\n`)));
  if (error.code === "conflict") parts.push(button("Keep mine", () => actions.overwrite(change)), button("Keep the other", () => actions.discard(change)));
  else parts.push(button("Try again", () => actions.retry(change)), button("Delete", () => actions.discard(change)));
  return parts;
}

/** Make the parts for a line off the record. @param {import("./outbox.js").Unrecorded} line @param {Actions} actions */
function unrecordedParts({ key, body }, actions) {
  const save = () => download("off-the-record.txt", `${body.text}\n`);
  return [span("off the record: on this phone only"), button("Download", save), button("Delete", () => actions.erase(key))];
}

/** Make a button that copies a text to the clipboard. @param {string} text */
function copyButton(text) {
  const made = button("Copy", async () => {
    made.textContent = (await copy(text)) ? "Copied" : "Couldn't copy";
  });
  return made;
}

/** @param {string} text */
function span(text) {
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
