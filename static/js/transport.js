/**
 * The line to the server: Socket.IO over a websocket where that works, plain HTTP where it does not.
 *
 * No answer on the socket within four seconds, or a silent one: `changes?wait=25` over plain HTTP, while the socket goes on
 * trying. A short outage does not demote it. What worked last is remembered.
 *
 * Events: "frame" (detail: a live frame or a page of changes), "head" (detail: {seq, digest}), "resume" (frames were thrown
 * away), "programme" (detail: the numbers of the grid and the pitches, and which sessions changed), "state", "stamp" (detail: the epoch; every answer and every head carries it), "connected".
 */

import { io } from "socket.io-client";
import { Contact, forgetPlainHttp, prefersPlainHttp, rememberPlainHttp } from "./contact_log.js";

const ANSWER_TIMEOUT_MS = 4_000; // ms without an answer on the socket before plain HTTP takes over
const SILENCE_MS = 25_000; // ms: a head comes every ten seconds, so two and a half beats missed
const SHORT_OUTAGE_MS = 2_000; // ms: a gap of which nobody needs to be told
const LONG_POLL_S = 25; // how long the server may hold a request
const MIN_POLL_INTERVAL_MS = 500; // ms at least between two polls that brought nothing

/** @typedef {"page" | "live" | "plain" | "off" | "refused"} State  refused: the server answers, and will not have us (`why`) */

export class Transport extends EventTarget {
  /**
   * @param {import("./page.js").Page} page
   * @param {() => number} cursor  the seq up to which everything is here
   */
  constructor(page, cursor) {
    super();
    this.page = page;
    this.cursor = cursor;
    /** @type {State} */
    this.state = "page";
    this.why = "";
    this.heardAt = Date.now();
    this.contact = new Contact(page);
    this.base = `/api/v1/events/${encodeURIComponent(page.event)}`;
    this.following = false;
    /** @type {AbortController | null} */
    this.polling = null;
    this.wake = () => {};
    this.socket = io({
      transports: ["websocket"],
      path: "/socket.io",
      auth: (show) => show({ token: page.token, event: page.event, epoch: page.epoch }),
      autoConnect: false,
      timeout: 8_000,
      reconnectionDelay: 1_000,
      reconnectionDelayMax: 30_000,
    });
  }

  start() {
    this.#listen();
    this.socket.connect();
    this.#expect(prefersPlainHttp() ? 0 : ANSWER_TIMEOUT_MS);
    setInterval(() => this.#watchSilence(), 5_000);
    if (navigator.onLine === false) this.#be("off");
    addEventListener("offline", () => this.#lost(0));
    addEventListener("online", () => this.#tryNow());
    addEventListener("pageshow", () => this.#tryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.#tryNow());
  }

  /**
   * A piece of the channel from `after` on. Throws `Refusal` or what fetch throws.
   * @param {number} after
   * @param {{wait?: number, signal?: AbortSignal}} [how]
   */
  async changes(after, { wait = 0, signal } = {}) {
    const query = new URLSearchParams({ channel: this.page.channel, after: String(after), limit: "1000" });
    if (wait) query.set("wait", String(wait));
    if (wait) query.set("programme", String(this.page.programme));
    if (wait) query.set("pitches", String(this.page.pitches));
    return this.#answer(`${this.base}/changes?${query}`, { signal }, wait * 1000 + 15_000);
  }

  /**
   * The newest items of the channel in reading order, for a page that starts over. Throws as `changes` does.
   * @returns {Promise<{seq: number, earlier: boolean, items: import("./item.js").Item[]}>}
   */
  window() {
    return this.#answer(`${this.base}/window?${new URLSearchParams({ channel: this.page.channel })}`, {}, 15_000);
  }

  /**
   * Send a batch of ops; over the socket if it answers, else over HTTP. To send an op twice does no harm.
   * @param {object[]} ops
   * @returns {Promise<{results: any[]}>}
   */
  async send(ops) {
    const batch = { event: this.page.event, ops, sent_at: new Date().toISOString() };
    if (this.following) {
      try {
        return this.#checked(await this.socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck("ops", batch));
      } catch (fault) {
        if (fault instanceof Refusal) throw fault;
        this.#reconnect(); // it took our ops and said nothing: do not trust it before it answers again
      }
    }
    return this.post(ops, batch.sent_at);
  }

  /**
   * @param {object[]} ops
   * @param {string} sentAt
   * @param {{keepalive?: boolean}} [how] keepalive: the page is going away, the request is not
   */
  post(ops, sentAt, { keepalive = false } = {}) {
    const body = JSON.stringify({ ops, sent_at: sentAt });
    const headers = { "Content-Type": "application/json" };
    return this.#answer(`${this.base}/ops`, { method: "POST", body, headers, keepalive }, 15_000);
  }

  #listen() {
    this.socket.on("connect", () => this.#follow());
    this.socket.on("disconnect", (reason) => {
      this.following = false;
      this.#lost(SHORT_OUTAGE_MS);
      this.#expect(ANSWER_TIMEOUT_MS);
      if (reason === "io server disconnect") setTimeout(() => this.socket.connect(), 1_000 + Math.random() * 2_000);
    });
    this.socket.on("connect_error", () => {
      if (!this.socket.active) setTimeout(() => this.socket.connect(), 60_000); // refused: ask again, seldom
    });
    this.socket.on("changes", (frame) => this.#ours(frame) && this.#tell("frame", frame));
    this.socket.on("head", (head) => this.#ours(head) && (this.#stamp(head), this.#numbers(head), this.#tell("head", head)));
    this.socket.on("programme", (news) => this.#ours(news) && this.#tell("programme", news));
    this.socket.on("resume", () => this.#tell("resume", null));
  }

  /** @param {{event: string, channel: string}} message */
  #ours(message) {
    if (message?.event !== this.page.event || message?.channel !== this.page.channel) return false;
    this.#heard(this.following ? "live" : this.state);
    return true;
  }

  async #follow() {
    const wanted = { event: this.page.event, channel: this.page.channel, after: this.cursor() };
    try {
      const answer = this.#checked(await this.socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck("follow", wanted));
      this.following = true;
      forgetPlainHttp();
      this.#stopPolling();
      this.#heard("live");
      this.#tell("head", { seq: answer.seq });
      this.#tell("connected", null);
    } catch (fault) {
      if (fault instanceof Refusal) this.#poll();
      else this.#reconnect();
    }
  }

  /** Let go of a socket that does not answer, and make another. */
  #reconnect() {
    this.following = false;
    this.socket.disconnect();
    this.#expect(ANSWER_TIMEOUT_MS);
    setTimeout(() => this.socket.connect(), 1_000 + Math.random() * 1_000);
  }

  /** If nobody has answered on the socket by then, go over plain HTTP. @param {number} patience */
  #expect(patience) {
    setTimeout(() => {
      if (!this.following) this.#poll();
    }, patience);
  }

  async #poll() {
    if (this.polling || this.following) return;
    const polling = (this.polling = new AbortController());
    let failures = 0;
    let wait = 0; // the first answer is wanted at once: it says whether there is a line at all
    while (!polling.signal.aborted) {
      try {
        const answer = await this.changes(this.cursor(), { wait, signal: polling.signal });
        const first = this.state !== "plain";
        failures = 0;
        if (first) rememberPlainHttp();
        this.#heard("plain");
        this.#tell("frame", answer);
        if (!answer.more && answer.digest) this.#tell("head", answer);
        if (first) this.#tell("connected", null);
        wait = LONG_POLL_S;
        if (!answer.items.length) await this.#pause(MIN_POLL_INTERVAL_MS);
      } catch (fault) {
        if (polling.signal.aborted) return;
        const refused = fault instanceof Refusal && fault.permanent;
        if (refused) this.why = fault.message;
        if (refused) this.#be("refused");
        else this.#lost(0);
        wait = 0;
        await this.#pause(refused ? 30_000 : backOff(failures++));
      }
    }
  }

  #stopPolling() {
    this.polling?.abort();
    this.polling = null;
    this.wake();
  }

  /** Wait, but not longer than until something gives hope. @param {number} ms */
  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  #tryNow() {
    this.wake();
    const doubtful = this.state === "off" || Date.now() - this.heardAt > 12_000;
    if (this.following && doubtful) this.#follow();
    if (this.socket.connected) return;
    if (this.state !== "page") this.socket.disconnect(); // its own next try may be half a minute away
    this.socket.connect();
  }

  #watchSilence() {
    if (this.following && Date.now() - this.heardAt > SILENCE_MS) {
      this.#lost(0);
      this.#reconnect();
    }
  }

  /** @param {string} url @param {RequestInit} init @param {number} limit ms */
  async #answer(url, init, limit) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), limit);
    init.signal?.addEventListener("abort", () => patience.abort());
    try {
      const response = await fetch(url, { credentials: "same-origin", ...init, signal: patience.signal });
      const retry = Number(response.headers.get("Retry-After")) || 0;
      return this.#checked(await response.json(), retry);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The answer, if it is none of an error. @param {any} answer @param {number} [retryAfter] s */
  #checked(answer, retryAfter = 0) {
    if (answer?.error) throw new Refusal(answer.error, retryAfter);
    const kept = answer?.more || "earlier" in (answer ?? {}); // made a while ago, perhaps
    if (answer?.now && !kept) this.contact.setClock(answer.now);
    this.#stamp(answer);
    this.#numbers(answer);
    return answer;
  }

  /** The numbers of the programme that an answer or a head carries. @param {{programme?: number, pitches?: number}} answer */
  #numbers({ programme, pitches }) {
    if (programme === undefined) return;
    if (programme !== this.page.programme || pitches !== this.page.pitches) this.#tell("programme", { programme, pitches });
  }

  /** Which life of the database speaks. @param {{epoch?: string}} answer */
  #stamp(answer) {
    if (answer?.epoch) this.#tell("stamp", answer.epoch);
  }

  /** @param {State} state */
  #heard(state) {
    this.heardAt = Date.now();
    this.contact.touch();
    this.#be(state);
  }

  /** Say that the line is gone, unless it is back within `grace`. @param {number} grace ms */
  #lost(grace) {
    setTimeout(() => {
      const back = grace ? this.following || this.polling : false;
      if (!back) this.#be("off");
    }, grace);
  }

  /** @param {State} state */
  #be(state) {
    if (state === this.state) return;
    this.state = state;
    this.#tell("state", state);
  }

  /** @param {string} name @param {any} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The server answered, and the answer is no. */
export class Refusal extends Error {
  /** @param {{code: string, message: string, permanent: boolean}} error @param {number} retryAfter s */
  constructor(error, retryAfter) {
    super(error.message);
    this.code = error.code;
    this.permanent = error.permanent;
    this.retryAfter = retryAfter;
  }
}

/** 1 to 30 s, with jitter, so that a hall of phones does not come back at once. @param {number} failures */
export function backOff(failures) {
  return Math.min(30_000, 1_000 * 2 ** failures) * (0.5 + Math.random() / 2);
}
