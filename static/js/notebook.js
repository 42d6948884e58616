/**
 * A note-taker's timeline: what the server has, and over it what is on this phone only. Of each line of her own:
 *
 *   items     the server's version, if it has one
 *   outbox    the changes to it that wait here: the last text typed is the one shown
 *   underway  the text that the server acknowledged, until it comes back on the channel
 *
 * A line that is off the record is on this phone only, for as long as she likes.
 */

import { showDelivery } from "./delivery.js";
import { itemOf } from "./render_item.js";

export class Notebook {
  /**
   * @param {import("./timeline.js").Timeline} timeline
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("./page.js").Page} page
   * @param {import("./delivery.js").Actions} actions  for refused lines
   */
  constructor(timeline, outbox, page, actions) {
    this.timeline = timeline;
    this.outbox = outbox;
    this.page = page;
    this.actions = actions;
    this.offset = () => 0; // ms, the server's clock less this phone's
    /** @type {Map<string, import("./item.js").Item>} */
    this.items = new Map();
    /** @type {Map<string, {op: any, rev: number}>} */
    this.underway = new Map();
    /** @type {Set<string>} ids of lines written by this person */
    this.own = new Set();
    /** @type {Set<string>} ids that stood in the outbox when it was last drawn */
    this.pending = new Set();
    for (const [id, row] of timeline.rows) if (row.classList.contains("mine")) this.#adopt(id, row);
    outbox.addEventListener("saved", (event) => this.#acknowledged(/** @type {CustomEvent} */ (event).detail));
    outbox.addEventListener("change", () => this.#drawOutbox());
  }

  /** From the channel. @param {import("./item.js").Item} item @returns {HTMLElement | null} */
  receive(item) {
    if (!this.own.has(item.id)) return this.timeline.put(item);
    this.items.set(item.id, item);
    if ((this.underway.get(item.id)?.rev ?? 0) <= item.rev) this.underway.delete(item.id);
    return this.#draw(item.id) ?? null;
  }

  /** From the channel: it is not there any more. @param {string} id */
  lose(id) {
    this.items.delete(id);
    this.underway.delete(id);
    if (this.own.has(id)) this.#draw(id);
    else this.timeline.remove(id);
  }

  /** The revision that a correction is made on; null while the first writing has not been acknowledged. @param {string} id */
  revOf(id) {
    return Math.max(this.items.get(id)?.rev ?? 0, this.underway.get(id)?.rev ?? 0) || null;
  }

  /** The text as it stands here. @param {string} id */
  textOf(id) {
    return this.#typed(id)?.text ?? this.items.get(id)?.text ?? "";
  }

  /** A row of earlier lines was loaded. @param {HTMLElement} row */
  loaded(row) {
    if (row.classList.contains("mine")) this.#adopt(row.dataset.id ?? "", row);
  }

  /** @param {string} id @param {HTMLElement} row */
  #adopt(id, row) {
    this.own.add(id);
    this.items.set(id, itemOf(row));
    offerCorrection(row);
    showDelivery(row, { changes: [], saved: true }, this.actions);
  }

  /** @param {{op: any, rev: number}[]} saved */
  #acknowledged(saved) {
    for (const { op, rev } of saved) {
      if (op.do === "retract") this.underway.delete(op.id);
      if (op.do === "put" && (this.items.get(op.id)?.rev ?? 0) < rev) this.underway.set(op.id, { op, rev });
    }
  }

  #drawOutbox() {
    const inSession = (/** @type {{session: string | null}} */ { session }) => (session ?? "") === this.page.session;
    const changes = this.outbox.changes.filter((change) => inSession(change) && change.body.do !== "react");
    const unrecorded = this.outbox.unrecorded.filter(inSession);
    const ids = new Set([...changes.map(({ body }) => body.id), ...unrecorded.map(({ key }) => key)]);
    for (const id of ids) this.own.add(id);
    for (const id of new Set([...ids, ...this.pending])) this.#draw(id);
    this.pending = ids;
  }

  /** The changes to a line that wait here. @param {string} id */
  #changes(id) {
    return this.outbox.changes.filter(({ body }) => body.id === id && body.do !== "react");
  }

  /** What was typed last, if the server's version does not show it yet. @param {string} id */
  #typed(id) {
    const unrecorded = this.outbox.offTheRecord(id)?.body;
    return unrecorded ?? this.#changes(id).filter(({ body }) => body.do === "put").pop()?.body ?? this.underway.get(id)?.op;
  }

  /** @param {string} id */
  #draw(id) {
    const base = this.items.get(id);
    const typed = this.#typed(id);
    if (!base && !typed) return this.timeline.remove(id);
    const changes = this.#changes(id);
    const unrecorded = this.outbox.offTheRecord(id);
    const row = this.timeline.put(typed ? this.#overlaid(base, typed) : /** @type {any} */ (base));
    if (!row) return null;
    row.classList.add("mine");
    row.classList.toggle("taken-back", !unrecorded && changes[changes.length - 1]?.body.do === "retract");
    row.classList.toggle("unrecorded", Boolean(unrecorded));
    offerCorrection(row);
    showDelivery(row, { changes, unrecorded, saved: Boolean(base) || this.underway.has(id) }, this.actions);
    return row;
  }

  /** @param {import("./item.js").Item | undefined} base @param {any} typed @returns {import("./item.js").Item} */
  #overlaid(base, typed) {
    if (base && base.text === typed.text && base.depth === typed.depth) return base;
    const local = { text: typed.text, html: "", kind: "note", speaker: null, depth: typed.depth ?? 0 };
    if (base) return { ...base, ...local };
    const at = new Date(Date.parse(typed.written_at) + this.offset()).toISOString().replace("Z", "+00:00");
    const bare = { written_at: null, received_at: null, url: null, placed: null, reactions: {}, state: "visible" };
    const { id, session, origin } = typed;
    return { ...bare, ...local, id, session, origin, at, seq: Infinity, rev: 0, author: this.page.me };
  }
}

/** @param {HTMLElement} row */
function offerCorrection(row) {
  const button = /** @type {HTMLElement | null} */ (row.querySelector("[data-edit]"));
  if (button) button.hidden = false;
}
