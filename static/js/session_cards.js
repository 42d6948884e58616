/** The cards of the grid: their counts of notes and posts, and a highlight when something arrives. */

const HIGHLIGHT_MS = 4_000;

/** @type {Map<string, [string, string]>} */
const WORDS = new Map([
  ["notes", ["note", "notes"]],
  ["posts", ["post", "posts"]],
]);

/** @type {Set<string>} ids of the items counted since the page was rendered */
const counted = new Set();

/** Count a new item on its session's card; a correction of an older item does not count. @param {import("./item.js").Item} item @param {number} renderedAt ms */
export function countOnCard(item, renderedAt) {
  if (!item.session || counted.has(item.id) || Date.parse(item.received_at ?? "") <= renderedAt) return;
  counted.add(item.id);
  const name = item.origin === "post" ? "posts" : "notes";
  for (const card of document.querySelectorAll(`.card[data-session-guid="${CSS.escape(item.session)}"]`)) {
    increment(/** @type {HTMLElement | null} */ (card.querySelector(`[data-slot="${name}"]`)), name);
    const silent = /** @type {HTMLElement | null} */ (card.querySelector('[data-slot="silent"]'));
    if (silent && name === "notes") silent.hidden = true;
    card.classList.add("fresh");
    setTimeout(() => card.classList.remove("fresh"), HIGHLIGHT_MS);
  }
}

/** Add one to a count. @param {HTMLElement | null} slot @param {string} name */
function increment(slot, name) {
  if (!slot) return;
  const count = Number(slot.dataset.count) + 1;
  const [one, many] = WORDS.get(name) ?? ["", ""];
  slot.dataset.count = String(count);
  slot.textContent = `${count} ${count === 1 ? one : many}`;
  slot.hidden = false;
}
