/**
 * Sends the outbox, oldest first, at most 50 ops and 40 KB at a time, one tab at a time, until it is empty.
 * It tries when there is something new, when the line is there, when the page is seen again, and after 1 to 30 s of failing.
 */

import { Refusal, backOff } from "./transport.js";
import { inTurn } from "./tab_lock.js";

const MOST_OPS = 50;
const MOST_BYTES = 40 * 1024; // the server takes 48 KB
const TURN = 1_000; // ms until it is asked again whose turn it is

export class Sender {
  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("./transport.js").Transport} line
   */
  constructor(outbox, line) {
    this.outbox = outbox;
    this.line = line;
    this.turn = `backchannel/sending/${outbox.event}`;
    this.failures = 0;
    this.busy = false;
    this.again = false; // something came up while it was busy
  }

  start() {
    const now = () => this.flush();
    this.outbox.addEventListener("change", () => this.failures || this.flush());
    this.line.addEventListener("connected", now);
    addEventListener("online", now);
    addEventListener("pageshow", now);
    addEventListener("pagehide", () => this.#goodbye());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#goodbye() : this.flush()));
    this.flush();
  }

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

  async #try() {
    if (!this.outbox.waiting.length) return;
    try {
      const mine = await inTurn(this.outbox.shelf, this.turn, () => this.#empty());
      if (!mine) this.#later(TURN);
    } catch (fault) {
      const asked = fault instanceof Refusal ? fault.retryAfter * 1000 : 0;
      this.again = false;
      this.#later(Math.max(asked, backOff(this.failures++)));
    }
  }

  async #empty() {
    await this.outbox.refresh(); // another tab may have sent them
    while (this.outbox.waiting.length) {
      await this.#sendSome();
      this.failures = 0;
    }
  }

  /** @param {number} ms */
  #later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), ms);
  }

  async #sendSome() {
    const changes = batchOf(this.outbox.waiting);
    const answers = await this.#ask(changes);
    const saved = changes.filter(({ op }) => answers.get(op)?.ok);
    const refused = changes.filter(({ op }) => answers.get(op)?.error?.permanent);
    if (saved.length) await this.outbox.acknowledge(saved, answers);
    for (const change of refused) await this.outbox.refuse(change, answers.get(change.op).error);
    if (!saved.length && !refused.length) throw new Error("nothing of this batch was taken; it is tried again");
  }

  /** The answers by op. A batch that is refused as a whole is so for each of its ops. @param {import("./outbox.js").Change[]} changes */
  async #ask(changes) {
    try {
      const { results } = await this.line.send(changes.map(({ body }) => body));
      return new Map(results.map((result) => [result.op, result]));
    } catch (fault) {
      if (!(fault instanceof Refusal) || !fault.permanent) throw fault;
      const error = { code: fault.code, message: fault.message, permanent: true };
      return new Map(changes.map(({ op }) => [op, { op, error }]));
    }
  }

  /** The page is going: hand over what still waits, without waiting for the answer. It stays on the shelf until there is one. */
  #goodbye() {
    const changes = batchOf(this.outbox.waiting);
    if (!changes.length) return;
    const ops = changes.map(({ body }) => body);
    this.line.post(ops, new Date().toISOString(), { keepalive: true }).catch(() => {});
  }
}

/** The oldest that go into one batch. @param {import("./outbox.js").Change[]} changes */
function batchOf(changes) {
  const batch = [];
  let bytes = 0;
  for (const change of changes.slice(0, MOST_OPS)) {
    bytes += new TextEncoder().encode(JSON.stringify(change.body)).length + 1;
    if (bytes > MOST_BYTES && batch.length) break;
    batch.push(change);
  }
  return batch;
}
