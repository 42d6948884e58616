/**
 * A note-taker's timeline: the server's items with this phone's changes on top. A line of their own is drawn from:
 *
 *   items         the server's version, if there is one
 *   outbox        the waiting changes: the latest text is shown
 *   acknowledged  the text that the server has saved, until it comes back on the channel
 *
 * A line off the record is on this phone only, until its writer deletes it.
 */

import { showDelivery } from "./delivery.js";
import { itemOf } from "./render_item.js";

/** The note-taker's timeline. */
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
    this.offset = () => 0; // the server's clock minus this phone's, in ms
    /** @type {Map<string, import("./item.js").Item>} */
    this.items = new Map();
    /** @type {Map<string, {op: any, rev: number}>} */
    this.acknowledged = new Map();
    /** @type {Set<string>} ids of lines written by this person */
    this.own = new Set();
    /** @type {Set<string>} ids of the lines drawn from the outbox */
    this.pending = new Set();
    for (const [id, row] of timeline.rows) if (row.classList.contains("mine")) this.#adopt(id, row);
    outbox.addEventListener("saved", (event) => this.#onSaved(/** @type {CustomEvent} */ (event).detail));
    outbox.addEventListener("change", () => this.#drawOutbox());
  }

  /** Show an item from the channel. @param {import("./item.js").Item} item @returns {HTMLElement | null} */
  receive(item) {
    if (!this.own.has(item.id)) return this.timeline.put(item);
    this.items.set(item.id, item);
    if ((this.acknowledged.get(item.id)?.rev ?? 0) <= item.rev) this.acknowledged.delete(item.id);
    return this.#draw(item.id) ?? null;
  }

  /** Remove an item that is gone from the channel. @param {string} id */
  remove(id) {
    this.items.delete(id);
    this.acknowledged.delete(id);
    if (this.own.has(id)) this.#draw(id);
    else this.timeline.remove(id);
  }

  /** Return the revision that a correction is based on; null until the server has acknowledged the line. @param {string} id */
  revOf(id) {
    return Math.max(this.items.get(id)?.rev ?? 0, this.acknowledged.get(id)?.rev ?? 0) || null;
  }

  /** Return the current text of a line. @param {string} id */
  textOf(id) {
    return this.#typed(id)?.text ?? this.items.get(id)?.text ?? "";
  }

  /** Make a row of this person correctable. @param {HTMLElement} row */
  adopt(row) {
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
  #onSaved(saved) {
    for (const { op, rev } of saved) {
      if (op.do === "retract") this.acknowledged.delete(op.id);
      if (op.do === "put" && (this.items.get(op.id)?.rev ?? 0) < rev) this.acknowledged.set(op.id, { op, rev });
    }
  }

  /** Draw the lines with waiting changes. */
  #drawOutbox() {
    const inSession = (/** @type {{session: string | null}} */ { session }) => (session ?? "") === this.page.session;
    const changes = this.outbox.changes.filter((change) => inSession(change) && change.body.do !== "react");
    const unrecorded = this.outbox.unrecorded.filter(inSession);
    const ids = new Set([...changes.map(({ body }) => body.id), ...unrecorded.map(({ key }) => key)]);
    for (const id of ids) this.own.add(id);
    for (const id of new Set([...ids, ...this.pending])) this.#draw(id);
    this.pending = ids;
  }

  /** Return a line's waiting changes. @param {string} id */
  #changes(id) {
    return this.outbox.changes.filter(({ body }) => body.id === id && body.do !== "react");
  }

  /** Return the latest op of a line that the server's version does not include yet. @param {string} id */
  #typed(id) {
    const unrecorded = this.outbox.offTheRecord(id)?.body;
    return unrecorded ?? this.#changes(id).filter(({ body }) => body.do === "put").pop()?.body ?? this.acknowledged.get(id)?.op;
  }

  /** Draw a line of this person. @param {string} id */
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
    showDelivery(row, { changes, unrecorded, saved: Boolean(base) || this.acknowledged.has(id) }, this.actions);
    return row;
  }

  /** Lay the text typed here over the server's version. @param {import("./item.js").Item | undefined} base @param {any} typed @returns {import("./item.js").Item} */
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

/** Show a row's edit button. @param {HTMLElement} row */
function offerCorrection(row) {
  const button = /** @type {HTMLElement | null} */ (row.querySelector("[data-edit]"));
  if (button) button.hidden = false;
}
