/**
 * The page's copy of a channel: every change up to the cursor, without gaps (docs/protocol.md, "Following").
 *
 *   frame.seq <= cursor            known: ignored
 *   frame.prev <= cursor           no gap: applied, and the cursor becomes frame.seq
 *   any other frame                a gap: the changes after the cursor are fetched
 *   a head ahead of us for 2 s     the changes after the cursor are fetched
 *   very many changes missing      the page starts over from the newest window
 *   a different digest or epoch    the page starts over from a snapshot, and ignores frames until it has one
 *
 * A digest covers the whole channel. A page that has only a window of it, or very many items, compares its newest items with
 * the server's every few minutes instead, which costs one small request and no long task. Such a page uses the newest window
 * as its snapshot.
 */

import { comesBefore, isGone } from "./item.js";
import { sha256 } from "./sha256.js";

const MAX_LAG_MS = 2_000;
const SNAPSHOT_INTERVAL_MS = 30_000; // at least, after a digest that differs
const CHECK_INTERVAL_MS = 300_000; // between two comparisons of the newest items
const PAGE_INTERVAL_MS = 500; // at most two requests a second
const MAX_HASHED_ITEMS = 300; // hashing more would be a long task on a slow phone
const MAX_MISSING_CHANGES = 1_000; // the newest window is quicker to fetch than more of them

/**
 * @typedef {"live" | "known" | "snapshot"} How  live: new; known: stored on this phone before; snapshot: the whole content
 * @typedef {{prev: number, seq: number, items: (import("./item.js").Item | import("./item.js").Tombstone)[]}} Frame
 * @typedef {{seq: number, items: import("./item.js").Item[], earlier: boolean}} Window  the newest items, in reading order
 */

/** The copy of one channel. */
export class Replica {
  /**
   * @param {import("./page.js").Page} page
   * @param {Iterable<{id: string, seq: number, rev: number, at: string | null}>} versions  the items that the page was rendered with
   * @param {(items: import("./item.js").Item[], gone: string[], how: How) => void} show
   * @param {{whole?: boolean, window?: () => Promise<Window>}} [how]
   *   whole: the page has the whole channel, so that digests can be compared; window: fetches the newest items
   */
  constructor({ seq, epoch }, versions, show, { whole = true, window } = {}) {
    this.seq = seq;
    this.epoch = epoch; // the database epoch that `seq` belongs to
    this.whole = whole;
    this.window = window;
    this.checkedAt = Date.now() - Math.random() * CHECK_INTERVAL_MS; // so that not all phones check at once
    this.show = show;
    /** @type {Map<string, {seq: number, rev: number, at: string | null}>} */
    this.versions = new Map();
    for (const item of versions) this.add(item);
    this.snapshotAt = 0;
    this.headSeq = seq; // the latest seq of the channel that the server reported
    this.needsSnapshot = false;
    this.fetching = false;
    this.again = false; // catchUp() was called while it was fetching
    /** Called for every applied frame. @type {(frame: Frame) => void} */
    this.onApplied = () => {};
    /** Called after a snapshot. */
    this.onSnapshot = () => {};
    /** Called before the page is replaced by a window. @type {(window: Window) => void} */
    this.onRestart = () => {};
  }

  /**
   * Add an item that was rendered by the server.
   * @param {{id: string, seq: number, rev: number, at: string | null}} item
   * @returns {boolean} false if a later version of it is known
   */
  add({ id, seq, rev, at }) {
    if ((this.versions.get(id)?.seq ?? 0) > seq) return false;
    this.versions.set(id, { seq, rev, at });
    return true;
  }

  /** Apply the messages of a transport. @param {import("./transport.js").Transport} transport */
  attach(transport) {
    this.transport = transport;
    transport.addEventListener("frame", (event) => this.frame(/** @type {CustomEvent} */ (event).detail));
    transport.addEventListener("head", (event) => this.head(/** @type {CustomEvent} */ (event).detail));
    transport.addEventListener("resume", () => this.catchUp());
    transport.addEventListener("stamp", (event) => this.#setEpoch(/** @type {CustomEvent} */ (event).detail));
  }

  /** Apply a frame, or fetch what is missing before it. @param {Frame} frame */
  frame(frame) {
    if (this.needsSnapshot) this.catchUp();
    else if (frame.seq <= this.seq) return;
    else if (frame.prev <= this.seq) this.#take(frame);
    else this.catchUp();
  }

  /** Check that this copy has everything up to the head. @param {{seq: number, digest?: string}} head */
  head({ seq, digest }) {
    this.headSeq = seq;
    if (this.needsSnapshot) {
      this.catchUp();
    } else if (seq > this.seq) {
      const known = this.seq;
      setTimeout(() => this.seq === known && this.catchUp(), digest ? MAX_LAG_MS : 0);
    } else if (seq === this.seq && digest) {
      if (this.whole && this.versions.size <= MAX_HASHED_ITEMS) this.#compare(digest);
      else if (this.window && Date.now() - this.checkedAt > CHECK_INTERVAL_MS) this.#check(this.window);
    }
  }

  /** Start over if the digest differs. @param {string} digest */
  #compare(digest) {
    if (digest !== this.digest() && Date.now() - this.snapshotAt > SNAPSHOT_INTERVAL_MS) this.restart();
  }

  /** Fetch the newest items, and start over if this copy has others. @param {() => Promise<Window>} window */
  async #check(window) {
    this.checkedAt = Date.now();
    const newest = await window().catch(() => null);
    if (newest && newest.seq === this.seq && !this.needsSnapshot && !this.#agrees(newest)) this.restart();
  }

  /** Return whether this copy has the same newest items. @param {Window} newest */
  #agrees({ items, earlier }) {
    const oldest = earlier ? items[0] : null;
    const here = [...this.versions.values()].filter((key) => !oldest || !comesBefore(key, oldest));
    return here.length === items.length && items.every(({ id, seq, rev }) => {
      const known = this.versions.get(id);
      return known?.seq === seq && known.rev === rev;
    });
  }

  /** Apply a stored frame. @param {Frame} frame @returns {boolean} false if there is a gap before it */
  recall(frame) {
    if (frame.seq > this.seq && frame.prev > this.seq) return false;
    if (frame.seq > this.seq) this.#take(frame, "known");
    return true;
  }

  /** Fetch the missing changes, or a snapshot. */
  async catchUp() {
    if (this.fetching) {
      this.again = true;
      return;
    }
    this.fetching = true;
    try {
      do {
        this.again = false;
        await (this.needsSnapshot ? this.#startOver() : this.#fetchMissing());
      } while (this.again);
    } catch {
      // not connected: the next head or frame tries again from the cursor
    } finally {
      this.fetching = false;
    }
  }

  /** Start over from a snapshot. */
  restart() {
    this.needsSnapshot = true;
    return this.catchUp();
  }

  /** Start over if the database was restored from a backup. @param {string} epoch */
  #setEpoch(epoch) {
    if (epoch === this.epoch) return;
    this.epoch = epoch;
    this.restart();
  }

  async #fetchMissing() {
    for await (const page of this.#pages()) {
      if (this.needsSnapshot) return;
      this.#take(page);
      if (page.more && this.window && this.headSeq - this.seq > MAX_MISSING_CHANGES) {
        this.needsSnapshot = this.again = true;
        return;
      }
    }
  }

  /** Yield pages of changes after a seq, by default the cursor. @param {number} [after] */
  async *#pages(after = this.seq) {
    for (let more = true; more; ) {
      const asked = Date.now();
      const page = await this.transport.changes(after);
      yield page;
      ({ more, seq: after } = page);
      if (more) await pause(PAGE_INTERVAL_MS - (Date.now() - asked));
    }
  }

  /** Replace the content by the newest window or a snapshot. */
  async #startOver() {
    const { epoch } = this;
    const newest = await (this.window ? this.window() : this.#snapshot());
    this.snapshotAt = this.checkedAt = Date.now();
    this.needsSnapshot = this.epoch !== epoch; // the database was restored again during the request
    const ids = new Set(newest.items.map((item) => item.id));
    const gone = [...this.versions.keys()].filter((id) => !ids.has(id));
    this.versions = new Map(newest.items.map(({ id, seq, rev, at }) => [id, { seq, rev, at }]));
    this.seq = newest.seq;
    this.whole = this.whole && !newest.earlier;
    this.onRestart(newest);
    this.show(newest.items, gone, "snapshot");
    this.onSnapshot();
  }

  /** Fetch the whole channel. @returns {Promise<Window>} */
  async #snapshot() {
    const items = [];
    let seq = 0;
    for await (const page of this.#pages(0)) {
      items.push(...page.items.filter((thing) => !isGone(thing)));
      ({ seq } = page);
    }
    return { seq, items, earlier: false };
  }

  /** Return the digest: 16 hex digits of the SHA-256 of "seq id rev" of all items, in the order of seq. */
  digest() {
    const lines = [...this.versions].sort((a, b) => a[1].seq - b[1].seq).map(([id, { seq, rev }]) => `${seq} ${id} ${rev}`);
    return sha256(lines.join("\n")).slice(0, 16);
  }

  /** Apply a frame and show its items. @param {Frame} frame @param {How} [how] */
  #take(frame, how = "live") {
    const items = [];
    const gone = [];
    for (const thing of frame.items) {
      if ((this.versions.get(thing.id)?.seq ?? 0) >= thing.seq) continue; // a version at least as new is on the page
      if (isGone(thing)) {
        this.versions.delete(thing.id);
        gone.push(thing.id);
      } else {
        this.versions.set(thing.id, { seq: thing.seq, rev: thing.rev, at: thing.at });
        items.push(thing);
      }
    }
    const fits = frame.seq > this.seq;
    this.seq = Math.max(this.seq, frame.seq);
    if (how === "live" && fits) this.onApplied(frame);
    if (items.length || gone.length) this.show(items, gone, how);
  }
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
