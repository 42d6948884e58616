/**
 * The form of a new event: guess the time zone, suggest the short name, and check the hashtag while it is typed.
 *
 * Without this script the server does the same when the form is sent, but for the time zone.
 */

const CHECK_DELAY_MS = 300;

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-new-event]"));
const field = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
let latest = 0;
let timer = 0;

guessZone(/** @type {HTMLSelectElement} */ (form.elements.namedItem("timezone")));
for (const name of ["title", "hashtags"]) field(name).addEventListener("input", checkSoon);
field("starts").addEventListener("change", () => {
  if (!field("ends").value) field("ends").value = field("starts").value;
});

/** @param {HTMLSelectElement} select */
function guessZone(select) {
  if (select.dataset.guess === undefined) return;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  if (![...select.options].some((option) => option.value === zone)) select.add(new Option(zone, zone));
  select.value = zone;
}

function checkSoon() {
  clearTimeout(timer);
  timer = setTimeout(check, CHECK_DELAY_MS);
}

/** Ask the server. An answer that a later question has overtaken is dropped. */
async function check() {
  const mine = ++latest;
  const query = new URLSearchParams({ title: field("title").value, hashtags: field("hashtags").value });
  const response = await fetch(`${form.dataset.newEvent}?${query}`).catch(() => null);
  if (!response?.ok || mine !== latest) return;
  const { slug, warnings } = await response.json();
  if (field("title").value) field("slug").placeholder = slug;
  showWarnings(warnings);
}

/** @param {string[]} warnings */
function showWarnings(warnings) {
  const paragraphs = warnings.map((words) => Object.assign(document.createElement("p"), { className: "warning", textContent: words }));
  form.querySelector("[data-warnings]")?.replaceChildren(...paragraphs);
}
