/** What came and was not in sight yet: the "3 new" pill, and one polite word for screen readers. */

import { bring } from "./scroll.js";

const QUIET = 4_000; // ms between two announcements

export class Unseen {
  constructor() {
    this.pill = /** @type {HTMLElement} */ (document.querySelector("[data-pill]"));
    this.word = /** @type {HTMLElement} */ (this.pill.querySelector('[data-slot="new"]'));
    this.voice = /** @type {HTMLElement} */ (document.querySelector("[data-announce]"));
    /** @type {Set<Element>} */
    this.rows = new Set();
    this.arrived = 0;
    this.seeing = new IntersectionObserver((entries) => this.#seen(entries), { threshold: 0.2 });
    this.pill.addEventListener("click", () => this.#goTo());
  }

  /** @param {HTMLElement} row */
  add(row) {
    row.classList.add("just-in");
    this.rows.add(row);
    this.seeing.observe(row);
    this.arrived += 1;
    this.speaking ??= setTimeout(() => this.#announce(), QUIET);
    requestAnimationFrame(() => this.#show());
  }

  /** @param {Element | undefined} row */
  drop(row) {
    if (!row || !this.rows.delete(row)) return;
    this.seeing.unobserve(row);
    this.#show();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    for (const { isIntersecting, target } of entries) if (isIntersecting && !document.hidden) this.drop(target);
    this.#show();
  }

  #show() {
    this.pill.hidden = this.rows.size === 0;
    this.word.textContent = `${this.rows.size} new`;
  }

  #announce() {
    this.voice.textContent = `${this.arrived} new ${this.arrived === 1 ? "line" : "lines"}`;
    this.arrived = 0;
    this.speaking = undefined;
  }

  #goTo() {
    const first = [...this.rows].sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))[0];
    if (first) bring(first);
  }
}
