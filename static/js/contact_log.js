/**
 * The connection's history in localStorage: the time of the last message from the server (by the server's clock), the
 * difference between the two clocks, and whether websockets work here. A page opened offline uses it to say since when it is
 * disconnected.
 */

const PLAIN_HTTP_TTL_MS = 24 * 3600_000; // tomorrow's network may allow websockets
const PLAIN_HTTP_KEY = "backchannel-plain";

/** The time of the last contact with the server, and the clock offset. */
export class Contact {
  /** @param {import("./page.js").Page} page */
  constructor(page) {
    this.key = `backchannel-contact/${page.event}/${page.channel}`;
    const { at = 0, offset = 0 } = readLocal(this.key) ?? {};
    /** the server's clock minus this phone's, in ms */
    this.offset = offset;
    /** the time of the last message, by the server's clock, in ms */
    this.at = Math.max(at, page.renderedAt);
    addEventListener("pagehide", () => this.#save());
    document.addEventListener("visibilitychange", () => document.hidden && this.#save());
  }

  /** Record that the server was reached just now. */
  touch() {
    this.at = Date.now() + this.offset;
  }

  /** Set the clock offset from a response made just now; a cached page of changes carries an old time. @param {string} now */
  setClock(now) {
    this.offset = Date.parse(now) - Date.now();
  }

  #save() {
    writeLocal(this.key, { at: this.at, offset: this.offset });
  }
}

/** Return whether websockets failed here and plain HTTP worked, within the last day. */
export function prefersPlainHttp() {
  return Date.now() - Number(readLocal(PLAIN_HTTP_KEY)) < PLAIN_HTTP_TTL_MS;
}

/** Record that plain HTTP works here and websockets don't. */
export function rememberPlainHttp() {
  writeLocal(PLAIN_HTTP_KEY, Date.now());
}

/** Record that websockets work here. */
export function forgetPlainHttp() {
  writeLocal(PLAIN_HTTP_KEY, null);
}

let eventLeft = false;

/** Delete everything stored about an event, and stop this page from storing more. @param {string} event */
export function forgetEvent(event) {
  eventLeft = true;
  try {
    for (const key of Object.keys(localStorage)) if (/^backchannel-\w+\//.test(key) && key.split("/")[1] === event) localStorage.removeItem(key);
  } catch {
    // localStorage is not available, so nothing is stored
  }
}

/** Read a value from localStorage; null if there is none. @param {string} key @returns {any} */
export function readLocal(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Write a value to localStorage, or delete it if it is null. @param {string} key @param {any} value */
export function writeLocal(key, value) {
  if (eventLeft) return;
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // localStorage is full or not available; the page works without it
  }
}
