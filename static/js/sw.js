/**
 * The service worker: a page that was opened once opens again offline.
 *
 *   pages     home, a grid, "everything", a session, a note-taking page: the server's response if it comes within 2.5 s, or
 *             else the cached copy, which a late response still replaces. A page that the server refuses is deleted.
 *   files     with their build in the URL (?v=...): always the cached copy, because it never changes
 *   others    the API, joining, write-ups, organising: never cached
 *
 * Cached pages contain names. They are deleted when the person leaves the event or somebody joins on this phone, when the
 * server refuses the page, after 30 days, and when there are more than 30.
 *
 * The server prepends `BUILD` to this file (backchannel/web/offline.py).
 */

/** @type {{version: string, files: string[], offline: string}} */
const { version, files, offline } = /** @type {any} */ (self).BUILD;
const PAGES = `backchannel pages ${version}`;
const FILES = `backchannel files ${version}`;
const CACHED_PATHS = /^\/(?:e\/[^/]+(?:\/all|\/s\/[^/]+(?:\/write)?)?)?$/;
const PARTIAL_PAGES = /^\?(?:before|after|around|all)=/; // earlier lines and whole sessions are not cached
const IDENTITY_PATHS = /^\/(?:(?:join|j|invite)\/|join$|new$|e\/[^/]+\/leave$)/; // a POST there changes who uses this phone
const DOWNLOADS = /\.\w+$/; // these pass the worker by
const REFUSED = [401, 403, 404, 410];
const NETWORK_TIMEOUT_MS = 2_500;
const MAX_PAGES = 30;
const MAX_AGE_MS = 30 * 24 * 3600_000;

const worker = /** @type {any} */ (self);

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("message", (/** @type {any} */ event) => event.waitUntil(refreshCopy(event.data?.keep, event.ports[0])));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (request.method === "POST" && IDENTITY_PATHS.test(url.pathname)) event.respondWith(changeIdentity(request));
  else if (request.method !== "GET") return;
  else if (url.pathname.startsWith("/static/") && url.searchParams.has("v")) event.respondWith(serveFile(request));
  else if (request.mode === "navigate" && !DOWNLOADS.test(url.pathname)) event.respondWith(servePage(event, PARTIAL_PAGES.test(url.search) ? "" : url.pathname));
});

/** Cache the files, and every page that the previous build had; the previous build serves until that is done. */
async function install() {
  const cache = await caches.open(FILES);
  await cache.addAll([...files, new Request(offline, { cache: "reload" })]);
  const pages = await caches.open(PAGES);
  for (const path of await previousPaths()) await cachePage(pages, path, await fetch(path, { credentials: "same-origin" }));
  await worker.skipWaiting();
}

/** Return the paths that previous builds have cached. @returns {Promise<Set<string>>} */
async function previousPaths() {
  const paths = new Set();
  for (const name of await caches.keys()) {
    if (!name.startsWith("backchannel pages ") || name === PAGES) continue;
    for (const request of await (await caches.open(name)).keys()) paths.add(new URL(request.url).pathname);
  }
  return paths;
}

/** Delete the caches of previous builds and take over their pages. */
async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("backchannel ") && name !== PAGES && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** Serve a file from the cache, or fetch and cache it. @param {Request} request */
async function serveFile(request) {
  const cache = await caches.open(FILES);
  const copy = await cache.match(request);
  if (copy) return copy;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

/** Serve a page from the network, or the cached copy if the network is slow or down. @param {any} event @param {string} path */
async function servePage(event, path) {
  const cache = await caches.open(PAGES);
  const response = fetch(event.request);
  const cached = response.then((answer) => cachePage(cache, path, answer.clone()));
  event.waitUntil(cached.catch(() => {}));
  const copy = CACHED_PATHS.test(path) ? await cachedCopy(cache, path) : undefined;
  if (!copy) return response.catch(async () => (await caches.match(offline)) ?? Response.error());
  const complete = cached.then(() => response).catch(() => null); // the connection may fail halfway
  const answer = await Promise.race([complete, delay(NETWORK_TIMEOUT_MS)]);
  return answer && answer.status < 500 ? answer : copy;
}

/** Cache a page, or delete it if the server refused it. @param {Cache} cache @param {string} path @param {Response} answer @returns {Promise<boolean>} whether it is cached now */
async function cachePage(cache, path, answer) {
  if (!CACHED_PATHS.test(path)) return false;
  if (REFUSED.includes(answer.status)) await cache.delete(path);
  const good = answer.status === 200 && !answer.redirected && (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (good) {
    await cache.put(path, answer.clone());
    for (const request of (await cache.keys()).slice(0, -MAX_PAGES)) await cache.delete(request);
  }
  return good;
}

/** Return the cached copy of a page, unless it is too old. @param {Cache} cache @param {string} path */
async function cachedCopy(cache, path) {
  const copy = await cache.match(path);
  const made = Date.parse(copy?.headers.get("Date") ?? "") || Date.now();
  if (!copy || Date.now() - made < MAX_AGE_MS) return copy;
  await cache.delete(path);
}

/** Cache a fresh copy of a page that asks for it. @param {string} path @param {MessagePort | undefined} asker */
async function refreshCopy(path, asker) {
  let done = false;
  try {
    await worker.clients.claim(); // the page may have loaded before this worker was active
    done = await cachePage(await caches.open(PAGES), path, await fetch(path, { credentials: "same-origin" }));
  } catch {
    // no network: the old copy stays
  }
  asker?.postMessage(done);
}

/** Join or leave, and delete the pages of the previous person. @param {Request} request */
async function changeIdentity(request) {
  const answer = await fetch(request);
  if (answer.ok || answer.type === "opaqueredirect") await caches.delete(PAGES);
  return answer;
}

/** @param {number} ms @returns {Promise<null>} */
const delay = (ms) => new Promise((resolve) => setTimeout(() => resolve(null), ms));
