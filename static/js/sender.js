/**
 * Sends the outbox until it is empty: oldest first, at most 50 ops and 40 KB a batch, one tab at a time.
 * It tries after a change, when the connection or the page comes back, and 1 to 30 s after a failure.
 */

import { Refusal, backOff } from "./transport.js";
import { withTabLock } from "./tab_lock.js";

const MAX_BATCH_OPS = 50;
const MAX_BATCH_BYTES = 40 * 1024; // the server accepts 48 KB
const LOCK_RETRY_MS = 1_000;

/** The loop that sends the outbox. */
export class Sender {
  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("./transport.js").Transport} transport
   */
  constructor(outbox, transport) {
    this.outbox = outbox;
    this.transport = transport;
    this.lockName = `backchannel/sending/${outbox.event}`;
    this.failures = 0;
    this.busy = false;
    this.again = false; // flush() was called while it was busy
  }

  /** Send now, and again whenever there is a reason to try. */
  start() {
    const now = () => this.flush();
    this.outbox.addEventListener("change", () => this.failures || this.flush());
    this.transport.addEventListener("connected", now);
    addEventListener("online", now);
    addEventListener("pageshow", now);
    addEventListener("pagehide", () => this.#sendOnExit());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#sendOnExit() : this.flush()));
    this.flush();
  }

  /** Send the waiting changes. */
  async flush() {
    this.again = true;
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    while (this.again) {
      this.again = false;
      await this.#try();
    }
    this.busy = false;
  }

  /** Send as the only tab; on failure, try again later. */
  async #try() {
    if (!this.outbox.waiting.length) return;
    try {
      const mine = await withTabLock(this.outbox.storage, this.lockName, () => this.#sendAll());
      if (!mine) this.#flushLater(LOCK_RETRY_MS);
    } catch (fault) {
      const retryAfterMs = fault instanceof Refusal ? fault.retryAfter * 1000 : 0;
      this.again = false;
      this.#flushLater(Math.max(retryAfterMs, backOff(this.failures++)));
    }
  }

  async #sendAll() {
    await this.outbox.refresh(); // another tab may have sent them
    while (this.outbox.waiting.length) {
      await this.#sendBatch();
      this.failures = 0;
    }
  }

  /** @param {number} ms */
  #flushLater(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), ms);
  }

  /** Send one batch and record the results. */
  async #sendBatch() {
    const changes = batchOf(this.outbox.waiting);
    const answers = await this.#ask(changes);
    const saved = changes.filter(({ op }) => answers.get(op)?.ok);
    const refused = changes.filter(({ op }) => answers.get(op)?.error?.permanent);
    if (saved.length) await this.outbox.acknowledge(saved, answers);
    for (const change of refused) await this.outbox.refuse(change, answers.get(change.op).error);
    if (saved.length || refused.length) return;
    const slowed = changes.map(({ op }) => answers.get(op)?.error).find((error) => error?.retry_after);
    throw slowed ? new Refusal(slowed, slowed.retry_after) : new Error("the server saved none of this batch; trying again");
  }

  /** Return the results by op; if the whole batch was refused, every op gets that error. @param {import("./outbox.js").Change[]} changes */
  async #ask(changes) {
    try {
      const { results } = await this.transport.send(changes.map(({ body }) => body));
      return new Map(results.map((result) => [result.op, result]));
    } catch (fault) {
      if (!(fault instanceof Refusal) || !fault.permanent) throw fault;
      const error = { code: fault.code, message: fault.message, permanent: true };
      return new Map(changes.map(({ op }) => [op, { op, error }]));
    }
  }

  /** Send a last batch as the page closes, without waiting for the response. It stays in the outbox until it is acknowledged. */
  #sendOnExit() {
    const changes = batchOf(this.outbox.waiting);
    if (!changes.length) return;
    const ops = changes.map(({ body }) => body);
    this.transport.post(ops, new Date().toISOString(), { keepalive: true }).catch(() => {});
  }
}

/** Return the oldest changes that fit into one batch. @param {import("./outbox.js").Change[]} changes */
function batchOf(changes) {
  const batch = [];
  let bytes = 0;
  for (const change of changes.slice(0, MAX_BATCH_OPS)) {
    bytes += new TextEncoder().encode(JSON.stringify(change.body)).length + 1;
    if (bytes > MAX_BATCH_BYTES && batch.length) break;
    batch.push(change);
  }
  return batch;
}
