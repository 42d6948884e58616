/** A session in a frame of another site: it follows live and keeps the newest line in view. */

import { showConnection } from "./connection_status.js";
import { readPage } from "./page.js";
import { followProgramme } from "./programme.js";
import { scheduleRefresh } from "./refresh.js";
import { Replica } from "./replica.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";

const page = readPage();
const timeline = new Timeline(/** @type {HTMLElement} */ (document.querySelector("[data-timeline]")), page);
const replica = new Replica(page, timeline.versions(), show, { whole: false, window: () => line.window() });
const line = new Transport(page, () => replica.seq);

/** @param {import("./item.js").Item[]} items @param {string[]} gone */
function show(items, gone) {
  const following = isAtEnd();
  gone.forEach((id) => timeline.remove(id));
  for (const item of items) timeline.put(item);
  if (following) scrollToEnd();
}

function isAtEnd() {
  return page.main.scrollHeight - page.main.scrollTop - page.main.clientHeight < 80;
}

function scrollToEnd() {
  page.main.scrollTop = page.main.scrollHeight;
}

showConnection(line, page.timezone);
replica.attach(line);
scheduleRefresh();
followProgramme(line, page);
line.start();
scrollToEnd();
