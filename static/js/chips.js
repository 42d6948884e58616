/** Marks and speakers under the thumb: a tap puts them at the line's start, or takes them away again. */

const MOST_SPEAKERS = 12;

export class Chips {
  /**
   * @param {HTMLElement} bar
   * @param {HTMLTextAreaElement} box
   */
  constructor(bar, box) {
    this.bar = bar;
    this.box = box;
    /** @type {HTMLElement[]} */
    this.marks = [...bar.querySelectorAll("[data-mark]")];
    this.indent = /** @type {HTMLElement} */ (bar.querySelector("[data-indent]"));
    this.speakers = /** @type {HTMLElement} */ (bar.querySelector("[data-speakers]"));
    bar.hidden = false;
    bar.addEventListener("click", (event) => this.#tapped(/** @type {Element} */ (event.target).closest("button")));
    bar.addEventListener("pointerdown", (event) => event.preventDefault()); // the keyboard stays where it is
    box.addEventListener("input", () => this.show());
  }

  /** How deep the next line stands: 1 is "under the last line". */
  get depth() {
    return this.indent.getAttribute("aria-pressed") === "true" ? 1 : 0;
  }

  /** Which mark the line begins with now. */
  show() {
    for (const chip of this.marks) {
      const pressed = this.box.value.toLowerCase().startsWith((chip.dataset.mark ?? "").trim().toLowerCase());
      chip.setAttribute("aria-pressed", String(pressed));
    }
  }

  /** Somebody spoke. @param {string | null} name */
  heard(name) {
    if (!name) return;
    const known = [...this.speakers.children].find((chip) => /** @type {HTMLElement} */ (chip).dataset.speaker === name);
    this.speakers.prepend(known ?? this.#speaker(name));
    while (this.speakers.children.length > MOST_SPEAKERS) this.speakers.lastElementChild?.remove();
  }

  /** @param {string} name */
  #speaker(name) {
    const template = /** @type {HTMLTemplateElement} */ (this.bar.querySelector("#speaker-template"));
    const chip = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    chip.dataset.speaker = name;
    /** @type {HTMLElement} */ (chip.querySelector('[data-slot="name"]')).textContent = name;
    return chip;
  }

  /** @param {HTMLElement | null} chip */
  #tapped(chip) {
    if (!chip) return;
    const { mark, speaker } = chip.dataset;
    if (chip === this.indent) chip.setAttribute("aria-pressed", String(!this.depth));
    if (mark) this.#turn(mark);
    if (speaker) this.#say(`${speaker}: `);
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    this.box.focus();
  }

  /** One mark a line: the same again takes it away, another takes its place. @param {string} mark */
  #turn(mark) {
    const { mark: standing, rest } = this.#split();
    this.#write(standing.trim() === mark.trim() ? rest : mark + rest);
  }

  /** @param {string} words */
  #say(words) {
    const { mark, rest } = this.#split();
    this.#write(mark + (rest.startsWith(words) ? rest.slice(words.length) : words + rest));
  }

  #split() {
    const text = this.box.value;
    const found = this.marks.map((chip) => (chip.dataset.mark ?? "").trim()).find((mark) => text.toLowerCase().startsWith(mark.toLowerCase()));
    if (!found) return { mark: "", rest: text };
    const rest = text.slice(found.length).replace(/^ +/, "");
    return { mark: `${text.slice(0, found.length)} `, rest };
  }

  /** The cursor stays at its place in what was typed. @param {string} text */
  #write(text) {
    const fromEnd = this.box.value.length - this.box.selectionEnd;
    this.box.value = text;
    const at = Math.max(0, text.length - fromEnd);
    this.box.setSelectionRange(at, at);
  }
}
