/**
 * The connection to the server: Socket.IO over a websocket, or plain HTTP where websockets don't work.
 *
 * If the socket doesn't answer within four seconds or falls silent, the page polls `changes?wait=25` over plain HTTP, while
 * the socket keeps trying to connect. A short outage doesn't cause that. The kind of connection that worked is remembered.
 *
 * Events: "frame" (detail: a live frame or a page of changes), "head" (detail: {seq, digest}), "resume" (the server dropped
 * frames), "programme" (detail: the versions of the grid and the pitches, and the sessions that changed), "state", "stamp"
 * (detail: the database epoch, from every response and head), "connected".
 */

import { io } from "socket.io-client";
import { Contact, forgetPlainHttp, prefersPlainHttp, rememberPlainHttp } from "./contact_log.js";

const ANSWER_TIMEOUT_MS = 4_000; // without an answer on the socket for so long, the page polls
const SILENCE_MS = 25_000; // the server sends a head every ten seconds
const SHORT_OUTAGE_MS = 2_000; // a shorter outage is not shown
const LONG_POLL_S = 25; // how long the server may hold a request
const MIN_POLL_INTERVAL_MS = 500; // after a poll that brought nothing

/** @typedef {"page" | "live" | "plain" | "off" | "refused"} State  page: not connected yet; refused: the server refuses this page (`why`) */

/** The connection of one page to one channel. */
export class Transport extends EventTarget {
  /**
   * @param {import("./page.js").Page} page
   * @param {() => number} cursor  returns the seq up to which the page has all changes
   */
  constructor(page, cursor) {
    super();
    this.page = page;
    this.cursor = cursor;
    /** @type {State} */
    this.state = "page";
    this.why = "";
    this.receivedAt = Date.now();
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

  /** Connect, and reconnect whenever it is lost. */
  start() {
    this.#listen();
    this.socket.connect();
    this.#pollUnlessFollowing(prefersPlainHttp() ? 0 : ANSWER_TIMEOUT_MS);
    setInterval(() => this.#watchSilence(), 5_000);
    if (navigator.onLine === false) this.#setState("off");
    addEventListener("offline", () => this.#disconnected(0));
    addEventListener("online", () => this.#retryNow());
    addEventListener("pageshow", () => this.#retryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.#retryNow());
  }

  /**
   * Fetch a page of changes after a seq. Throws `Refusal`, or what `fetch` throws.
   * @param {number} after
   * @param {{wait?: number, signal?: AbortSignal}} [how]
   */
  async changes(after, { wait = 0, signal } = {}) {
    const query = new URLSearchParams({ channel: this.page.channel, after: String(after), limit: "1000" });
    if (wait) query.set("wait", String(wait));
    if (wait) query.set("programme", String(this.page.programme));
    if (wait) query.set("pitches", String(this.page.pitches));
    return this.#request(`${this.base}/changes?${query}`, { signal }, wait * 1000 + 15_000);
  }

  /**
   * Fetch the newest items of the channel in reading order, for a page that starts over. Throws like `changes`.
   * @returns {Promise<{seq: number, earlier: boolean, items: import("./item.js").Item[]}>}
   */
  window() {
    return this.#request(`${this.base}/window?${new URLSearchParams({ channel: this.page.channel })}`, {}, 15_000);
  }

  /**
   * Send a batch of ops over the socket or, if that doesn't answer, over HTTP. Sending an op twice does no harm.
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
        this.#reconnect(); // no answer: don't use this socket again
      }
    }
    return this.post(ops, batch.sent_at);
  }

  /**
   * Send a batch of ops over HTTP.
   * @param {object[]} ops
   * @param {string} sentAt
   * @param {{keepalive?: boolean}} [how]  keepalive: finish the request even if the page is closed
   */
  post(ops, sentAt, { keepalive = false } = {}) {
    const body = JSON.stringify({ ops, sent_at: sentAt });
    const headers = { "Content-Type": "application/json" };
    return this.#request(`${this.base}/ops`, { method: "POST", body, headers, keepalive }, 15_000);
  }

  /** Handle the socket's messages. */
  #listen() {
    this.socket.on("connect", () => this.#follow());
    this.socket.on("disconnect", (reason) => {
      this.following = false;
      this.#disconnected(SHORT_OUTAGE_MS);
      this.#pollUnlessFollowing(ANSWER_TIMEOUT_MS);
      if (reason === "io server disconnect") setTimeout(() => this.socket.connect(), 1_000 + Math.random() * 2_000);
    });
    this.socket.on("connect_error", () => {
      if (!this.socket.active) setTimeout(() => this.socket.connect(), 60_000); // the server refused: try again in a minute
    });
    this.socket.on("changes", (frame) => this.#isOurs(frame) && this.#emit("frame", frame));
    this.socket.on("head", (head) => this.#isOurs(head) && (this.#emitEpoch(head), this.#emitProgramme(head), this.#emit("head", head)));
    this.socket.on("programme", (news) => this.#isOurs(news) && this.#emit("programme", news));
    this.socket.on("resume", () => this.#emit("resume", null));
  }

  /** Return whether a message is for this page's channel. @param {{event: string, channel: string}} message */
  #isOurs(message) {
    if (message?.event !== this.page.event || message?.channel !== this.page.channel) return false;
    this.#received(this.following ? "live" : this.state);
    return true;
  }

  /** Subscribe to the channel. */
  async #follow() {
    const wanted = { event: this.page.event, channel: this.page.channel, after: this.cursor() };
    try {
      const answer = this.#checked(await this.socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck("follow", wanted));
      this.following = true;
      forgetPlainHttp();
      this.#stopPolling();
      this.#received("live");
      this.#emit("head", { seq: answer.seq });
      this.#emit("connected", null);
    } catch (fault) {
      if (fault instanceof Refusal) this.#poll();
      else this.#reconnect();
    }
  }

  /** Close a socket that doesn't answer, and connect again. */
  #reconnect() {
    this.following = false;
    this.socket.disconnect();
    this.#pollUnlessFollowing(ANSWER_TIMEOUT_MS);
    setTimeout(() => this.socket.connect(), 1_000 + Math.random() * 1_000);
  }

  /** Poll over plain HTTP if the socket has not answered in time. @param {number} timeout ms */
  #pollUnlessFollowing(timeout) {
    setTimeout(() => {
      if (!this.following) this.#poll();
    }, timeout);
  }

  /** Poll until the socket works. */
  async #poll() {
    if (this.polling || this.following) return;
    const polling = (this.polling = new AbortController());
    let failures = 0;
    let wait = 0; // the first response comes at once and shows whether the server can be reached
    while (!polling.signal.aborted) {
      try {
        const answer = await this.changes(this.cursor(), { wait, signal: polling.signal });
        const first = this.state !== "plain";
        failures = 0;
        if (first) rememberPlainHttp();
        this.#received("plain");
        this.#emit("frame", answer);
        if (!answer.more && answer.digest) this.#emit("head", answer);
        if (first) this.#emit("connected", null);
        wait = LONG_POLL_S;
        if (!answer.items.length) await this.#pause(MIN_POLL_INTERVAL_MS);
      } catch (fault) {
        if (polling.signal.aborted) return;
        const refused = fault instanceof Refusal && fault.permanent;
        if (refused) this.why = fault.message;
        if (refused) this.#setState("refused");
        else this.#disconnected(0);
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

  /** Wait until the time is over or `wake` is called. @param {number} ms */
  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  /** Connect or poll again without waiting for the next attempt. */
  #retryNow() {
    this.wake();
    const doubtful = this.state === "off" || Date.now() - this.receivedAt > 12_000;
    if (this.following && doubtful) this.#follow();
    if (this.socket.connected) return;
    if (this.state !== "page") this.socket.disconnect(); // its own next attempt may be half a minute away
    this.socket.connect();
  }

  /** Reconnect if the server has been silent for too long. */
  #watchSilence() {
    if (this.following && Date.now() - this.receivedAt > SILENCE_MS) {
      this.#disconnected(0);
      this.#reconnect();
    }
  }

  /** Make a request and return the JSON of its response. @param {string} url @param {RequestInit} init @param {number} timeout ms */
  async #request(url, init, timeout) {
    const aborting = new AbortController();
    const timer = setTimeout(() => aborting.abort(), timeout);
    init.signal?.addEventListener("abort", () => aborting.abort());
    try {
      const response = await fetch(url, { credentials: "same-origin", ...init, signal: aborting.signal });
      const retry = Number(response.headers.get("Retry-After")) || 0;
      return this.#checked(await response.json(), retry);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Return a response, or throw the error that it carries. @param {any} answer @param {number} [retryAfter] s */
  #checked(answer, retryAfter = 0) {
    if (answer?.error) throw new Refusal(answer.error, retryAfter);
    const cached = answer?.more || "earlier" in (answer ?? {}); // its time may be old
    if (answer?.now && !cached) this.contact.setClock(answer.now);
    this.#emitEpoch(answer);
    this.#emitProgramme(answer);
    return answer;
  }

  /** Emit the versions of the grid and the pitches if they changed. @param {{programme?: number, pitches?: number}} answer */
  #emitProgramme({ programme, pitches }) {
    if (programme === undefined) return;
    if (programme !== this.page.programme || pitches !== this.page.pitches) this.#emit("programme", { programme, pitches });
  }

  /** Emit the database epoch. @param {{epoch?: string}} answer */
  #emitEpoch(answer) {
    if (answer?.epoch) this.#emit("stamp", answer.epoch);
  }

  /** Record that the server sent something. @param {State} state */
  #received(state) {
    this.receivedAt = Date.now();
    this.contact.touch();
    this.#setState(state);
  }

  /** Show that the connection is lost, unless it is back within `grace`. @param {number} grace ms */
  #disconnected(grace) {
    setTimeout(() => {
      const back = grace ? this.following || this.polling : false;
      if (!back) this.#setState("off");
    }, grace);
  }

  /** @param {State} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.#emit("state", state);
  }

  /** Dispatch an event. @param {string} name @param {any} detail */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** An error that the server answered with. */
export class Refusal extends Error {
  /** @param {{code: string, message: string, permanent: boolean}} error @param {number} retryAfter s */
  constructor(error, retryAfter) {
    super(error.message);
    this.code = error.code;
    this.permanent = error.permanent;
    this.retryAfter = retryAfter;
  }
}

/** Return the delay before the next attempt: 1 to 30 s, with jitter so that not all phones come back at once. @param {number} failures */
export function backOff(failures) {
  return Math.min(30_000, 1_000 * 2 ** failures) * (0.5 + Math.random() / 2);
}
