/**
 * The page's side of the service worker (sw.js). Plain HTTP has no service workers: `worker` is null there, and the only thing
 * missing is that pages don't open offline.
 */

export const worker = navigator.serviceWorker ?? null;

/** Register the service worker and have it cache this page. */
export async function registerWorker() {
  if (!worker) return;
  const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  try {
    await worker.register("/sw.js", { scope: "/" });
    if (!navigation?.workerStart) await cachePage(); // the worker did not serve this page, so it has not cached it
  } catch {
    // no space or no permission: the page works as on plain HTTP
  }
}

/** Have the worker cache a fresh copy of this page. @returns {Promise<boolean>} whether it did */
export async function cachePage() {
  if (!worker) return false;
  const { active } = await worker.ready;
  if (!active) return false;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === true);
    active.postMessage({ keep: location.pathname }, [port2]);
  });
}
