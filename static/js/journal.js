/**
 * What came on the channel since the page was rendered, kept on the shelf: a copy of the page that is opened without a network
 * (sw.js) then shows all that this phone ever had, and not only what stood there when the copy was made.
 *
 * The same frames as over the line, told again to the replica before the line is opened. When something was taken off the page,
 * when everything was put aside for a snapshot, and when there are very many, a fresh copy of the page is asked for instead.
 */

import { isGone } from "./item.js";
import { keepPage, worker } from "./worker.js";

const GATHER = 200; // ms of frames in one writing
const RENEW = 5_000; // ms: a burst of hiding is one fresh copy
const SPREAD = 15_000; // ms: not every phone of the hall at once
const MOST = 2_000; // frames

export class Journal {
  /**
   * @param {import("./storage.js").PhoneStorage} shelf
   * @param {import("./page.js").Page} page
   * @param {import("./replica.js").Replica} replica
   */
  constructor(shelf, { event, channel }, replica) {
    this.shelf = shelf;
    this.channel = `${event}/${channel}`;
    this.replica = replica;
    this.count = 0;
    /** @type {import("./replica.js").Frame[]} */
    this.fresh = [];
  }

  /** Tell the replica what is kept; from then on keep what it takes. */
  async open() {
    if (!worker || !this.shelf.lasting) return;
    const { replica } = this;
    const records = await this.shelf.heard(this.channel).catch(() => []);
    const useless = records.filter(({ epoch, frame }) => epoch !== replica.epoch || frame.seq <= replica.seq || !replica.recall(frame));
    this.count = records.length - useless.length;
    if (useless.length) this.#forget(useless);
    replica.took = (frame) => this.#take(frame);
    replica.renewed = () => this.#renewSoon();
    addEventListener("pagehide", () => this.#write());
  }

  /** @param {import("./replica.js").Frame} frame */
  #take({ prev, seq, items }) {
    this.fresh.push({ prev, seq, items });
    this.count += 1;
    this.writing ??= setTimeout(() => this.#write(), GATHER);
    if (this.count > MOST || items.some(isGone)) this.#renewSoon();
  }

  #write() {
    clearTimeout(this.writing);
    this.writing = undefined;
    const records = this.fresh.splice(0).map((frame) => ({ channel: this.channel, epoch: this.replica.epoch, frame }));
    if (records.length) this.shelf.hear(records).catch(() => {}); // no room: an older page is what there is, then
  }

  #renewSoon() {
    this.renewing ??= setTimeout(async () => {
      const { seq } = this.replica;
      const done = await keepPage();
      this.renewing = undefined;
      if (!done) return;
      const records = await this.shelf.heard(this.channel).catch(() => []);
      this.#forget(records.filter(({ epoch, frame }) => epoch !== this.replica.epoch || frame.seq <= seq));
      this.count = 0;
    }, RENEW + Math.random() * SPREAD);
  }

  /** @param {{n: number}[]} records */
  #forget(records) {
    this.shelf.remove("heard", ...records.map(({ n }) => n)).catch(() => {});
  }
}
