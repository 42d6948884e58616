/**
 * The page's side of the service worker (sw.js). There is none on plain HTTP: `worker` is null then, all else goes on without
 * it, and only a start without a network has to wait for one.
 */

export const worker = navigator.serviceWorker ?? null;

/** Have this page, and what it needs, kept on this phone. */
export async function moveIn() {
  if (!worker) return;
  const [how] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  try {
    await worker.register("/sw.js", { scope: "/" });
    if (!how?.workerStart) await keepPage(); // it came past the worker, which was not there yet
  } catch {
    // no room, or not allowed: the page is as good as one on plain HTTP
  }
}

/** Have a fresh copy of this page kept in place of the one that is. @returns {Promise<boolean>} whether there is one now */
export async function keepPage() {
  if (!worker) return false;
  const { active } = await worker.ready;
  if (!active) return false;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === true);
    active.postMessage({ keep: location.pathname }, [port2]);
  });
}
