/**
 * What this phone keeps, in IndexedDB: it outlives the page, the tab and the battery.
 *
 *   outbox   {n, op, event, session, body, refused}   changes that the server has not acknowledged, in the order made
 *   kept     {n, op, event, body}                     the last 200 acknowledged: offered again if the server's database was restored
 *   drafts   {key, text, id}                          what is being typed
 *   leases   {key, holder, until}                     which tab is sending
 *
 * Where a browser has no IndexedDB (some private windows) the same is kept in this page alone, and `lasting` is false.
 */

import { openDB } from "idb";

const KEPT = 200;

export class Shelf {
  /** @param {import("idb").IDBPDatabase | null} db */
  constructor(db) {
    this.db = db;
    this.lasting = db !== null;
    /** @type {Record<string, Map<any, any>>} */
    this.memory = { outbox: new Map(), kept: new Map(), drafts: new Map(), leases: new Map() };
    this.n = 0;
  }

  static async open() {
    try {
      return new Shelf(await openDB("backchannel", 1, { upgrade: build }));
    } catch {
      return new Shelf(null);
    }
  }

  /** @param {string} store @returns {Promise<any[]>} in the order of their keys */
  async all(store) {
    return this.db ? this.db.getAll(store) : [...this.memory[store].values()];
  }

  /** @param {string} store @param {any} key */
  async get(store, key) {
    return this.db ? this.db.get(store, key) : this.memory[store].get(key);
  }

  /** Kept, on disk, when this resolves. @param {string} store @param {any} value */
  async put(store, value) {
    await this.#change([store], async (change) => change.put(store, value));
  }

  /** @param {string} store @param {any} key */
  async remove(store, key) {
    await this.#change([store], async (change) => change.remove(store, key));
  }

  /** Acknowledged: off the outbox and onto the kept, at once or not at all. @param {any[]} records */
  async acknowledge(records) {
    await this.#change(["outbox", "kept"], async (change) => {
      for (const { n, op, event, body } of records) {
        await change.remove("outbox", n);
        await change.put("kept", { op, event, body });
      }
      const keys = await change.keys("kept");
      for (const key of keys.slice(0, Math.max(0, keys.length - KEPT))) await change.remove("kept", key);
    });
  }

  /** Back into the outbox, with the ids they had. @param {any[]} records */
  async offerAgain(records) {
    await this.#change(["outbox", "kept"], async (change) => {
      for (const { n, op, event, body } of records) {
        await change.remove("kept", n);
        await change.put("outbox", { op, event, session: body.session ?? null, body, refused: null });
      }
    });
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

  /** @param {string[]} stores @param {(change: Change) => Promise<void>} act */
  async #change(stores, act) {
    if (!this.db) return act(new InMemory(this));
    const transaction = this.db.transaction(stores, "readwrite", { durability: "strict" });
    await Promise.all([act(new InTransaction(transaction)), transaction.done]);
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
  /** @param {Shelf} shelf */
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

/** @param {import("idb").IDBPDatabase} db */
function build(db) {
  db.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
  db.createObjectStore("kept", { keyPath: "n", autoIncrement: true });
  db.createObjectStore("drafts", { keyPath: "key" });
  db.createObjectStore("leases", { keyPath: "key" });
}
