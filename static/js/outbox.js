/**
 * The outbox of one person at one event: a change stands on the shelf before it is shown, and leaves it when the server has it
 * on disk. Every tab of the event sees the same outbox; one of them sends at a time. Lines that are off the record stand beside
 * it and are never sent.
 *
 * Events, of what happens here or in another tab: "saved" (detail: [{op, rev}], what the server has now on disk, by which
 * revision), then "change" (something was added, acknowledged or refused).
 *
 * @typedef {object} Change
 * @property {number} n         its place in the order of making
 * @property {string} op
 * @property {string} event
 * @property {string} who
 * @property {string | null} session
 * @property {any} body         the op as it goes over the wire (docs/protocol.md, "Op"), made once and never altered
 * @property {{code: string, message: string, rev?: number, text?: string} | null} refused
 *
 * @typedef {{key: string, event: string, who: string, session: string | null, body: any}} Unrecorded  key: the line's id
 */

import { uuid7 } from "./uuid7.js";

export class Outbox extends EventTarget {
  /**
   * @param {import("./storage.js").PhoneStorage} shelf
   * @param {{event: string, who: string}} page
   */
  constructor(shelf, { event, who }) {
    super();
    this.shelf = shelf;
    this.event = event;
    this.who = who;
    /** @type {Change[]} */
    this.changes = [];
    /** @type {Unrecorded[]} */
    this.unrecorded = [];
    /** @type {Change[]} what somebody else who used this phone has not sent */
    this.strangers = [];
    this.epoch = ""; // the life of the database that was last heard of
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
    const here = (await this.shelf.all("outbox")).filter(({ event }) => event === this.event);
    this.changes = here.filter(({ who }) => who === this.who);
    this.strangers = here.filter(({ who }) => who !== this.who);
    this.unrecorded = (await this.shelf.all("unrecorded")).filter(this.#mine);
    this.dispatchEvent(new CustomEvent("change"));
  }

  /**
   * Put a change on the shelf; when this resolves it is safe there.
   * @param {{id: string, do: string, session: string | null} & Record<string, any>} change
   * @returns {Promise<any>} the op as it will be sent
   */
  async add(change) {
    const body = { op: uuid7(), written_at: new Date().toISOString(), ...change };
    await this.shelf.put("outbox", this.#record(body));
    this.#keepSafe();
    await this.#changed();
    return body;
  }

  /**
   * Keep a line on this phone alone. If a version of it waits, that is not sent; if the server may have one, it is withdrawn.
   * @param {{id: string, session: string | null} & Record<string, any>} line
   * @param {boolean} [sent]
   */
  async keepHere(line, sent = false) {
    const waiting = this.changes.filter(({ body }) => body.id === line.id && body.do === "put");
    const body = { written_at: new Date().toISOString(), ...line };
    await this.shelf.strike({ key: line.id, event: this.event, who: this.who, session: line.session, body }, waiting);
    this.#keepSafe();
    if (sent || waiting.length) await this.add({ id: line.id, do: "retract", session: line.session });
    else await this.#changed();
  }

  /** The ids of lines that this person sent from here, as far back as it is kept. */
  async sent() {
    return (await this.shelf.all("kept")).filter(this.#mine).map(({ body }) => body.id);
  }

  /** @param {string} id @returns {Unrecorded | undefined} the line, if it is off the record */
  offTheRecord(id) {
    return this.unrecorded.find(({ key }) => key === id);
  }

  /** A line off the record is gone for good, or goes on the record. @param {string} id */
  async erase(id) {
    await this.shelf.remove("unrecorded", id);
    await this.#changed();
  }

  /**
   * The server has them on disk.
   * @param {Change[]} changes
   * @param {Map<string, {rev: number}>} answers by op
   */
  async acknowledge(changes, answers) {
    const saved = changes.map(({ op, body }) => ({ op: body, rev: answers.get(op)?.rev ?? 0 }));
    this.#heard({ saved }, false);
    await this.shelf.acknowledge(changes, this.epoch);
    await this.#changed({ saved });
  }

  /** @param {Change} change @param {{code: string, message: string}} why it stays here, and says so */
  async refuse(change, why) {
    if (why.code === "off_the_record") return this.keepHere(change.body);
    if (change.body.do === "retract" && why.code === "unknown_item") return this.discard(change); // it never was there
    await this.shelf.put("outbox", { ...change, refused: why });
    await this.#changed();
  }

  /** Ask again for what was refused. @param {Change} change */
  async retry(change) {
    await this.shelf.put("outbox", { ...change, refused: null });
    await this.#changed();
  }

  /** @param {Change[]} changes */
  async discard(...changes) {
    await this.shelf.remove("outbox", ...changes.map(({ n }) => n));
    await this.#changed();
  }

  /** What somebody else did not send is sent by this person: each a new op, for an op is its author's. */
  async adopt() {
    for (const change of this.strangers) {
      await this.shelf.put("outbox", this.#record({ ...change.body, op: uuid7() }));
      await this.shelf.remove("outbox", change.n);
    }
    await this.#changed();
  }

  /**
   * The life of the database that answers now. Where it is not the one that acknowledged, a backup was restored: what it
   * acknowledged is offered again. Known ops do no harm.
   * @param {string} epoch
   */
  async meet(epoch) {
    if (epoch === this.epoch) return;
    this.epoch = epoch;
    const kept = await this.shelf.all("kept");
    const lost = kept.filter((record) => this.#mine(record) && record.epoch !== epoch);
    if (!lost.length) return;
    await this.shelf.offerAgain(lost);
    await this.#changed();
  }

  #mine = (/** @type {{event: string, who: string}} */ { event, who }) => event === this.event && who === this.who;

  /** @param {any} body */
  #record(body) {
    return { op: body.op, event: this.event, who: this.who, session: body.session, body, refused: null };
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
