/**
 * Times as people at the event read them: in the event's zone, like the server's own pages.
 * A time on the wire is "2026-11-21T10:05:00+00:00" (always UTC, so that they sort as text), a bare date, or null.
 */

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** @param {string} zone */
function clockOf(zone) {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
    clocks.set(zone, clock);
  }
  return clock;
}

/**
 * "10:05", or "8 June 2009" where only the day is known.
 * @param {string | null | undefined} when
 * @param {string} zone
 */
export function moment(when, zone) {
  if (!when) return "";
  return when.includes("T") ? clockOf(zone).format(new Date(when)) : day(when);
}

/** "8 June 2009". @param {string} when */
export function day(when) {
  const date = new Date(`${when.slice(0, 10)}T12:00:00Z`);
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(date);
}

/** Now as the wire writes it, put right by what the server's clock says. @param {number} [offset] milliseconds */
export function now(offset = 0) {
  return new Date(Date.now() + offset).toISOString().replace("Z", "+00:00");
}

/**
 * What is said of a note that came late; "" of one that did not. As in templates/macros/item.html.
 * @param {import("./item.js").Item} item
 * @param {string} zone
 */
export function lateness(item, zone) {
  if (item.origin !== "note" || !item.written_at || !item.received_at || !item.at?.includes("T")) return "";
  if (item.at.slice(0, 10) !== item.received_at.slice(0, 10)) {
    return `written ${moment(item.at, zone)}, arrived ${day(item.received_at)}`;
  }
  if (minutes(item.received_at) - minutes(item.at) < 5) return "";
  return `written ${moment(item.at, zone)}, arrived ${moment(item.received_at, zone)}`;
}

/** @param {string} when */
const minutes = (when) => Number(when.slice(11, 13)) * 60 + Number(when.slice(14, 16));
