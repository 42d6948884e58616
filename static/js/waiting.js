/** How much waits on this phone, said under the box and in the title; and a way to take it home as a file. */

import { moment } from "./times.js";

export class Waiting {
  /**
   * @param {HTMLElement} place
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("./line.js").Line} line
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
    const { waiting, refused } = this.outbox;
    const count = waiting.length;
    const unsent = count + refused.length;
    this.place.toggleAttribute("data-waiting", unsent > 0);
    this.place.textContent = this.#words(count, refused.length);
    if (unsent && (this.line.state === "off" || refused.length)) this.place.append(" ", this.#download());
    document.title = unsent ? `(${unsent} unsent) ${this.title}` : this.title;
  }

  /** @param {string} message */
  complain(message) {
    this.place.toggleAttribute("data-waiting", true);
    this.place.textContent = message;
  }

  /** @param {number} waiting @param {number} refused */
  #words(waiting, refused) {
    const parts = [];
    if (waiting) parts.push(`waiting: ${waiting}`);
    if (refused) parts.push(`not taken: ${refused}`);
    if (waiting && this.line.state === "off") parts.push("they go by themselves when the network is back");
    if (!parts.length) return this.outbox.shelf.lasting ? "" : "This browser keeps nothing: leave the page open until all is saved.";
    return parts.join(" · ");
  }

  #download() {
    const link = document.createElement("a");
    link.textContent = "download them";
    link.download = `unsent-notes-${this.outbox.event}.txt`;
    link.href = "#";
    link.addEventListener("click", () => {
      const url = URL.createObjectURL(new Blob([this.#asText()], { type: "text/plain" }));
      link.href = url;
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    });
    return link;
  }

  #asText() {
    const lines = this.outbox.changes.filter(({ body }) => body.text);
    return lines.map(({ body }) => `${moment(body.written_at, this.zone)} – ${body.text}`).join("\n") + "\n";
  }
}
