/**
 * The frames received since the page was rendered, stored on the phone. A cached page opened offline (sw.js) then shows
 * everything that the phone has received, not only the items it had when it was cached.
 *
 * The stored frames are replayed into the replica before the page connects. After a removal, a snapshot or too many frames,
 * the service worker caches a fresh copy of the page instead.
 */

import { isGone } from "./item.js";
import { cachePage, worker } from "./worker.js";

const WRITE_DELAY_MS = 200; // frames within this time are written together
const REFRESH_DELAY_MS = 5_000; // removals within this time need one fresh copy
const REFRESH_JITTER_MS = 15_000; // so that not all phones ask at once
const MAX_FRAMES = 2_000;

/** The stored frames of one channel. */
export class Journal {
  /**
   * @param {import("./storage.js").PhoneStorage} storage
   * @param {import("./page.js").Page} page
   * @param {import("./replica.js").Replica} replica
   */
  constructor(storage, { event, channel }, replica) {
    this.storage = storage;
    this.channel = `${event}/${channel}`;
    this.replica = replica;
    this.count = 0;
    /** @type {import("./replica.js").Frame[]} */
    this.unwritten = [];
  }

  /** Replay the stored frames into the replica, then store the frames that it applies. */
  async open() {
    if (!worker || !this.storage.persistent) return;
    const { replica } = this;
    const records = await this.storage.frames(this.channel).catch(() => []);
    const useless = records.filter(({ epoch, frame }) => epoch !== replica.epoch || frame.seq <= replica.seq || !replica.recall(frame));
    this.count = records.length - useless.length;
    if (useless.length) this.#remove(useless);
    replica.onApplied = (frame) => this.#add(frame);
    replica.onSnapshot = () => this.#refreshSoon();
    addEventListener("pagehide", () => this.#write());
  }

  /** Store a frame soon. @param {import("./replica.js").Frame} frame */
  #add({ prev, seq, items }) {
    this.unwritten.push({ prev, seq, items });
    this.count += 1;
    this.writeTimer ??= setTimeout(() => this.#write(), WRITE_DELAY_MS);
    if (this.count > MAX_FRAMES || items.some(isGone)) this.#refreshSoon();
  }

  #write() {
    clearTimeout(this.writeTimer);
    this.writeTimer = undefined;
    const records = this.unwritten.splice(0).map((frame) => ({ channel: this.channel, epoch: this.replica.epoch, frame }));
    if (records.length) this.storage.addFrames(records).catch(() => {}); // no space: the offline page will be older
  }

  /** Have the page cached afresh soon, and delete the frames that it then contains. */
  #refreshSoon() {
    this.refreshTimer ??= setTimeout(async () => {
      const { seq } = this.replica;
      const done = await cachePage();
      this.refreshTimer = undefined;
      if (!done) return;
      const records = await this.storage.frames(this.channel).catch(() => []);
      this.#remove(records.filter(({ epoch, frame }) => epoch !== this.replica.epoch || frame.seq <= seq));
      this.count = 0;
    }, REFRESH_DELAY_MS + Math.random() * REFRESH_JITTER_MS);
  }

  /** @param {{n: number}[]} records */
  #remove(records) {
    this.storage.remove("heard", ...records.map(({ n }) => n)).catch(() => {});
  }
}
