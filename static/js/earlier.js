/**
 * Earlier lines, loaded when the reader scrolls up to the start of the page or follows the link there.
 *
 * The link's page is the one that a browser without scripts opens. Its rows are moved into this page in slices, and the
 * reader's place is kept. Changes of earlier lines that arrive meanwhile are held back and applied at the end.
 */

import { comesBefore } from "./item.js";
import { growAbove, steadily, ungrown } from "./scroll.js";
import { keyOf } from "./timeline.js";

const PREFETCH_MARGIN_PX = 3_000; // load when the start of the page is this close
const ROWS_PER_FRAME = 8;
const CHARACTERS_PER_FRAME = 8_000;

/** The loader of earlier lines. */
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
    this.loading = 0; // the number of the current load, or 0
    this.loads = 0;
    this.link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("[data-earlier]"));
    if (this.link) this.#watch(this.link);
  }

  /** Load when the reader comes near the link or clicks it. @param {HTMLAnchorElement} link */
  #watch(link) {
    let near = false;
    let top = scrollY;
    const above = { rootMargin: `${PREFETCH_MARGIN_PX}px 0px 0px` };
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

  /** Start over after the page was replaced by a window of the newest items. @param {{items: import("./item.js").Item[], earlier: boolean}} window */
  restart({ items, earlier }) {
    this.loading = 0;
    this.timeline.held = null;
    this.timeline.oldest = earlier && items.length ? { at: items[0].at, seq: items[0].seq } : null;
    this.#point(earlier && items.length ? `?before=${encodeURIComponent(items[0].id)}` : "");
  }

  /** Load the page of earlier lines and add its rows. */
  async load() {
    if (this.loading || !this.link || this.link.hidden) return;
    const load = (this.loading = ++this.loads);
    this.timeline.held = [];
    this.timeline.offscreen.watch();
    this.timeline.list.ariaBusy = "true";
    try {
      const response = await fetch(this.link.href, { credentials: "same-origin" });
      const text = response.ok ? await response.text() : "";
      if (text) await this.#insert(await parse(text), load);
    } catch {
      // no network: the next scroll tries again
    } finally {
      ungrown();
      if (this.loading === load) this.#end();
    }
  }

  /** Insert a page's rows, newest first, a few in each frame. @param {Document} page @param {number} load */
  async #insert(page, load) {
    const rows = /** @type {HTMLElement[]} */ ([...page.querySelectorAll("[data-timeline] > li")]);
    const oldest = rows[0] && keyOf(rows[0]);
    const next = /** @type {HTMLAnchorElement | null} */ (page.querySelector("[data-earlier]:not([hidden])"));
    while (rows.length) {
      await frame();
      if (this.loading !== load) return;
      const shown = rows.splice(-ROWS_PER_FRAME).filter((row) => this.#isNews(row));
      if (shown.length) growAbove(this.timeline.list, () => this.timeline.prepend(shown));
      shown.forEach(this.added);
    }
    await frame(); // the browser keeps the place when it lays out the last rows
    this.timeline.oldest = next && oldest ? oldest : null;
    this.#point(next?.getAttribute("href") ?? "");
  }

  /** Return whether the row belongs above the others and this page has no later version of it. @param {HTMLElement} row */
  #isNews(row) {
    const { oldest } = this.timeline;
    if (oldest && !comesBefore(keyOf(row), oldest)) return false;
    return this.replica.add({ id: row.dataset.id ?? "", seq: Number(row.dataset.seq), rev: Number(row.dataset.rev), at: row.dataset.at || null });
  }

  /** Apply the changes that were held back. */
  #end() {
    const held = this.timeline.held ?? [];
    this.loading = 0;
    this.timeline.held = null;
    this.timeline.list.ariaBusy = null;
    steadily(this.timeline.list, () => held.forEach((apply) => apply()));
  }

  /** Set or hide the link. @param {string} href */
  #point(href) {
    const { link } = this;
    if (!link) return;
    steadily(this.timeline.list, () => {
      link.hidden = !href;
      if (href) link.href = href;
      if (href) /** @type {HTMLElement} */ (link.parentElement).hidden = false;
    });
  }
}

/** Parse a page over several frames, so that scrolling stays smooth. @param {string} text @returns {Promise<Document>} */
async function parse(text) {
  const page = document.implementation.createHTMLDocument("");
  page.open();
  for (let start = 0; start < text.length; start += CHARACTERS_PER_FRAME) {
    page.write(text.slice(start, start + CHARACTERS_PER_FRAME));
    await frame();
  }
  page.close();
  return page;
}

const frame = () => new Promise(requestAnimationFrame);
