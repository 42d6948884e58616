/**
 * What this page has of a channel: everything up to its cursor, no gaps (docs/protocol.md, "Follow").
 *
 *   frame.seq <= cursor            known, ignored
 *   frame.prev <= cursor           follows on without a gap: applied, cursor = frame.seq
 *   else                           something is missing: fetched from the cursor on, never guessed
 *   a head ahead of us for 2 s     fetched
 *   far behind                     started again from the newest window
 *   a digest that differs, or      started again from the snapshot; until that is here, nothing on the page is believed
 *   another life of the database   and nothing on it is moved
 *
 * A digest is of the whole channel. A page that holds a window of it, or very many items, compares its newest items with
 * the server's instead, every few minutes: that costs one small request, and no long task. The snapshot of such a page is
 * the newest window.
 */

import { comesBefore, isGone } from "./item.js";
import { sha256 } from "./sha256.js";

const MAX_LAG_MS = 2_000; // ms
const SNAPSHOT_INTERVAL_MS = 30_000; // ms between two snapshots for a digest's sake
const CHECK_INTERVAL_MS = 300_000; // ms between two comparisons of the newest items
const PAGE_INTERVAL_MS = 500; // ms between two pages of changes: at most two requests a second
const MAX_HASHED = 300; // items; more of them would make hashing a long task on a slow phone
const MAX_BEHIND = 1_000; // changes; with more of them missing, the newest window is quicker

/**
 * @typedef {"live" | "known" | "snapshot"} How  it is news, or this phone had it before, or it is all that there is
 * @typedef {{prev: number, seq: number, items: (import("./item.js").Item | import("./item.js").Tombstone)[]}} Frame
 * @typedef {{seq: number, items: import("./item.js").Item[], earlier: boolean}} Window  the newest items, in reading order
 */

export class Replica {
  /**
   * @param {import("./page.js").Page} page
   * @param {Iterable<{id: string, seq: number, rev: number, at: string | null}>} standing  what the page was rendered with
   * @param {(items: import("./item.js").Item[], gone: string[], how: How) => void} show
   * @param {{whole?: boolean, window?: () => Promise<Window>}} [how]
   *   whole: the page has all of the channel, so that its digest can be compared; window: asks for the newest items
   */
  constructor({ seq, epoch }, standing, show, { whole = true, window } = {}) {
    this.seq = seq;
    this.epoch = epoch; // which life of the database `seq` belongs to
    this.whole = whole;
    this.window = window;
    this.checkedAt = Date.now() - Math.random() * CHECK_INTERVAL_MS; // not every phone of the hall at once
    this.show = show;
    /** @type {Map<string, {seq: number, rev: number, at: string | null}>} */
    this.standing = new Map();
    for (const item of standing) this.add(item);
    this.snapshotAt = 0;
    this.headSeq = seq; // the channel's, as far as is known
    this.afresh = false; // what is here is not believed: the snapshot is wanted
    this.fetching = false;
    this.again = false; // something was missed while it was fetching
    /** Called for every applied frame. @type {(frame: Frame) => void} */
    this.onApplied = () => {};
    /** Called after a snapshot. */
    this.onSnapshot = () => {};
    /** The page is about to show this window, and nothing before it. @type {(window: Window) => void} */
    this.restarting = () => {};
  }

  /**
   * The page was rendered with an item. Returns false if a later version of it is known.
   * @param {{id: string, seq: number, rev: number, at: string | null}} item
   */
  add({ id, seq, rev, at }) {
    if ((this.standing.get(id)?.seq ?? 0) > seq) return false;
    this.standing.set(id, { seq, rev, at });
    return true;
  }

  /** @param {import("./transport.js").Transport} line */
  attach(line) {
    this.line = line;
    line.addEventListener("frame", (event) => this.frame(/** @type {CustomEvent} */ (event).detail));
    line.addEventListener("head", (event) => this.head(/** @type {CustomEvent} */ (event).detail));
    line.addEventListener("resume", () => this.catchUp());
    line.addEventListener("stamp", (event) => this.#meet(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {Frame} frame */
  frame(frame) {
    if (this.afresh) this.catchUp();
    else if (frame.seq <= this.seq) return;
    else if (frame.prev <= this.seq) this.#take(frame);
    else this.catchUp();
  }

  /** @param {{seq: number, digest?: string}} head */
  head({ seq, digest }) {
    this.headSeq = seq;
    if (this.afresh) {
      this.catchUp();
    } else if (seq > this.seq) {
      const known = this.seq;
      setTimeout(() => this.seq === known && this.catchUp(), digest ? MAX_LAG_MS : 0);
    } else if (seq === this.seq && digest) {
      if (this.whole && this.standing.size <= MAX_HASHED) this.#compare(digest);
      else if (this.window && Date.now() - this.checkedAt > CHECK_INTERVAL_MS) this.#check(this.window);
    }
  }

  /** @param {string} digest */
  #compare(digest) {
    if (digest !== this.digest() && Date.now() - this.snapshotAt > SNAPSHOT_INTERVAL_MS) this.restart();
  }

  /** Compare the newest items with the server's. @param {() => Promise<Window>} window */
  async #check(window) {
    this.checkedAt = Date.now();
    const newest = await window().catch(() => null);
    if (newest && newest.seq === this.seq && !this.afresh && !this.#agrees(newest)) this.restart();
  }

  /** @param {Window} newest */
  #agrees({ items, earlier }) {
    const oldest = earlier ? items[0] : null;
    const here = [...this.standing.values()].filter((key) => !oldest || !comesBefore(key, oldest));
    return here.length === items.length && items.every(({ id, seq, rev }) => {
      const known = this.standing.get(id);
      return known?.seq === seq && known.rev === rev;
    });
  }

  /** What was taken from the line before this page was opened, told again. @param {Frame} frame @returns {boolean} whether it fits */
  recall(frame) {
    if (frame.seq > this.seq && frame.prev > this.seq) return false;
    if (frame.seq > this.seq) this.#take(frame, "known");
    return true;
  }

  /** Fetch what is missing, in order. */
  async catchUp() {
    if (this.fetching) {
      this.again = true;
      return;
    }
    this.fetching = true;
    try {
      do {
        this.again = false;
        await (this.afresh ? this.#startOver() : this.#rest());
      } while (this.again);
    } catch {
      // the line is down: whoever watches it says so, and the next head or frame begins again from the cursor
    } finally {
      this.fetching = false;
    }
  }

  /** Start again from the snapshot: nothing on the page is believed any more, and nothing on it jumps. */
  restart() {
    this.afresh = true;
    return this.catchUp();
  }

  /** The database was restored: what we have may never have been. @param {string} epoch */
  #meet(epoch) {
    if (epoch === this.epoch) return;
    this.epoch = epoch;
    this.restart();
  }

  async #rest() {
    for await (const page of this.#pages()) {
      if (this.afresh) return;
      this.#take(page);
      if (page.more && this.window && this.headSeq - this.seq > MAX_BEHIND) {
        this.afresh = this.again = true;
        return;
      }
    }
  }

  /** The pages of changes from the cursor on, or from the beginning. @param {number} [after] */
  async *#pages(after = this.seq) {
    for (let more = true; more; ) {
      const asked = Date.now();
      const page = await this.line.changes(after);
      yield page;
      ({ more, seq: after } = page);
      if (more) await pause(PAGE_INTERVAL_MS - (Date.now() - asked));
    }
  }

  async #startOver() {
    const { epoch } = this;
    const newest = await (this.window ? this.window() : this.#snapshot());
    this.snapshotAt = this.checkedAt = Date.now();
    this.afresh = this.epoch !== epoch; // restored once more while it was fetched
    const ids = new Set(newest.items.map((item) => item.id));
    const gone = [...this.standing.keys()].filter((id) => !ids.has(id));
    this.standing = new Map(newest.items.map(({ id, seq, rev, at }) => [id, { seq, rev, at }]));
    this.seq = newest.seq;
    this.whole = this.whole && !newest.earlier;
    this.restarting(newest);
    this.show(newest.items, gone, "snapshot");
    this.onSnapshot();
  }

  /** Everything on the channel. @returns {Promise<Window>} */
  async #snapshot() {
    const items = [];
    let seq = 0;
    for await (const page of this.#pages(0)) {
      items.push(...page.items.filter((thing) => !isGone(thing)));
      ({ seq } = page);
    }
    return { seq, items, earlier: false };
  }

  /** SHA-256, 16 hex digits, over "seq id rev" of what is present, in the order of seq. */
  digest() {
    const lines = [...this.standing].sort((a, b) => a[1].seq - b[1].seq).map(([id, { seq, rev }]) => `${seq} ${id} ${rev}`);
    return sha256(lines.join("\n")).slice(0, 16);
  }

  /** @param {Frame} frame @param {How} [how] */
  #take(frame, how = "live") {
    const items = [];
    const gone = [];
    for (const thing of frame.items) {
      if ((this.standing.get(thing.id)?.seq ?? 0) >= thing.seq) continue; // the page was rendered with it
      if (isGone(thing)) {
        this.standing.delete(thing.id);
        gone.push(thing.id);
      } else {
        this.standing.set(thing.id, { seq: thing.seq, rev: thing.rev, at: thing.at });
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
