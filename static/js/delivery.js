/**
 * The truth about a line: on this phone, saved, or refused and why; and what can be done about that.
 *
 * @typedef {object} Acts
 * @property {(change: import("./outbox.js").Change) => void} retry
 * @property {(change: import("./outbox.js").Change) => void} discard
 * @property {(change: import("./outbox.js").Change) => void} insist  put it over the other text
 */

/**
 * @param {HTMLElement} row
 * @param {import("./outbox.js").Change[]} changes  that wait here
 * @param {boolean} saved
 * @param {Acts} acts
 */
export function showDelivery(row, changes, saved, acts) {
  const place = /** @type {HTMLElement} */ (row.querySelector('[data-slot="delivery"]'));
  const refused = changes.find((change) => change.refused);
  const state = refused ? "refused" : changes.length ? "phone" : saved ? "saved" : "";
  place.dataset.delivery = state;
  place.hidden = !state;
  if (refused) place.replaceChildren(...refusal(refused, acts));
  else place.textContent = state === "phone" ? "on this phone" : state;
}

/** @param {import("./outbox.js").Change} change @param {Acts} acts */
function refusal(change, acts) {
  const why = change.refused ?? { code: "", message: "" };
  const copy = () => navigator.clipboard?.writeText(change.body.text ?? "");
  const parts = [words(`not taken: ${why.message}`)];
  if (why.code === "conflict") {
    parts.push(words(` It reads now: “${why.text ?? ""}”`));
    parts.push(button("keep mine", () => acts.insist(change)), button("keep the other", () => acts.discard(change)));
    return parts;
  }
  if (change.body.text && navigator.clipboard) parts.push(button("copy", copy));
  parts.push(button("try again", () => acts.retry(change)), button("throw away", () => acts.discard(change)));
  return parts;
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
