/** The coverage board fetches itself every 15 seconds while it is visible. */

import { refreshParts } from "./refresh.js";

const REFRESH_INTERVAL_MS = 15_000;

setInterval(() => {
  if (!document.hidden) refreshParts().catch(() => {});
}, REFRESH_INTERVAL_MS);
