/**
 * The outbox of one person at one event. A change is stored on the phone before the page shows it, and deleted when the server
 * has saved it. All tabs of the event share the outbox; one tab sends at a time. Lines off the record are stored beside it and
 * are never sent.
 *
 * Events, whichever tab caused them: "saved" (detail: [{op, rev}], the ops that the server has saved and their revisions),
 * then "change" (a change was added, acknowledged or refused).
 *
 * @typedef {object} Change
 * @property {number} n         the key, in the order in which the changes were made
 * @property {string} op
 * @property {string} event
 * @property {string} who
 * @property {string | null} session
 * @property {any} body         the op that is sent (docs/protocol.md, "Writing"); it never changes
 * @property {{code: string, message: string, rev?: number, text?: string} | null} refused
 *
 * @typedef {{key: string, event: string, who: string, session: string | null, body: any}} Unrecorded  key: the line's id
 */

import { uuid7 } from "./uuid7.js";

/** The changes of one person that wait to be sent. */
export class Outbox extends EventTarget {
  /**
   * @param {import("./storage.js").PhoneStorage} storage
   * @param {{event: string, who: string}} page
   */
  constructor(storage, { event, who }) {
    super();
    this.storage = storage;
    this.event = event;
    this.who = who;
    /** @type {Change[]} */
    this.changes = [];
    /** @type {Unrecorded[]} */
    this.unrecorded = [];
    /** @type {Change[]} unsent changes of other people who used this phone */
    this.foreign = [];
    this.epoch = ""; // the latest epoch of the server's database
    this.persistenceRequested = false;
    this.tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel(`backchannel/${event}`) : null;
    this.tabs?.addEventListener("message", ({ data }) => this.#onNews(data));
  }

  /** The changes waiting to be sent, in order. @returns {Change[]} */
  get waiting() {
    return this.changes.filter(({ refused }) => !refused);
  }

  /** The changes that the server refused. @returns {Change[]} */
  get refused() {
    return this.changes.filter(({ refused }) => refused);
  }

  /** Read the stored changes again and dispatch "change". */
  async refresh() {
    const here = (await this.storage.all("outbox")).filter(({ event }) => event === this.event);
    this.changes = here.filter(({ who }) => who === this.who);
    this.foreign = here.filter(({ who }) => who !== this.who);
    this.unrecorded = (await this.storage.all("unrecorded")).filter(this.#mine);
    this.dispatchEvent(new CustomEvent("change"));
  }

  /**
   * Store a change; it is on disk when the promise resolves.
   * @param {{id: string, do: string, session: string | null} & Record<string, any>} change
   * @returns {Promise<any>} the op that will be sent
   */
  async add(change) {
    const body = { op: uuid7(), written_at: new Date().toISOString(), ...change };
    await this.storage.put("outbox", this.#record(body));
    this.#requestPersistence();
    await this.#changed();
    return body;
  }

  /**
   * Store a line on this phone only. A waiting version of it is not sent; one that the server may have is retracted.
   * @param {{id: string, session: string | null} & Record<string, any>} line
   * @param {boolean} [sent]
   */
  async storeLocally(line, sent = false) {
    const waiting = this.changes.filter(({ body }) => body.id === line.id && body.do === "put");
    const body = { written_at: new Date().toISOString(), ...line };
    await this.storage.moveOffRecord({ key: line.id, event: this.event, who: this.who, session: line.session, body }, waiting);
    this.#requestPersistence();
    if (sent || waiting.length) await this.add({ id: line.id, do: "retract", session: line.session });
    else await this.#changed();
  }

  /** Return the ids of the lines that this person sent from this phone, as far back as they are stored. */
  async sent() {
    return (await this.storage.all("kept")).filter(this.#mine).map(({ body }) => body.id);
  }

  /** Return the line with an id if it is off the record. @param {string} id @returns {Unrecorded | undefined} */
  offTheRecord(id) {
    return this.unrecorded.find(({ key }) => key === id);
  }

  /** Delete a line from the off-the-record store. @param {string} id */
  async erase(id) {
    await this.storage.remove("unrecorded", id);
    await this.#changed();
  }

  /**
   * Move changes that the server has saved out of the outbox.
   * @param {Change[]} changes
   * @param {Map<string, {rev: number}>} answers  results by op
   */
  async acknowledge(changes, answers) {
    const saved = changes.map(({ op, body }) => ({ op: body, rev: answers.get(op)?.rev ?? 0 }));
    this.#onNews({ saved }, false);
    await this.storage.acknowledge(changes, this.epoch);
    await this.#changed({ saved });
  }

  /** Mark a change as refused; it stays in the outbox with the error. @param {Change} change @param {{code: string, message: string}} error */
  async refuse(change, error) {
    if (error.code === "off_the_record") return this.storeLocally(change.body);
    if (change.body.do === "retract" && error.code === "unknown_item") return this.discard(change); // it never reached the server
    await this.storage.put("outbox", { ...change, refused: error });
    await this.#changed();
  }

  /** Send a refused change again. @param {Change} change */
  async retry(change) {
    await this.storage.put("outbox", { ...change, refused: null });
    await this.#changed();
  }

  /** Delete changes without sending them. @param {Change[]} changes */
  async discard(...changes) {
    await this.storage.remove("outbox", ...changes.map(({ n }) => n));
    await this.#changed();
  }

  /** Send other people's unsent changes as this person's: each becomes a new op, since an op belongs to its author. */
  async adopt() {
    for (const change of this.foreign) {
      await this.storage.put("outbox", this.#record({ ...change.body, op: uuid7() }));
      await this.storage.remove("outbox", change.n);
    }
    await this.#changed();
  }

  /**
   * Note the epoch of the server's database. A new epoch means that a backup was restored, so acknowledged changes are sent
   * again. Ops that the server still has do no harm.
   * @param {string} epoch
   */
  async setEpoch(epoch) {
    if (epoch === this.epoch) return;
    this.epoch = epoch;
    const kept = await this.storage.all("kept");
    const lost = kept.filter((record) => this.#mine(record) && record.epoch !== epoch);
    if (!lost.length) return;
    await this.storage.requeue(lost);
    await this.#changed();
  }

  #mine = (/** @type {{event: string, who: string}} */ { event, who }) => event === this.event && who === this.who;

  /** Make the stored record of an op. @param {any} body */
  #record(body) {
    return { op: body.op, event: this.event, who: this.who, session: body.session, body, refused: null };
  }

  /** Refresh this tab and tell the others. @param {{saved?: {op: any, rev: number}[]}} [news] */
  async #changed(news = {}) {
    await this.refresh();
    this.tabs?.postMessage(news);
  }

  /** Handle a change made in another tab. @param {{saved?: {op: any, rev: number}[]}} news @param {boolean} [reload] */
  #onNews({ saved }, reload = true) {
    if (saved?.length) this.dispatchEvent(new CustomEvent("saved", { detail: saved }));
    if (reload) this.refresh();
  }

  /** Ask the browser, once, not to evict this site's storage when space runs short. */
  #requestPersistence() {
    if (this.persistenceRequested) return;
    this.persistenceRequested = true;
    navigator.storage?.persist?.().catch(() => {});
  }
}
