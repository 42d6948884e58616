/** The cards of the grid, kept in step: how many notes and posts a session has, and that something just happened there. */

const FRESH = 4_000; // ms

/** @type {Map<string, [string, string]>} */
const WORDS = new Map([
  ["notes", ["note", "notes"]],
  ["posts", ["post", "posts"]],
]);

/** @type {Set<string>} ids of what came since the page was rendered, and is counted */
const counted = new Set();

/** One more item in its session, if it was not there when the page was rendered: a correction is no new note. @param {import("./item.js").Item} item @param {number} renderedAt ms */
export function countOn(item, renderedAt) {
  if (!item.session || counted.has(item.id) || Date.parse(item.received_at ?? "") <= renderedAt) return;
  counted.add(item.id);
  const name = item.origin === "post" ? "posts" : "notes";
  for (const card of document.querySelectorAll(`.card[data-session-guid="${CSS.escape(item.session)}"]`)) {
    raise(/** @type {HTMLElement | null} */ (card.querySelector(`[data-slot="${name}"]`)), name);
    const silent = /** @type {HTMLElement | null} */ (card.querySelector('[data-slot="silent"]'));
    if (silent && name === "notes") silent.hidden = true;
    card.classList.add("fresh");
    setTimeout(() => card.classList.remove("fresh"), FRESH);
  }
}

/** @param {HTMLElement | null} slot @param {string} name */
function raise(slot, name) {
  if (!slot) return;
  const count = Number(slot.dataset.count) + 1;
  const [one, many] = WORDS.get(name) ?? ["", ""];
  slot.dataset.count = String(count);
  slot.textContent = `${count} ${count === 1 ? one : many}`;
  slot.hidden = false;
}
