/** A follower's page: a session, everything, or the grid with its hallway. */

import { countOnCard } from "./session_cards.js";
import { showConnection } from "./connection_status.js";
import { Journal } from "./journal.js";
import { Ledger } from "./ledger.js";
import { Earlier } from "./earlier.js";
import { Transport } from "./transport.js";
import { readPage } from "./page.js";
import { followProgramme } from "./programme.js";
import { refreshParts, scheduleRefresh } from "./refresh.js";
import { Replica } from "./replica.js";
import { atEnd, bring, steadily } from "./scroll.js";
import { markUnread } from "./unread_marker.js";
import { PhoneStorage } from "./storage.js";
import { Timeline } from "./timeline.js";
import { Unseen } from "./unseen.js";
import { registerWorker } from "./worker.js";

const page = readPage();
const list = /** @type {HTMLElement} */ (document.querySelector("[data-timeline]"));
const onGrid = page.main.classList.contains("wall-page"); // shows the hallway only, and counts the other items
const timeline = new Timeline(list, page);
const ledger = document.querySelector("[data-ledger]");
const slips = ledger && new Ledger(/** @type {HTMLElement} */ (ledger));
const nobody = /** @type {HTMLElement | null} */ (document.querySelector("[data-nobody]"));
const unseen = new Unseen(timeline);
const newest = onGrid ? undefined : () => transport.window();
const replica = new Replica(page, timeline.versions(), show, { whole: !onGrid && !timeline.oldest, window: newest });
const transport = new Transport(page, () => replica.seq);
const earlier = new Earlier(timeline, replica);
replica.onRestart = (window) => earlier.restart(window);

/** Show what the channel brought; a reader at the end stays there. @param {import("./item.js").Item[]} items @param {string[]} gone @param {import("./replica.js").How} how */
function show(items, gone, how) {
  const following = atEnd(list);
  if (onGrid && how === "snapshot") refreshParts().catch(() => {}); // the cards count items that this page does not hold
  steadily(list, () => {
    gone.forEach(removeItem);
    for (const item of items) showItem(item, how);
  });
  if (following && !onGrid && items.length && list.lastElementChild) bring(list.lastElementChild, "nearest");
}

/** Show a new or changed item. @param {import("./item.js").Item} item @param {import("./replica.js").How} how */
function showItem(item, how) {
  const known = timeline.rows.has(item.id);
  if (onGrid && how !== "snapshot") countOnCard(item, page.renderedAt);
  if (onGrid && item.session) return removeItem(item.id);
  const row = timeline.put(item);
  slips?.put(item);
  if (row && !known && how !== "known") unseen.add(row);
  if (nobody && item.origin === "note") nobody.hidden = true;
}

/** Remove an item from the page. @param {string} id */
function removeItem(id) {
  unseen.drop(timeline.rows.get(id));
  timeline.remove(id);
  slips?.remove(id);
}

open();

async function open() {
  showConnection(transport, page.timezone);
  replica.attach(transport);
  await new Journal(await PhoneStorage.open(), page, replica).open();
  markUnread(page, list, replica);
  scheduleRefresh(() => timeline.nameSessions());
  followProgramme(transport, page);
  transport.start();
  await registerWorker();
}
