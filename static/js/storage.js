/**
 * What this phone keeps, in IndexedDB: it outlives the page, the tab and the battery.
 *
 *   outbox     {n, op, event, who, session, body, refused}   changes that the server has not acknowledged, in the order made
 *   kept       {n, op, event, who, body, epoch}              the last 1,000 acknowledged, and by which life of the database
 *   unrecorded {key: id, event, who, session, body}          lines that are off the record: they never leave this phone
 *   drafts     {key, event, who, text, ...}                  what is being typed
 *   heard      {n, channel, epoch, frame}                    what came since a page was rendered (journal.js)
 *   leases     {key, holder, until}                          which tab is sending, where there are no Web Locks
 *
 * `who` is whose it is: two people may take notes on one phone, one after the other (page.js).
 * Where a browser has no IndexedDB (some private windows) the same is kept in this page alone, and `lasting` is false.
 */

import { openDB } from "idb";

const KEPT = 1000;
const ANSWER_TIMEOUT_MS = 3_000; // ms: a browser whose IndexedDB hangs is one that has none
const STORES = ["outbox", "kept", "unrecorded", "drafts", "heard", "leases"];

export class PhoneStorage {
  /** @param {import("idb").IDBPDatabase | null} db */
  constructor(db) {
    this.db = db;
    this.lasting = db !== null;
    /** @type {Record<string, Map<any, any>>} */
    this.memory = Object.fromEntries(STORES.map((name) => [name, new Map()]));
    this.n = 0;
    this.left = new Set(); // events that somebody left while this page was open: nothing of them is kept any more
    this.others = "BroadcastChannel" in globalThis ? new BroadcastChannel("backchannel/leaving") : null;
    this.others?.addEventListener("message", ({ data }) => this.left.add(data));
  }

  static async open() {
    const shelf = new PhoneStorage(null);
    try {
      await Promise.race([shelf.#reopen(), tooLate(ANSWER_TIMEOUT_MS)]);
      shelf.lasting = true;
    } catch {
      // in this page alone, then
    }
    return shelf;
  }

  /** @param {string} store @returns {Promise<any[]>} in the order of their keys */
  async all(store) {
    return this.lasting ? this.#ask((db) => db.getAll(store)) : [...this.memory[store].values()];
  }

  /** @param {string} store @param {any} key */
  async get(store, key) {
    return this.lasting ? this.#ask((db) => db.get(store, key)) : this.memory[store].get(key);
  }

  /** What came on a channel since its page was rendered. @param {string} channel @returns {Promise<any[]>} */
  async heard(channel) {
    return this.lasting ? this.#ask((db) => db.getAllFromIndex("heard", "channel", channel)) : [];
  }

  /** Kept, on disk, when this resolves. @param {string} store @param {any} value */
  async put(store, value) {
    if (this.left.has(value.event)) return;
    await this.#change([store], async (change) => change.put(store, value));
  }

  /** @param {string} store @param {any[]} keys */
  async remove(store, ...keys) {
    await this.#change([store], async (change) => {
      for (const key of keys) await change.remove(store, key);
    });
  }

  /** What came on a channel; not worth a wait for the disk. @param {any[]} records */
  async hear(records) {
    if (this.left.has(records[0].channel.split("/")[0])) return;
    await this.#change(["heard"], async (change) => {
      for (const record of records) await change.put("heard", record);
    }, "relaxed");
  }

  /** Acknowledged: off the outbox and onto the kept, at once or not at all. @param {any[]} records @param {string} epoch */
  async acknowledge(records, epoch) {
    await this.#change(["outbox", "kept"], async (change) => {
      for (const { n, op, event, who, body } of records) {
        await change.remove("outbox", n);
        await change.put("kept", { op, event, who, body, epoch });
      }
      const keys = await change.keys("kept");
      for (const key of keys.slice(0, Math.max(0, keys.length - KEPT))) await change.remove("kept", key);
    });
  }

  /** Back into the outbox, with the ids they had. @param {any[]} records */
  async offerAgain(records) {
    await this.#change(["outbox", "kept"], async (change) => {
      for (const { n, op, event, who, body } of records) {
        await change.remove("kept", n);
        await change.put("outbox", { op, event, who, session: body.session ?? null, body, refused: null });
      }
    });
  }

  /** Off the record: onto this phone's own pile and, if they waited, out of what is to be sent. @param {any} line @param {any[]} waiting */
  async strike(line, waiting) {
    await this.#change(["outbox", "unrecorded"], async (change) => {
      await change.put("unrecorded", line);
      for (const { n } of waiting) await change.remove("outbox", n);
    });
  }

  /** Everything of one person at one event, and all that was heard there. @param {string} event @param {string} who */
  async forget(event, who) {
    this.left.add(event);
    this.others?.postMessage(event);
    const theirs = (/** @type {any} */ record) => record.event === event && record.who === who;
    for (const store of ["outbox", "kept", "unrecorded", "drafts"]) await this.#sweep(store, theirs);
    await this.#sweep("heard", ({ channel }) => channel.startsWith(`${event}/`));
  }

  /** @param {string} store @param {(record: any) => boolean} goes */
  async #sweep(store, goes) {
    const going = (await this.all(store)).filter(goes);
    await this.remove(store, ...going.map((record) => record.key ?? record.n));
  }

  /**
   * Take the lease of that name, if nobody else holds it.
   * @param {string} key @param {string} holder @param {number} ms
   */
  async lease(key, holder, ms) {
    let mine = false;
    await this.#change(["leases"], async (change) => {
      const found = await change.get("leases", key);
      mine = !found || found.holder === holder || found.until < Date.now();
      if (mine) await change.put("leases", { key, holder, until: Date.now() + ms });
    });
    return mine;
  }

  /** @param {string[]} stores @param {(change: Change) => Promise<void>} act @param {"strict" | "relaxed"} [durability] */
  async #change(stores, act, durability = "strict") {
    if (!this.lasting) return act(new InMemory(this));
    await this.#ask(async (db) => {
      const transaction = db.transaction(stores, "readwrite", { durability });
      await Promise.all([act(new InTransaction(transaction)), transaction.done]);
    });
  }

  /**
   * A phone that slept may have lost its database's connection (iOS does): open it again, once, and go on.
   * @template T @param {(db: any) => Promise<T>} act @returns {Promise<T>}
   */
  async #ask(act) {
    try {
      return await act(this.db);
    } catch (fault) {
      if (/** @type {Error} */ (fault)?.name !== "InvalidStateError") throw fault;
      await this.#reopen();
      return act(this.db);
    }
  }

  async #reopen() {
    this.db = await openDB("backchannel", 1, { upgrade: build });
  }
}

/**
 * @typedef {object} Change
 * @property {(store: string, key: any) => Promise<any>} get
 * @property {(store: string) => Promise<any[]>} keys
 * @property {(store: string, value: any) => Promise<any>} put
 * @property {(store: string, key: any) => Promise<any>} remove
 */

class InTransaction {
  /** @param {any} transaction */
  constructor(transaction) {
    this.store = (/** @type {string} */ name) => transaction.objectStore(name);
  }
  get(/** @type {string} */ store, /** @type {any} */ key) {
    return this.store(store).get(key);
  }
  keys(/** @type {string} */ store) {
    return this.store(store).getAllKeys();
  }
  put(/** @type {string} */ store, /** @type {any} */ value) {
    return this.store(store).put(value);
  }
  remove(/** @type {string} */ store, /** @type {any} */ key) {
    return this.store(store).delete(key);
  }
}

class InMemory {
  /** @param {PhoneStorage} shelf */
  constructor(shelf) {
    this.shelf = shelf;
  }
  async get(/** @type {string} */ store, /** @type {any} */ key) {
    return this.shelf.memory[store].get(key);
  }
  async keys(/** @type {string} */ store) {
    return [...this.shelf.memory[store].keys()];
  }
  async put(/** @type {string} */ store, /** @type {any} */ value) {
    const key = value.key ?? (value.n ??= ++this.shelf.n);
    this.shelf.memory[store].set(key, value);
  }
  async remove(/** @type {string} */ store, /** @type {any} */ key) {
    this.shelf.memory[store].delete(key);
  }
}

/** @param {number} ms */
const tooLate = (ms) => new Promise((_, reject) => setTimeout(reject, ms));

/** @param {import("idb").IDBPDatabase} db */
function build(db) {
  for (const name of ["outbox", "kept"]) db.createObjectStore(name, { keyPath: "n", autoIncrement: true });
  for (const name of ["unrecorded", "drafts", "leases"]) db.createObjectStore(name, { keyPath: "key" });
  db.createObjectStore("heard", { keyPath: "n", autoIncrement: true }).createIndex("channel", "channel");
}
