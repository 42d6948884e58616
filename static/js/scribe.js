/** The note-taking page. Every note is stored on the phone before it is shown or sent. */

import { Agreement } from "./agree.js";
import { Chips } from "./chips.js";
import { Composer } from "./compose.js";
import { showConnection } from "./connection_status.js";
import { Journal } from "./journal.js";
import { Leaving } from "./leave.js";
import { Earlier } from "./earlier.js";
import { Transport } from "./transport.js";
import { Notebook } from "./notebook.js";
import { Outbox } from "./outbox.js";
import { readPage } from "./page.js";
import { followProgramme } from "./programme.js";
import { Replica } from "./replica.js";
import { atEnd, bring, steadily } from "./scroll.js";
import { Sender } from "./sender.js";
import { PhoneStorage } from "./storage.js";
import { Timeline } from "./timeline.js";
import { Unseen } from "./unseen.js";
import { Waiting } from "./waiting.js";
import { registerWorker } from "./worker.js";

const page = readPage();
const list = /** @type {HTMLElement} */ (document.querySelector("[data-timeline]"));
const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-compose]"));

open();

async function open() {
  const storage = await PhoneStorage.open();
  const outbox = new Outbox(storage, page);
  const timeline = new Timeline(list, page);
  const notebook = new Notebook(timeline, outbox, page, {
    retry: (change) => outbox.retry(change),
    discard: (change) => outbox.discard(change),
    overwrite: (change) => overwrite(outbox, change),
    erase: (id) => composer.retract(id),
  });
  const box = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text"));
  const chips = new Chips(/** @type {HTMLElement} */ (form.querySelector("[data-chips]")), box);
  const agreement = new Agreement(timeline, outbox, page.session);
  const newest = { whole: !timeline.oldest, window: () => transport.window() };
  const replica = new Replica(page, timeline.versions(), shower(notebook, chips, agreement), newest);
  const transport = new Transport(page, () => replica.seq);
  const earlier = new Earlier(timeline, replica, (row) => (notebook.adopt(row), agreement.offer(row)));
  replica.onRestart = (window) => earlier.restart(window);
  const waiting = new Waiting(/** @type {HTMLElement} */ (form.querySelector("[data-outbox-line]")), outbox, transport, page.timezone);
  const composer = new Composer(form, chips, notebook, page);
  new Leaving(/** @type {HTMLFormElement} */ (document.querySelector("[data-leave]")), outbox);
  composer.onPosted = () => toEnd();
  composer.onFailed = () => waiting.showError("This phone couldn't save the note. It is still in the box: copy it, then free some space.");
  notebook.offset = () => transport.contact.offset;
  transport.addEventListener("stamp", (event) => outbox.setEpoch(/** @type {CustomEvent} */ (event).detail));
  showConnection(transport, page.timezone);
  replica.attach(transport);
  followProgramme(transport, page);
  for (const id of await outbox.sent()) notebook.own.add(id);
  await new Journal(storage, page, replica).open();
  await outbox.refresh();
  await composer.start();
  toEnd(false);
  transport.start();
  new Sender(outbox, transport).start();
  await registerWorker();
}

/**
 * Return the function that shows changes. A reader at the end stays at the end, and any other reader keeps their place.
 * @param {Notebook} notebook @param {Chips} chips @param {Agreement} agreement
 * @returns {(items: import("./item.js").Item[], gone: string[], how: import("./replica.js").How) => void}
 */
function shower(notebook, chips, agreement) {
  const unseen = new Unseen(notebook.timeline);
  const { rows } = notebook.timeline;
  return (items, gone, how) => {
    const following = atEnd(list, form.offsetHeight);
    steadily(list, () => {
      for (const id of gone) {
        unseen.drop(rows.get(id));
        notebook.remove(id);
      }
      for (const item of items) {
        const known = rows.has(item.id);
        const row = notebook.receive(item);
        chips.addSpeaker(item.speaker);
        if (!row) continue;
        agreement.offer(row);
        if (!known && how !== "known") unseen.add(row);
      }
    });
    if (following && items.length) toEnd();
  };
}

/** Replace the conflicting text with this person's, as a new change of the current revision. @param {Outbox} outbox @param {import("./outbox.js").Change} change */
async function overwrite(outbox, change) {
  const { id, do: what, origin, session, text, depth } = change.body;
  await outbox.add({ id, do: what, origin, session, text, depth, base_rev: change.refused?.rev ?? null });
  await outbox.discard(change);
}

/** Scroll to the end, above the text box. */
function toEnd(softly = true) {
  list.style.setProperty("scroll-margin-bottom", `${form.offsetHeight + 8}px`);
  if (list.lastElementChild) bring(list, "end", softly);
}
