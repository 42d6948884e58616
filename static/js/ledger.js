/** The session's outcomes beside the timeline: a slip for each commitment, decision and question. */

import { fillKind } from "./render_item.js";

/** The list of outcomes, kept up to date with the timeline. */
export class Ledger {
  /** @param {HTMLElement} aside */
  constructor(aside) {
    const template = /** @type {HTMLTemplateElement} */ (aside.querySelector("#slip-template"));
    this.pattern = /** @type {HTMLElement} */ (template.content.firstElementChild);
    /** @type {HTMLElement[]} */
    this.sections = [...aside.querySelectorAll("section")];
    /** @type {Map<string, HTMLElement>} */
    this.slips = new Map();
    for (const slip of /** @type {NodeListOf<HTMLElement>} */ (aside.querySelectorAll("li[data-for]"))) {
      this.slips.set(slip.dataset.for ?? "", slip);
    }
  }

  /** Add, update or remove the slip of an item. @param {import("./item.js").Item} item */
  put(item) {
    const section = this.sections.find(({ dataset }) => dataset.ledgerKinds?.split(" ").includes(item.kind));
    if (!section || item.state !== "visible") return this.remove(item.id);
    const slip = this.slips.get(item.id) ?? /** @type {HTMLElement} */ (this.pattern.cloneNode(true));
    this.slips.set(item.id, slip);
    slip.className = `slip is-${item.kind}`;
    slip.dataset.for = item.id;
    /** @type {HTMLAnchorElement} */ (slip.querySelector("a")).href = `#i-${item.id}`;
    /** @type {HTMLElement} */ (slip.querySelector('[data-slot="text"]')).textContent = plain(item);
    /** @type {HTMLElement} */ (slip.querySelector('[data-slot="owner"]')).textContent = item.speaker || item.author;
    fillKind(/** @type {HTMLElement} */ (slip.querySelector('[data-slot="kind"]')), item.kind);
    const list = section.querySelector("ul");
    if (slip.parentElement !== list) list?.append(slip);
    this.#count();
  }

  /** Remove the slip of an item. @param {string} id */
  remove(id) {
    this.slips.get(id)?.remove();
    if (this.slips.delete(id)) this.#count();
  }

  /** Show how many outcomes each section has. */
  #count() {
    for (const section of this.sections) {
      const number = section.querySelectorAll("li").length + Number(section.dataset.more ?? 0); // older outcomes have no slip
      section.hidden = !number;
      const slot = section.querySelector('[data-slot="number"]');
      if (slot) slot.textContent = String(number);
    }
  }
}

/** Return the item's text without its mark. @param {import("./item.js").Item} item */
function plain(item) {
  const html = document.createElement("template");
  html.innerHTML = item.html;
  return html.content.textContent?.trim() || item.text;
}
