/** The number of unsent notes, under the text box and in the page's title, with buttons to download or delete them. */

import { download } from "./off_record.js";
import { moment } from "./times.js";

const NO_STORAGE_MESSAGE = "This browser doesn't store anything. Keep the page open until everything is saved.";
const NO_HTTPS_MESSAGE = "Without HTTPS, this page can't be opened again offline. Keep it open.";

/** The line under the text box that says what is unsent. */
export class Waiting {
  /**
   * @param {HTMLElement} place
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("./transport.js").Transport} transport
   * @param {string} zone
   */
  constructor(place, outbox, transport, zone) {
    this.place = place;
    this.outbox = outbox;
    this.transport = transport;
    this.zone = zone;
    this.title = document.title;
    outbox.addEventListener("change", () => this.show());
    transport.addEventListener("state", () => this.show());
  }

  /** Show what is unsent now. */
  show() {
    const { waiting, refused, foreign, unrecorded } = this.outbox;
    const unsent = waiting.length + refused.length;
    this.place.toggleAttribute("data-waiting", unsent > 0);
    const parts = [...this.#own(waiting.length, refused), ...this.#unrecorded(unrecorded), ...this.#foreign(foreign)];
    this.place.replaceChildren(...(parts.length ? parts : [line(this.#warning())]));
    document.title = unsent ? `(${unsent} unsent) ${this.title}` : this.title;
  }

  /** Show an error. @param {string} message */
  showError(message) {
    this.place.toggleAttribute("data-waiting", true);
    this.place.replaceChildren(line(message));
  }

  /** Return the warning about this browser, or "". */
  #warning() {
    if (!this.outbox.storage.persistent) return NO_STORAGE_MESSAGE;
    return globalThis.isSecureContext ? "" : NO_HTTPS_MESSAGE;
  }

  /** Make the line about this person's unsent changes. @param {number} waiting @param {import("./outbox.js").Change[]} refused */
  #own(waiting, refused) {
    if (!waiting && !refused.length) return [];
    const off = this.transport.state === "off";
    const words = [];
    if (waiting) words.push(`waiting: ${waiting}`);
    if (refused.length) words.push(`refused: ${refused.length}`);
    if (waiting && off) words.push("sent when back online");
    const save = off || refused.length ? [button("Download", () => this.#save("unsent-notes", this.outbox.changes))] : [];
    return [line(words.join(" · "), ...save)];
  }

  /** Make the line about notes off the record. @param {import("./outbox.js").Unrecorded[]} lines */
  #unrecorded(lines) {
    if (!lines.length) return [];
    const words = `off the record, on this phone only: ${lines.length}`;
    return [line(words, button("Download", () => this.#save("off-the-record", lines)))];
  }

  /** Make the line about other people's unsent changes. @param {import("./outbox.js").Change[]} changes */
  #foreign(changes) {
    if (!changes.length) return [];
    return [
      line(
        `unsent notes under another name: ${changes.length}`,
        button("Download", () => this.#save("unsent-notes", changes)),
        button("Send as mine", () => this.outbox.adopt()),
        button("Delete", () => this.outbox.discard(...changes)),
      ),
    ];
  }

  /** Download the texts of changes as a file. @param {string} name @param {{body: any}[]} changes */
  #save(name, changes) {
    const lines = changes.filter(({ body }) => body.text).map(({ body }) => `${moment(body.written_at, this.zone)} – ${body.text}\n`);
    download(`${name}-${this.outbox.event}.txt`, lines.join(""));
  }
}

/** @param {string} words @param {HTMLElement[]} buttons */
function line(words, ...buttons) {
  const made = document.createElement("span");
  made.append(words, ...buttons);
  return made;
}

/** @param {string} text @param {() => void} act */
function button(text, act) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "plain", textContent: text });
  made.addEventListener("click", act);
  return made;
}
