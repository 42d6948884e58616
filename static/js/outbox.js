/**
 * The outbox of one event: a change stands on the shelf before it is shown, and leaves it when the server has it on disk.
 * Every tab of the event sees the same outbox; one of them sends at a time.
 *
 * Events, of what happens here or in another tab: "saved" (detail: [{op, rev}], what the server has now on disk, by which
 * revision), then "change" (something was added, acknowledged or refused).
 *
 * @typedef {object} Change
 * @property {number} n         its place in the order of making
 * @property {string} op
 * @property {string} event
 * @property {string | null} session
 * @property {any} body         the op as it goes over the wire (docs/protocol.md, "Op"), made once and never altered
 * @property {{code: string, message: string, rev?: number, text?: string} | null} refused
 */

import { uuid7 } from "./uuid7.js";

export class Outbox extends EventTarget {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {string} event
   */
  constructor(shelf, event) {
    super();
    this.shelf = shelf;
    this.event = event;
    /** @type {Change[]} */
    this.changes = [];
    this.asked = false;
    this.others = "BroadcastChannel" in globalThis ? new BroadcastChannel(`backchannel/${event}`) : null;
    this.others?.addEventListener("message", ({ data }) => this.#heard(data));
  }

  /** @returns {Change[]} what waits to be sent, in order */
  get waiting() {
    return this.changes.filter(({ refused }) => !refused);
  }

  /** @returns {Change[]} */
  get refused() {
    return this.changes.filter(({ refused }) => refused);
  }

  /** Read the shelf again, and tell. */
  async refresh() {
    const all = await this.shelf.all("outbox");
    this.changes = all.filter(({ event }) => event === this.event);
    this.dispatchEvent(new CustomEvent("change"));
  }

  /**
   * Put a change on the shelf; when this resolves it is safe there.
   * @param {{id: string, do: string, session: string | null} & Record<string, any>} change
   * @returns {Promise<any>} the op as it will be sent
   */
  async add(change) {
    const body = { op: uuid7(), ...change, written_at: new Date().toISOString() };
    await this.shelf.put("outbox", { op: body.op, event: this.event, session: change.session, body, refused: null });
    this.#keepSafe();
    await this.#changed();
    return body;
  }

  /**
   * The server has them on disk.
   * @param {Change[]} changes
   * @param {Map<string, {rev: number}>} answers by op
   */
  async acknowledge(changes, answers) {
    const saved = changes.map(({ op, body }) => ({ op: body, rev: answers.get(op)?.rev ?? 0 }));
    this.#heard({ saved }, false);
    await this.shelf.acknowledge(changes);
    await this.#changed({ saved });
  }

  /** @param {Change} change @param {{code: string, message: string}} why it stays here, and says so */
  async refuse(change, why) {
    await this.shelf.put("outbox", { ...change, refused: why });
    await this.#changed();
  }

  /** Ask again for what was refused. @param {Change} change */
  async retry(change) {
    await this.shelf.put("outbox", { ...change, refused: null });
    await this.#changed();
  }

  /** @param {Change} change */
  async discard(change) {
    await this.shelf.remove("outbox", change.n);
    await this.#changed();
  }

  /** The server's database was restored from a backup: offer what it acknowledged before. Known ops do no harm. */
  async offerAgain() {
    const kept = await this.shelf.all("kept");
    await this.shelf.offerAgain(kept.filter(({ event }) => event === this.event));
    await this.#changed();
  }

  /** @param {{saved?: {op: any, rev: number}[]}} [news] */
  async #changed(news = {}) {
    await this.refresh();
    this.others?.postMessage(news);
  }

  /** @param {{saved?: {op: any, rev: number}[]}} news @param {boolean} [afresh] */
  #heard({ saved }, afresh = true) {
    if (saved?.length) this.dispatchEvent(new CustomEvent("saved", { detail: saved }));
    if (afresh) this.refresh();
  }

  /** Ask the browser not to clear the shelf when room gets short; where it cannot be asked, nothing is lost. */
  #keepSafe() {
    if (this.asked) return;
    this.asked = true;
    navigator.storage?.persist?.().catch(() => {});
  }
}
