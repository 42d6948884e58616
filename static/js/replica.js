/**
 * What this page has of a channel: everything up to its cursor, no gaps (docs/protocol.md, "Follow").
 *
 *   frame.seq <= cursor            known, ignored
 *   frame.prev <= cursor           follows on without a gap: applied, cursor = frame.seq
 *   else                           something is missing: fetched from the cursor on, never guessed
 *   a head ahead of us for 2 s     fetched
 *   a digest that differs, or      started again from the snapshot; until that is here, nothing on the page is believed
 *   another life of the database   and nothing on it is moved
 */

import { isGone } from "./item.js";
import { sha256 } from "./sha256.js";

const MAX_LAG_MS = 2_000; // ms
const SNAPSHOT_INTERVAL_MS = 30_000; // ms between two snapshots for a digest's sake

/**
 * @typedef {"live" | "known" | "snapshot"} How  it is news, or this phone had it before, or it is all that there is
 * @typedef {{prev: number, seq: number, items: (import("./item.js").Item | import("./item.js").Tombstone)[]}} Frame
 */

export class Replica {
  /**
   * @param {import("./page.js").Page} page
   * @param {Iterable<{id: string, seq: number, rev: number}>} standing  what the page was rendered with
   * @param {(items: import("./item.js").Item[], gone: string[], how: How) => void} show
   * @param {{whole?: boolean}} [how]  whole: the page has all of the channel, so that its digest can be compared
   */
  constructor({ seq, epoch }, standing, show, { whole = true } = {}) {
    this.seq = seq;
    this.epoch = epoch; // which life of the database `seq` belongs to
    this.whole = whole;
    this.show = show;
    /** @type {Map<string, {seq: number, rev: number}>} */
    this.standing = new Map();
    for (const { id, seq: at, rev } of standing) this.standing.set(id, { seq: at, rev });
    this.snapshotAt = 0;
    this.afresh = false; // what is here is not believed: the snapshot is wanted
    this.fetching = false;
    this.again = false; // something was missed while it was fetching
    /** Called for every applied frame. @type {(frame: Frame) => void} */
    this.onApplied = () => {};
    /** Called after a snapshot. */
    this.onSnapshot = () => {};
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
    if (this.afresh) {
      this.catchUp();
    } else if (seq > this.seq) {
      const known = this.seq;
      setTimeout(() => this.seq === known && this.catchUp(), digest ? MAX_LAG_MS : 0);
    } else if (seq === this.seq && digest && this.whole && digest !== this.digest()) {
      if (Date.now() - this.snapshotAt > SNAPSHOT_INTERVAL_MS) this.restart();
    }
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
        await (this.afresh ? this.#snapshot() : this.#rest());
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
    for (let more = true; more && !this.afresh; ) {
      const page = await this.line.changes(this.seq);
      if (this.afresh) return;
      this.#take(page);
      more = page.more;
    }
  }

  async #snapshot() {
    const { epoch } = this;
    const found = [];
    let page = { prev: 0, seq: 0, items: [], more: true };
    while (page.more) {
      page = await this.line.changes(page.seq);
      found.push(...page.items);
    }
    this.snapshotAt = Date.now();
    this.afresh = this.epoch !== epoch; // restored once more while it was fetched
    const items = found.filter((thing) => !isGone(thing));
    const ids = new Set(items.map((item) => item.id));
    const gone = [...this.standing.keys()].filter((id) => !ids.has(id));
    this.standing = new Map(items.map(({ id, seq, rev }) => [id, { seq, rev }]));
    this.seq = page.seq;
    this.show(items, gone, "snapshot");
    this.onSnapshot();
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
        this.standing.set(thing.id, { seq: thing.seq, rev: thing.rev });
        items.push(thing);
      }
    }
    const fits = frame.seq > this.seq;
    this.seq = Math.max(this.seq, frame.seq);
    if (how === "live" && fits) this.onApplied(frame);
    if (items.length || gone.length) this.show(items, gone, how);
  }
}
