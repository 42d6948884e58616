/**
 * Times in the event's time zone, formatted like the server's pages.
 * The server sends "2026-11-21T10:05:00+00:00" (always UTC, so that times sort as text), a date, or null.
 */

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** Return the time format of a zone; making one is slow, so they are cached. @param {string} zone */
function clockOf(zone) {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
    clocks.set(zone, clock);
  }
  return clock;
}

/**
 * Format a time as "10:05", or as "8 June 2009" if only the day is known.
 * @param {string | null | undefined} when
 * @param {string} zone
 */
export function moment(when, zone) {
  if (!when) return "";
  return when.includes("T") ? clockOf(zone).format(new Date(when)) : day(when);
}

/** Format a day as "8 June 2009". @param {string} when */
export function day(when) {
  const date = new Date(`${when.slice(0, 10)}T12:00:00Z`);
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(date);
}

/**
 * Return the remark on a note that arrived late, or "". templates/macros/item.html has the same rule.
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
