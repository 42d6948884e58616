/** The page under a note-taker's thumb. What she posts is on this phone before it is anywhere else. */

import { Agreement } from "./agree.js";
import { Chips } from "./chips.js";
import { Composer } from "./compose.js";
import { tellConnection } from "./connection.js";
import { Line } from "./line.js";
import { Notebook } from "./notebook.js";
import { Outbox } from "./outbox.js";
import { readPage } from "./page.js";
import { Replica } from "./replica.js";
import { atEnd, bring, steadily } from "./scroll.js";
import { Sender } from "./sender.js";
import { Shelf } from "./shelf.js";
import { Timeline } from "./timeline.js";
import { Unseen } from "./unseen.js";
import { Waiting } from "./waiting.js";

const page = readPage();
const list = /** @type {HTMLElement} */ (document.querySelector("[data-timeline]"));
const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-compose]"));

open();

async function open() {
  const outbox = new Outbox(await Shelf.open(), page.event);
  const timeline = new Timeline(list, page);
  const notebook = new Notebook(timeline, outbox, page, {
    retry: (change) => outbox.retry(change),
    discard: (change) => outbox.discard(change),
    insist: (change) => putOver(outbox, change),
  });
  const box = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text"));
  const chips = new Chips(/** @type {HTMLElement} */ (form.querySelector("[data-chips]")), box);
  const replica = new Replica(page.seq, timeline.standing(), shower(notebook, chips, new Agreement(timeline, outbox, page.session)));
  const line = new Line(page, () => replica.seq);
  const waiting = new Waiting(/** @type {HTMLElement} */ (form.querySelector("[data-outbox-line]")), outbox, line, page.timezone);
  const composer = new Composer(form, chips, notebook, page);
  composer.posted = () => toEnd();
  composer.failed = () => waiting.complain("This phone could not keep the note. It is still in the box: copy it, and make room.");
  line.addEventListener("stamp", (event) => stamped(/** @type {CustomEvent} */ (event).detail, { outbox, notebook, replica }));
  tellConnection(line, page.timezone);
  replica.attach(line);
  await outbox.refresh();
  await composer.start();
  toEnd(false);
  line.start();
  new Sender(outbox, line).start();
}

/**
 * Shows what the channel brings: at the end for who is at the end, without a jump for who reads further up.
 * @param {Notebook} notebook @param {Chips} chips @param {Agreement} agreement
 * @returns {(items: import("./item.js").Item[], gone: string[]) => void}
 */
function shower(notebook, chips, agreement) {
  const unseen = new Unseen();
  const { rows } = notebook.timeline;
  return (items, gone) => {
    const following = atEnd(list, form.offsetHeight);
    steadily(list, () => {
      for (const id of gone) {
        unseen.drop(rows.get(id));
        notebook.lose(id);
      }
      for (const item of items) {
        const known = rows.has(item.id);
        const row = notebook.receive(item);
        chips.heard(item.speaker);
        agreement.offer(row);
        if (!known) unseen.add(row);
      }
    });
    if (following && items.length) toEnd();
  };
}

/** Her text over the one that was written in the meantime: a new change, on the revision that stands. @param {Outbox} outbox @param {import("./outbox.js").Change} change */
async function putOver(outbox, change) {
  const { id, do: what, origin, session, text, depth } = change.body;
  await outbox.add({ id, do: what, origin, session, text, depth, base_rev: change.refused?.rev ?? null });
  await outbox.discard(change);
}

/**
 * Every answer says what time it is there, and which life of the database it comes from.
 * @param {{epoch: string, now: string}} answer
 * @param {{outbox: Outbox, notebook: Notebook, replica: Replica}} parts
 */
function stamped({ epoch, now }, { outbox, notebook, replica }) {
  notebook.offset = Date.parse(now) - Date.now();
  if (epoch === page.epoch) return;
  page.epoch = epoch; // the database was restored: offer it what it acknowledged, and read it anew
  outbox.offerAgain();
  replica.restart();
}

function toEnd(softly = true) {
  list.style.setProperty("scroll-margin-bottom", `${form.offsetHeight + 8}px`);
  if (list.lastElementChild) bring(list, "end", softly);
}
