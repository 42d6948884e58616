/**
 * Sends the outbox, oldest first, at most 50 ops and 40 KB at a time, one tab at a time, until it is empty.
 * It tries when there is something new, when the line is there, when the page is seen again, and after 1 to 30 s of failing.
 */

import { Refusal, backOff } from "./line.js";
import { uuid7 } from "./uuid7.js";

const MOST_OPS = 50;
const MOST_BYTES = 40 * 1024; // the server takes 48 KB
const LEASE = 20_000; // ms: longer than a try takes

export class Sender {
  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("./line.js").Line} line
   */
  constructor(outbox, line) {
    this.outbox = outbox;
    this.line = line;
    this.holder = uuid7();
    this.failures = 0;
    this.busy = false;
    this.lease = `sending/${outbox.event}`;
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
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      while (this.outbox.waiting.length) {
        if (!(await this.#mayI())) return this.#later(1_000);
        await this.#sendSome();
        this.failures = 0;
      }
    } catch (fault) {
      const asked = fault instanceof Refusal ? fault.retryAfter * 1000 : 0;
      this.#later(Math.max(asked, backOff(this.failures++)));
      this.outbox.dispatchEvent(new CustomEvent("change")); // "on this phone" becomes "waiting"
    } finally {
      this.busy = false;
      await this.outbox.shelf.lease(this.lease, this.holder, -1).catch(() => {});
    }
  }

  #mayI() {
    return this.outbox.shelf.lease(this.lease, this.holder, LEASE);
  }

  /** @param {number} ms */
  #later(ms) {
    this.timer = setTimeout(() => this.flush(), ms);
  }

  async #sendSome() {
    await this.outbox.refresh(); // another tab may have sent them
    const changes = batchOf(this.outbox.waiting);
    if (!changes.length) return;
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

  /** The page is going: hand over what still waits, without waiting for the answer. It stays on the shelf until then. */
  #goodbye() {
    const changes = batchOf(this.outbox.waiting);
    if (!changes.length || this.line.state === "off") return;
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
