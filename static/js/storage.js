/**
 * The phone's storage: IndexedDB, which survives a closed tab and a flat battery. Its object stores:
 *
 *   outbox     {n, op, event, who, session, body, refused}   changes that the server has not acknowledged, in order
 *   kept       {n, op, event, who, body, epoch}              the last 1,000 acknowledged ops, with the database epoch
 *   unrecorded {key: id, event, who, session, body}          lines off the record, which never leave this phone
 *   drafts     {key, event, who, text, ...}                  unfinished lines
 *   heard      {n, channel, epoch, frame}                    frames received since a page was rendered (journal.js)
 *   leases     {key, holder, until}                          which tab is sending, if there are no Web Locks
 *
 * `who` is the owner: two people may take notes on the same phone, one after the other (page.js).
 * Without IndexedDB (some private windows) the records are held in memory only, and `persistent` is false.
 */

import { openDB } from "idb";

const MAX_KEPT_OPS = 1000;
const OPEN_TIMEOUT_MS = 3_000; // a browser whose IndexedDB hangs is treated as one without it
const STORES = ["outbox", "kept", "unrecorded", "drafts", "heard", "leases"];

/** The stored records, in IndexedDB or in memory. */
export class PhoneStorage {
  /** @param {import("idb").IDBPDatabase | null} db */
  constructor(db) {
    this.db = db;
    this.persistent = db !== null;
    /** @type {Record<string, Map<any, any>>} */
    this.memory = Object.fromEntries(STORES.map((name) => [name, new Map()]));
    this.n = 0;
    this.leftEvents = new Set(); // events left while this page was open: it stores nothing more about them
    this.tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("backchannel/leaving") : null;
    this.tabs?.addEventListener("message", ({ data }) => this.leftEvents.add(data));
  }

  /** Open IndexedDB, or fall back to memory. */
  static async open() {
    const storage = new PhoneStorage(null);
    try {
      await Promise.race([storage.#reopen(), rejectAfter(OPEN_TIMEOUT_MS)]);
      storage.persistent = true;
    } catch {
      // use memory
    }
    return storage;
  }

  /** Return all records of a store, in the order of their keys. @param {string} store @returns {Promise<any[]>} */
  async all(store) {
    return this.persistent ? this.#ask((db) => db.getAll(store)) : [...this.memory[store].values()];
  }

  /** Return one record. @param {string} store @param {any} key */
  async get(store, key) {
    return this.persistent ? this.#ask((db) => db.get(store, key)) : this.memory[store].get(key);
  }

  /** Return the frames received on a channel since its page was rendered. @param {string} channel @returns {Promise<any[]>} */
  async frames(channel) {
    return this.persistent ? this.#ask((db) => db.getAllFromIndex("heard", "channel", channel)) : [];
  }

  /** Store a record; it is on disk when the promise resolves. @param {string} store @param {any} value */
  async put(store, value) {
    if (this.leftEvents.has(value.event)) return;
    await this.#change([store], async (change) => change.put(store, value));
  }

  /** Delete records. @param {string} store @param {any[]} keys */
  async remove(store, ...keys) {
    await this.#change([store], async (change) => {
      for (const key of keys) await change.remove(store, key);
    });
  }

  /** Store frames received on a channel, without waiting for the disk. @param {any[]} records */
  async addFrames(records) {
    if (this.leftEvents.has(records[0].channel.split("/")[0])) return;
    await this.#change(["heard"], async (change) => {
      for (const record of records) await change.put("heard", record);
    }, "relaxed");
  }

  /** Move acknowledged changes from `outbox` to `kept`, in one transaction. @param {any[]} records @param {string} epoch */
  async acknowledge(records, epoch) {
    await this.#change(["outbox", "kept"], async (change) => {
      for (const { n, op, event, who, body } of records) {
        await change.remove("outbox", n);
        await change.put("kept", { op, event, who, body, epoch });
      }
      const keys = await change.keys("kept");
      for (const key of keys.slice(0, Math.max(0, keys.length - MAX_KEPT_OPS))) await change.remove("kept", key);
    });
  }

  /** Move acknowledged changes back into the outbox, with the same op ids. @param {any[]} records */
  async requeue(records) {
    await this.#change(["outbox", "kept"], async (change) => {
      for (const { n, op, event, who, body } of records) {
        await change.remove("kept", n);
        await change.put("outbox", { op, event, who, session: body.session ?? null, body, refused: null });
      }
    });
  }

  /** Store a line as off the record and delete its waiting changes. @param {any} line @param {any[]} waiting */
  async moveOffRecord(line, waiting) {
    await this.#change(["outbox", "unrecorded"], async (change) => {
      await change.put("unrecorded", line);
      for (const { n } of waiting) await change.remove("outbox", n);
    });
  }

  /** Delete one person's records at an event, and all its frames. @param {string} event @param {string} who */
  async forget(event, who) {
    this.leftEvents.add(event);
    this.tabs?.postMessage(event);
    const theirs = (/** @type {any} */ record) => record.event === event && record.who === who;
    for (const store of ["outbox", "kept", "unrecorded", "drafts"]) await this.#removeWhere(store, theirs);
    await this.#removeWhere("heard", ({ channel }) => channel.startsWith(`${event}/`));
  }

  /** Delete the records that match. @param {string} store @param {(record: any) => boolean} matches */
  async #removeWhere(store, matches) {
    const found = (await this.all(store)).filter(matches);
    await this.remove(store, ...found.map((record) => record.key ?? record.n));
  }

  /**
   * Acquire or renew a lease, unless another tab holds it.
   * @param {string} key @param {string} holder @param {number} ms
   * @returns {Promise<boolean>} whether it is ours
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

  /** Make changes in one transaction. @param {string[]} stores @param {(change: Change) => Promise<void>} act @param {"strict" | "relaxed"} [durability] */
  async #change(stores, act, durability = "strict") {
    if (!this.persistent) return act(new InMemory(this));
    await this.#ask(async (db) => {
      const transaction = db.transaction(stores, "readwrite", { durability });
      await Promise.all([act(new InTransaction(transaction)), transaction.done]);
    });
  }

  /**
   * Use the database; if the phone closed the connection while asleep (iOS does), open it again once.
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
    this.db = await openDB("backchannel", 1, { upgrade: createStores });
  }
}

/**
 * The operations inside a transaction.
 *
 * @typedef {object} Change
 * @property {(store: string, key: any) => Promise<any>} get
 * @property {(store: string) => Promise<any[]>} keys
 * @property {(store: string, value: any) => Promise<any>} put
 * @property {(store: string, key: any) => Promise<any>} remove
 */

/** A Change in an IndexedDB transaction. */
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

/** A Change in memory. */
class InMemory {
  /** @param {PhoneStorage} storage */
  constructor(storage) {
    this.storage = storage;
  }
  async get(/** @type {string} */ store, /** @type {any} */ key) {
    return this.storage.memory[store].get(key);
  }
  async keys(/** @type {string} */ store) {
    return [...this.storage.memory[store].keys()];
  }
  async put(/** @type {string} */ store, /** @type {any} */ value) {
    const key = value.key ?? (value.n ??= ++this.storage.n);
    this.storage.memory[store].set(key, value);
  }
  async remove(/** @type {string} */ store, /** @type {any} */ key) {
    this.storage.memory[store].delete(key);
  }
}

/** Return a promise that rejects after a delay. @param {number} ms */
const rejectAfter = (ms) => new Promise((_, reject) => setTimeout(reject, ms));

/** Create the object stores. @param {import("idb").IDBPDatabase} db */
function createStores(db) {
  for (const name of ["outbox", "kept"]) db.createObjectStore(name, { keyPath: "n", autoIncrement: true });
  for (const name of ["unrecorded", "drafts", "leases"]) db.createObjectStore(name, { keyPath: "key" });
  db.createObjectStore("heard", { keyPath: "n", autoIncrement: true }).createIndex("channel", "channel");
}
