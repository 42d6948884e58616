/**
 * One tab at a time. Web Locks see to it where there are some: a tab that dies lets go. On plain HTTP there are none, and a
 * lease on the shelf does it, renewed while it is held.
 */

import { uuid7 } from "./uuid7.js";

const LEASE = 10_000; // ms until a tab that died is taken for dead
const holder = uuid7();

/**
 * Do it, if no other tab is at it. Resolves to whether it was done; throws what `act` throws.
 * @param {import("./storage.js").PhoneStorage} shelf
 * @param {string} name
 * @param {() => Promise<void>} act
 */
export async function inTurn(shelf, name, act) {
  if (navigator.locks) {
    return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await act();
      return lock !== null;
    });
  }
  if (!(await shelf.lease(name, holder, LEASE))) return false;
  const renewing = setInterval(() => shelf.lease(name, holder, LEASE).catch(() => {}), LEASE / 3);
  try {
    await act();
  } finally {
    clearInterval(renewing);
    await shelf.lease(name, holder, -1).catch(() => {});
  }
  return true;
}
