/**
 * What this page has of a channel: everything up to its cursor, no gaps (docs/protocol.md, "Follow").
 *
 *   frame.seq <= cursor            known, ignored
 *   frame.prev <= cursor           follows on without a gap: applied, cursor = frame.seq
 *   else                           something is missing: fetched from the cursor on, never guessed
 *   a head ahead of us for 2 s     fetched
 *   a digest that differs          started again from the snapshot
 */

import { isGone } from "./item.js";
import { sha256 } from "./sha256.js";

const BEHIND = 2_000; // ms
const SNAPSHOT_PACE = 30_000; // ms between two snapshots at least

/** @typedef {{prev: number, seq: number, items: (import("./item.js").Item | import("./item.js").Tombstone)[]}} Frame */

export class Replica {
  /**
   * @param {number} seq
   * @param {Iterable<{id: string, seq: number, rev: number}>} standing  what the page was rendered with
   * @param {(items: import("./item.js").Item[], gone: string[]) => void} show
   * @param {{whole?: boolean}} [how]  whole: the page has all of the channel, so that its digest can be compared
   */
  constructor(seq, standing, show, { whole = true } = {}) {
    this.seq = seq;
    this.whole = whole;
    this.show = show;
    /** @type {Map<string, {seq: number, rev: number}>} */
    this.standing = new Map();
    for (const { id, seq: at, rev } of standing) this.standing.set(id, { seq: at, rev });
    this.snapshotAt = 0;
    this.fetching = false;
  }

  /** @param {import("./line.js").Line} line */
  attach(line) {
    this.line = line;
    line.addEventListener("frame", (event) => this.frame(/** @type {CustomEvent} */ (event).detail));
    line.addEventListener("head", (event) => this.head(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {Frame} frame */
  frame(frame) {
    if (frame.seq <= this.seq) return;
    if (frame.prev <= this.seq) this.#take(frame);
    else this.catchUp();
  }

  /** @param {{seq: number, digest?: string}} head */
  head({ seq, digest }) {
    if (seq > this.seq) {
      const known = this.seq;
      setTimeout(() => this.seq === known && this.catchUp(), digest ? BEHIND : 0);
    } else if (seq === this.seq && digest && this.whole && digest !== this.digest()) {
      this.restart();
    }
  }

  /** Fetch what is missing, in order. */
  async catchUp() {
    await this.#alone(async () => {
      for (let more = true; more; ) {
        const page = await this.line.changes(this.seq);
        this.#take(page);
        more = page.more;
      }
    });
  }

  /** Start again from the snapshot: nothing on the page is believed any more, and nothing on it jumps. */
  async restart() {
    if (Date.now() - this.snapshotAt < SNAPSHOT_PACE) return;
    this.snapshotAt = Date.now();
    await this.#alone(async () => {
      const found = [];
      let page = { prev: 0, seq: 0, items: [], more: true };
      while (page.more) {
        page = await this.line.changes(page.seq);
        found.push(...page.items);
      }
      const items = found.filter((thing) => !isGone(thing));
      const ids = new Set(items.map((item) => item.id));
      const gone = [...this.standing.keys()].filter((id) => !ids.has(id));
      this.standing = new Map(items.map(({ id, seq, rev }) => [id, { seq, rev }]));
      this.seq = page.seq;
      this.show(items, gone);
    });
  }

  /** SHA-256, 16 hex digits, over "seq id rev" of what is present, in the order of seq. */
  digest() {
    const lines = [...this.standing].sort((a, b) => a[1].seq - b[1].seq).map(([id, { seq, rev }]) => `${seq} ${id} ${rev}`);
    return sha256(lines.join("\n")).slice(0, 16);
  }

  /** @param {Frame} frame */
  #take(frame) {
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
    this.seq = Math.max(this.seq, frame.seq);
    if (items.length || gone.length) this.show(items, gone);
  }

  /** One fetch at a time; a failed one is tried again at the next head. @param {() => Promise<void>} act */
  async #alone(act) {
    if (this.fetching) return;
    this.fetching = true;
    try {
      await act();
    } catch {
      // the line is down: whoever watches it says so, and the next head or frame begins again from the cursor
    } finally {
      this.fetching = false;
    }
  }
}
