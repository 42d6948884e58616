/** Rendering an item: fills the parts of a clone of <template id="item-template"> (templates/macros/item.html). */

import { lateness, moment } from "./times.js";

const WORDS = { agreement: "hear, hear" }; // the words for kinds whose name is not the word
const REACTIONS = { agree: ["hear hear", "hear hears"] };

/**
 * Fill a row with an item.
 * @param {HTMLElement} row
 * @param {import("./item.js").Item} item
 * @param {{timezone: string, itemUrl: string, sessions: Map<string, {title: string, url: string}> | null}} page
 */
export function fill(row, item, page) {
  /** @param {string} name */
  const slot = (name) => /** @type {HTMLElement} */ (row.querySelector(`[data-slot="${name}"]`));
  /** Set a part's text, or hide the part if there is none. @param {string} name @param {string | null | undefined} text */
  const put = (name, text) => {
    const part = slot(name);
    (part.querySelector("bdi") ?? part).textContent = text || "";
    part.hidden = !text;
  };

  identify(row, item);
  slot("author").textContent = item.author || "";
  /** @type {HTMLAnchorElement} */ (slot("permalink")).href = page.itemUrl.replace("ID", encodeURIComponent(item.id));
  const report = /** @type {HTMLAnchorElement | null} */ (slot("report"));
  if (report) report.href = `${page.itemUrl.replace("ID", encodeURIComponent(item.id))}/report`;
  const at = /** @type {HTMLTimeElement} */ (slot("at"));
  at.dateTime = item.at ?? "";
  at.textContent = moment(item.at, page.timezone);
  slot("html").innerHTML = said(item); // safe: rendered and sanitised by the server
  if (!item.html) slot("html").textContent = item.text;
  put("speaker", item.speaker);
  put("late", lateness(item, page.timezone));
  put("why", item.origin === "post" && item.placed ? `${item.session ? "Placed here" : "Not placed"}: ${item.placed.reason}` : "");
  put("standing", item.state === "visible" ? "" : item.state);
  if (item.reactions) put("reactions", reactions(item.reactions));
  fillKind(slot("kind"), item.kind, item.text);
  fillSource(/** @type {HTMLAnchorElement} */ (slot("source")), item.url);
  if (page.sessions) fillPlace(/** @type {HTMLAnchorElement} */ (slot("place")), item, page.sessions);
}

/** Set a row's id, classes and data attributes. @param {HTMLElement} row @param {import("./item.js").Item} item */
function identify(row, item) {
  const kept = ["mine", "just-in", "first-new", "selected"].filter((name) => row.classList.contains(name));
  row.id = `i-${item.id}`;
  const kind = item.kind === "note" ? [] : [`is-${item.kind}`];
  row.className = ["item", "h-entry", `is-${item.origin}`, ...kind, `depth-${Math.min(item.depth || 0, 4)}`, ...kept].join(" ");
  Object.assign(row.dataset, {
    id: item.id,
    seq: String(item.seq),
    rev: String(item.rev),
    at: item.at ?? "",
    origin: item.origin,
    kind: item.kind,
    author: item.author ?? "",
    session: item.session ?? "",
  });
}

/**
 * Return the item that a row was rendered from, with the properties that its writer needs.
 * @param {HTMLElement} row
 * @returns {import("./item.js").Item}
 */
export function itemOf(row) {
  const { id = "", seq, rev, at, origin, kind = "note", author = "", session, text = "" } = row.dataset;
  const speaker = /** @type {HTMLElement} */ (row.querySelector('[data-slot="speaker"]'));
  return /** @type {any} */ ({
    id,
    seq: Number(seq),
    rev: Number(rev),
    at: at || null,
    origin,
    kind,
    author,
    text,
    session: session || null,
    depth: Number(/depth-(\d)/.exec(row.className)?.[1] ?? 0),
    speaker: speaker.hidden ? null : speaker.textContent,
    html: row.querySelector('[data-slot="html"]')?.innerHTML ?? "",
    state: "visible",
  });
}

/** Remove the "+1" of an agreement, because its badge says so already. templates/macros/item.html has the same rule. @param {import("./item.js").Item} item */
function said({ kind, html }) {
  return kind === "agreement" ? html.replace(/^\+1[.,:;!]*(?:\s+|$)|\s+\+1[.,:;!]*$/, "") : html;
}

/** Show the badge of a kind; its word is hidden if the text itself says "hear, hear". @param {HTMLElement} badge @param {string} kind @param {string} [text] */
export function fillKind(badge, kind, text = "") {
  badge.hidden = kind === "note";
  badge.querySelector("use")?.setAttribute("href", `#icon-${kind}`);
  const word = badge.querySelector('[data-slot="kind-word"]');
  if (!word) return;
  word.textContent = WORDS[kind] ?? kind;
  /** @type {HTMLElement} */ (word).hidden = kind === "agreement" && text.toLowerCase().replace(/[,!]/g, "").includes("hear hear");
}

/** @param {HTMLAnchorElement} link @param {string | null} url */
function fillSource(link, url) {
  const good = url && /^https?:\/\//i.test(url);
  link.hidden = !good;
  if (!good) return link.removeAttribute("href");
  link.href = url;
  link.textContent = link.hostname;
}

/** @param {HTMLAnchorElement} link @param {import("./item.js").Item} item @param {Map<string, {title: string, url: string}>} sessions */
function fillPlace(link, item, sessions) {
  const session = sessions.get(item.session ?? "");
  const title = link.querySelector("bdi");
  if (title) title.textContent = session?.title ?? (item.session ? "another session" : "Hallway");
  if (session) link.href = session.url;
  else link.removeAttribute("href");
}

/** Describe the reactions: "2 hear hears". @param {Record<string, number>} counts */
function reactions(counts) {
  return Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${(REACTIONS[word] ?? [word, word])[count === 1 ? 0 : 1]}`)
    .join(" · ");
}
