/**
 * Earlier lines, loaded when the reader scrolls up to where the page begins, or follows the link that is there.
 *
 * The page behind the link is the one that a browser without scripts opens. Its rows are moved into this page in slices,
 * without moving what is being read. What the channel brings meanwhile is held back and applied at the end.
 */

import { comesBefore } from "./item.js";
import { growAbove, steadily, ungrown } from "./scroll.js";
import { keyOf } from "./timeline.js";

const AHEAD_PX = 3_000; // how far above the window the next page is asked for
const SLICE = 15; // rows moved in one frame
const PIECE = 16_000; // characters parsed in one frame

export class Earlier {
  /**
   * @param {import("./timeline.js").Timeline} timeline
   * @param {import("./replica.js").Replica} replica
   * @param {(row: HTMLElement) => void} [added]
   */
  constructor(timeline, replica, added = () => {}) {
    this.timeline = timeline;
    this.replica = replica;
    this.added = added;
    this.loading = 0; // the number of the load that is under way; 0: none
    this.loads = 0;
    this.link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("[data-earlier]"));
    if (this.link) this.#watch(this.link);
  }

  /** @param {HTMLAnchorElement} link */
  #watch(link) {
    let near = false;
    let top = scrollY;
    const above = { rootMargin: `${AHEAD_PX}px 0px 0px` };
    new IntersectionObserver((entries) => (near = entries[entries.length - 1].isIntersecting), above).observe(link);
    const scrolled = () => {
      if (scrollY < top && near) this.load();
      top = scrollY;
    };
    addEventListener("scroll", scrolled, { passive: true });
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.load();
    });
  }

  /** The page starts over with these lines. @param {{items: import("./item.js").Item[], earlier: boolean}} window */
  restart({ items, earlier }) {
    this.loading = 0;
    this.timeline.held = null;
    this.timeline.oldest = earlier && items.length ? { at: items[0].at, seq: items[0].seq } : null;
    this.#point(earlier && items.length ? `?before=${encodeURIComponent(items[0].id)}` : "");
  }

  async load() {
    if (this.loading || !this.link || this.link.hidden) return;
    const load = (this.loading = ++this.loads);
    this.timeline.held = [];
    try {
      const response = await fetch(this.link.href, { credentials: "same-origin" });
      const text = response.ok ? await response.text() : "";
      if (text) await this.#take(await parse(text), load);
    } catch {
      // no network: the link stays, and the next scroll tries again
    } finally {
      ungrown();
      if (this.loading === load) this.#end();
    }
  }

  /** @param {Document} page @param {number} load */
  async #take(page, load) {
    const rows = /** @type {HTMLElement[]} */ ([...page.querySelectorAll("[data-timeline] > li")]);
    const oldest = rows[0] && keyOf(rows[0]);
    const next = /** @type {HTMLAnchorElement | null} */ (page.querySelector("[data-earlier]:not([hidden])"));
    for (let shown = []; rows.length || shown.length; ) {
      await frame();
      if (this.loading !== load) return;
      for (const row of shown) row.classList.add("settled");
      shown = rows.splice(-SLICE).filter((row) => this.#isNews(row));
      if (shown.length) growAbove(this.timeline.list, () => this.timeline.prepend(shown));
      shown.forEach(this.added);
    }
    this.timeline.oldest = next && oldest ? oldest : null;
    this.#point(next?.getAttribute("href") ?? "");
  }

  /** Whether this page has no later version of the row, and its place is above the others. @param {HTMLElement} row */
  #isNews(row) {
    const { oldest } = this.timeline;
    if (oldest && !comesBefore(keyOf(row), oldest)) return false;
    return this.replica.add({ id: row.dataset.id ?? "", seq: Number(row.dataset.seq), rev: Number(row.dataset.rev), at: row.dataset.at || null });
  }

  #end() {
    const held = this.timeline.held ?? [];
    this.loading = 0;
    this.timeline.held = null;
    steadily(this.timeline.list, () => held.forEach((apply) => apply()));
  }

  /** @param {string} href */
  #point(href) {
    if (!this.link) return;
    this.link.hidden = !href;
    if (href) this.link.href = href;
    if (href) /** @type {HTMLElement} */ (this.link.parentElement).hidden = false;
  }
}

/** Parse a page piece by piece, so that scrolling goes on meanwhile. @param {string} text @returns {Promise<Document>} */
async function parse(text) {
  const page = document.implementation.createHTMLDocument("");
  page.open();
  for (let start = 0; start < text.length; start += PIECE) {
    page.write(text.slice(start, start + PIECE));
    await frame();
  }
  page.close();
  return page;
}

const frame = () => new Promise(requestAnimationFrame);
