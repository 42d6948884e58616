/**
 * What this browser remembers of its line to the server: when it last heard from it (by the server's clock), how far its own
 * clock is off, and whether websockets work from here. A page that is opened without a network can then say since when.
 */

const REMEMBER = 24 * 3600_000; // ms: tomorrow it is perhaps another wifi
const PLAIN = "backchannel-plain";

export class Contact {
  /** @param {import("./page.js").Page} page */
  constructor(page) {
    this.key = `backchannel-contact/${page.event}/${page.channel}`;
    const { at = 0, offset = 0 } = recall(this.key) ?? {};
    /** ms, the server's clock less this phone's */
    this.offset = offset;
    /** when the server was last heard, by its own clock */
    this.at = Math.max(at, page.renderedAt);
    addEventListener("pagehide", () => this.#keep());
    document.addEventListener("visibilitychange", () => document.hidden && this.#keep());
  }

  heard() {
    this.at = Date.now() + this.offset;
  }

  /** Only of an answer that was made just now: a sealed page of changes says when it was sealed. @param {string} now */
  setClock(now) {
    this.offset = Date.parse(now) - Date.now();
  }

  #keep() {
    remember(this.key, { at: this.at, offset: this.offset });
  }
}

/** Plain HTTP was what worked here last. */
export function rememberedPlain() {
  return Date.now() - Number(recall(PLAIN)) < REMEMBER;
}

export function rememberPlain() {
  remember(PLAIN, Date.now());
}

export function forgetPlain() {
  remember(PLAIN, null);
}

let left = false;

/** Nothing of an event is remembered any more, nor will be by this page. @param {string} event */
export function forgetEvent(event) {
  left = true;
  try {
    for (const key of Object.keys(localStorage)) if (/^backchannel-\w+\//.test(key) && key.split("/")[1] === event) localStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}

/** @param {string} key @returns {any} */
export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** A browser that keeps nothing asks again every time. @param {string} key @param {any} value */
export function remember(key, value) {
  if (left) return;
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // nothing is kept, then
  }
}
