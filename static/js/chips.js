/** Buttons for marks and speakers: a tap adds one to the start of the line, or removes it. */

const MAX_SPEAKERS = 12;

/** The row of buttons above the text box. */
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
    bar.addEventListener("click", (event) => this.#press(/** @type {Element} */ (event.target).closest("button")));
    bar.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the on-screen keyboard open
    box.addEventListener("input", () => this.showPressed());
  }

  /** Return the depth of the next line: 1 is a reply to the last line. */
  get depth() {
    return this.indent.getAttribute("aria-pressed") === "true" ? 1 : 0;
  }

  /** Show as pressed the mark that the line begins with. */
  showPressed() {
    for (const chip of this.marks) {
      const pressed = this.box.value.toLowerCase().startsWith((chip.dataset.mark ?? "").trim().toLowerCase());
      chip.setAttribute("aria-pressed", String(pressed));
    }
  }

  /** Move the latest speaker to the front. @param {string | null} name */
  addSpeaker(name) {
    if (!name) return;
    const known = [...this.speakers.children].find((chip) => /** @type {HTMLElement} */ (chip).dataset.speaker === name);
    this.speakers.prepend(known ?? this.#makeChip(name));
    while (this.speakers.children.length > MAX_SPEAKERS) this.speakers.lastElementChild?.remove();
  }

  /** Make a speaker's button. @param {string} name */
  #makeChip(name) {
    const template = /** @type {HTMLTemplateElement} */ (this.bar.querySelector("#speaker-template"));
    const chip = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    chip.dataset.speaker = name;
    /** @type {HTMLElement} */ (chip.querySelector('[data-slot="name"]')).textContent = name;
    return chip;
  }

  /** Change the line as a button says. @param {HTMLElement | null} chip */
  #press(chip) {
    if (!chip) return;
    const { mark, speaker } = chip.dataset;
    if (chip === this.indent) chip.setAttribute("aria-pressed", String(!this.depth));
    if (mark) this.#toggleMark(mark);
    if (speaker) this.#toggleSpeaker(`${speaker}: `);
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    this.box.focus();
  }

  /** Set, replace or remove the line's only mark. @param {string} mark */
  #toggleMark(mark) {
    const { mark: current, rest } = this.#split();
    this.#setText(current.trim() === mark.trim() ? rest : mark + rest);
  }

  /** Add the speaker after the mark, or remove them. @param {string} prefix */
  #toggleSpeaker(prefix) {
    const { mark, rest } = this.#split();
    this.#setText(mark + (rest.startsWith(prefix) ? rest.slice(prefix.length) : prefix + rest));
  }

  /** Split the line into its mark and the rest. */
  #split() {
    const text = this.box.value;
    const found = this.marks.map((chip) => (chip.dataset.mark ?? "").trim()).find((mark) => text.toLowerCase().startsWith(mark.toLowerCase()));
    if (!found) return { mark: "", rest: text };
    const rest = text.slice(found.length).replace(/^ +/, "");
    return { mark: `${text.slice(0, found.length)} `, rest };
  }

  /** Set the text and keep the cursor at the same distance from the end. @param {string} text */
  #setText(text) {
    const fromEnd = this.box.value.length - this.box.selectionEnd;
    this.box.value = text;
    const at = Math.max(0, text.length - fromEnd);
    this.box.setSelectionRange(at, at);
  }
}
