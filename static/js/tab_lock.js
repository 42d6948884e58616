/**
 * A lock between tabs: a Web Lock, which a closed tab releases. Plain HTTP has no Web Locks, so a stored lease is used there,
 * renewed while it is held.
 */

import { uuid7 } from "./uuid7.js";

const LEASE_MS = 10_000; // a tab that does not renew its lease for so long has died
const holder = uuid7();

/**
 * Run `act` unless another tab holds the lock. Resolves to whether it ran; throws what `act` throws.
 * @param {import("./storage.js").PhoneStorage} storage
 * @param {string} name
 * @param {() => Promise<void>} act
 */
export async function withTabLock(storage, name, act) {
  if (navigator.locks) {
    return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await act();
      return lock !== null;
    });
  }
  if (!(await storage.lease(name, holder, LEASE_MS))) return false;
  const renewing = setInterval(() => storage.lease(name, holder, LEASE_MS).catch(() => {}), LEASE_MS / 3);
  try {
    await act();
  } finally {
    clearInterval(renewing);
    await storage.lease(name, holder, -1).catch(() => {});
  }
  return true;
}
