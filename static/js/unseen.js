/** New items outside the visible part of the page: the "3 new" button, and an announcement for screen readers. */

import { comesBefore } from "./item.js";
import { bring } from "./scroll.js";
import { keyOf } from "./timeline.js";

const ANNOUNCE_INTERVAL_MS = 4_000;

/** The new items that the reader has not scrolled to. */
export class Unseen {
  /** @param {import("./timeline.js").Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
    this.pill = /** @type {HTMLElement} */ (document.querySelector("[data-pill]"));
    this.label = /** @type {HTMLElement} */ (this.pill.querySelector('[data-slot="new"]'));
    this.region = /** @type {HTMLElement} */ (document.querySelector("[data-announce]"));
    /** @type {Set<HTMLElement>} */
    this.rows = new Set();
    this.arrived = 0;
    this.observer = new IntersectionObserver((entries) => this.#seen(entries), { threshold: 0.2 });
    this.pill.addEventListener("click", () => this.#scrollToFirst());
  }

  /** Count a new row until it is seen. @param {HTMLElement} row */
  add(row) {
    row.classList.add("just-in");
    this.rows.add(row);
    this.observer.observe(row);
    this.arrived += 1;
    this.announceTimer ??= setTimeout(() => this.#announce(), ANNOUNCE_INTERVAL_MS);
    requestAnimationFrame(() => this.#show());
  }

  /** Stop counting a row. @param {HTMLElement | undefined} row */
  drop(row) {
    if (!row || !this.rows.delete(row)) return;
    this.observer.unobserve(row);
    this.#show();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    for (const { isIntersecting, target } of entries) if (isIntersecting && !document.hidden) this.drop(/** @type {HTMLElement} */ (target));
    this.#show();
  }

  #show() {
    this.pill.hidden = this.rows.size === 0;
    this.label.textContent = `${this.rows.size} new`;
  }

  #announce() {
    this.region.textContent = `${this.arrived} new ${this.arrived === 1 ? "line" : "lines"}`;
    this.arrived = 0;
    this.announceTimer = undefined;
  }

  #scrollToFirst() {
    const first = [...this.rows].sort((a, b) => (comesBefore(keyOf(a), keyOf(b)) ? -1 : 1))[0];
    this.timeline.offscreen.reveal(first);
    if (first) bring(first);
  }
}
