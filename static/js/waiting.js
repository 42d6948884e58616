/** How much waits on this phone, said under the box and in the title; and a way to take it home as a file. */

import { download } from "./off_record.js";
import { moment } from "./times.js";

const LASTING = "This browser doesn't store anything. Keep the page open until everything is saved.";
const COLD = "Without HTTPS, this page can't be opened again offline. Keep it open.";

export class Waiting {
  /**
   * @param {HTMLElement} place
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("./transport.js").Transport} line
   * @param {string} zone
   */
  constructor(place, outbox, line, zone) {
    this.place = place;
    this.outbox = outbox;
    this.line = line;
    this.zone = zone;
    this.title = document.title;
    outbox.addEventListener("change", () => this.show());
    line.addEventListener("state", () => this.show());
  }

  show() {
    const { waiting, refused, strangers, unrecorded } = this.outbox;
    const unsent = waiting.length + refused.length;
    this.place.toggleAttribute("data-waiting", unsent > 0);
    const parts = [...this.#own(waiting.length, refused), ...this.#private(unrecorded), ...this.#others(strangers)];
    this.place.replaceChildren(...(parts.length ? parts : [line(this.#standing())]));
    document.title = unsent ? `(${unsent} unsent) ${this.title}` : this.title;
  }

  /** @param {string} message */
  complain(message) {
    this.place.toggleAttribute("data-waiting", true);
    this.place.replaceChildren(line(message));
  }

  /** What is true of this browser all the time, and good to know. */
  #standing() {
    if (!this.outbox.shelf.lasting) return LASTING;
    return globalThis.isSecureContext ? "" : COLD;
  }

  /** @param {number} waiting @param {import("./outbox.js").Change[]} refused */
  #own(waiting, refused) {
    if (!waiting && !refused.length) return [];
    const off = this.line.state === "off";
    const words = [];
    if (waiting) words.push(`waiting: ${waiting}`);
    if (refused.length) words.push(`refused: ${refused.length}`);
    if (waiting && off) words.push("sent when back online");
    const save = off || refused.length ? [button("Download", () => this.#save("unsent-notes", this.outbox.changes))] : [];
    return [line(words.join(" · "), ...save)];
  }

  /** @param {import("./outbox.js").Unrecorded[]} lines */
  #private(lines) {
    if (!lines.length) return [];
    const words = `off the record, on this phone only: ${lines.length}`;
    return [line(words, button("Download", () => this.#save("off-the-record", lines)))];
  }

  /** @param {import("./outbox.js").Change[]} changes */
  #others(changes) {
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

  /** @param {string} name @param {{body: any}[]} changes */
  #save(name, changes) {
    const lines = changes.filter(({ body }) => body.text).map(({ body }) => `${moment(body.written_at, this.zone)} – ${body.text}\n`);
    download(`${name}-${this.outbox.event}.txt`, lines.join(""));
  }
}

/** @param {string} words @param {HTMLElement[]} acts */
function line(words, ...acts) {
  const made = document.createElement("span");
  made.append(words, ...acts);
  return made;
}

/** @param {string} text @param {() => void} act */
function button(text, act) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "plain", textContent: text });
  made.addEventListener("click", act);
  return made;
}
