/**
 * The service worker: pages that were opened once open again without a network.
 *
 *   pages     home, a grid, "everything", a session, a note-taker's page: the network's answer if there is one within 2.5 s,
 *             else the copy, which the answer replaces when it comes. What the server refuses is not kept any longer.
 *   files     by their build (?v=...): the copy, for it cannot get old
 *   the rest  (the API, joining, write-ups, organising) never comes in here
 *
 * Copies may hold names, the note-taker's own too. They are thrown away when she leaves or somebody joins on this phone, when
 * the server refuses the page, after 30 days, and when there are more than 30.
 *
 * `BUILD` is written in front by the server (backchannel/web/offline.py).
 */

/** @type {{version: string, files: string[], offline: string}} */
const { version, files, offline } = /** @type {any} */ (self).BUILD;
const PAGES = `backchannel pages ${version}`;
const FILES = `backchannel files ${version}`;
const KEPT = /^\/(?:e\/[^/]+(?:\/all|\/s\/[^/]+(?:\/write)?)?)?$/;
const PART = /^\?(?:before|after|around|all)=/; // older lines are not the page that opens offline
const PERSON = /^\/(?:join\/|e\/[^/]+\/leave$)/; // after a POST there, somebody else holds this phone
const FILE = /\.\w+$/; // a download goes its own way
const REFUSED = [401, 403, 404, 410];
const ANSWER_TIMEOUT_MS = 2_500; // ms that the network has
const MOST = 30; // pages
const OLDEST = 30 * 24 * 3600_000; // ms

const worker = /** @type {any} */ (self);

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("message", (/** @type {any} */ event) => event.waitUntil(keepAfresh(event.data?.keep, event.ports[0])));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (request.method === "POST" && PERSON.test(url.pathname)) event.respondWith(changePerson(request));
  else if (request.method !== "GET") return;
  else if (url.pathname.startsWith("/static/") && url.searchParams.has("v")) event.respondWith(file(request));
  else if (request.mode === "navigate" && !FILE.test(url.pathname)) event.respondWith(page(event, PART.test(url.search) ? "" : url.pathname));
});

/** A new build takes over when it has all that the old one had; until then the old one stays. */
async function install() {
  const cache = await caches.open(FILES);
  await cache.addAll([...files, new Request(offline, { cache: "reload" })]);
  const pages = await caches.open(PAGES);
  for (const path of await keptBefore()) await keep(pages, path, await fetch(path, { credentials: "same-origin" }));
  await worker.skipWaiting();
}

/** The pages that older builds have. @returns {Promise<Set<string>>} */
async function keptBefore() {
  const paths = new Set();
  for (const name of await caches.keys()) {
    if (!name.startsWith("backchannel pages ") || name === PAGES) continue;
    for (const request of await (await caches.open(name)).keys()) paths.add(new URL(request.url).pathname);
  }
  return paths;
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("backchannel ") && name !== PAGES && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @param {Request} request */
async function file(request) {
  const cache = await caches.open(FILES);
  const copy = await cache.match(request);
  if (copy) return copy;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

/** @param {any} event @param {string} path */
async function page(event, path) {
  const cache = await caches.open(PAGES);
  const asked = fetch(event.request);
  const kept = asked.then((answer) => keep(cache, path, answer.clone()));
  event.waitUntil(kept.catch(() => {}));
  const copy = KEPT.test(path) ? await copyOf(cache, path) : undefined;
  if (!copy) return asked.catch(async () => (await caches.match(offline)) ?? Response.error());
  const whole = kept.then(() => asked).catch(() => null); // half a page is not an answer
  const answer = await Promise.race([whole, pause(ANSWER_TIMEOUT_MS)]);
  return answer && answer.status < 500 ? answer : copy;
}

/** Keep a page, or stop keeping it. @param {Cache} cache @param {string} path @param {Response} answer */
async function keep(cache, path, answer) {
  if (!KEPT.test(path)) return false;
  if (REFUSED.includes(answer.status)) await cache.delete(path);
  const good = answer.status === 200 && !answer.redirected && (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (good) {
    await cache.put(path, answer.clone());
    for (const request of (await cache.keys()).slice(0, -MOST)) await cache.delete(request);
  }
  return good;
}

/** @param {Cache} cache @param {string} path */
async function copyOf(cache, path) {
  const copy = await cache.match(path);
  const made = Date.parse(copy?.headers.get("Date") ?? "") || Date.now();
  if (!copy || Date.now() - made < OLDEST) return copy;
  await cache.delete(path);
}

/** A page asks to be kept as it is now. @param {string} path @param {MessagePort | undefined} asker */
async function keepAfresh(path, asker) {
  let done = false;
  try {
    await worker.clients.claim(); // it may have been on its way when the worker came
    done = await keep(await caches.open(PAGES), path, await fetch(path, { credentials: "same-origin" }));
  } catch {
    // no network: what there is stays
  }
  asker?.postMessage(done);
}

/** @param {Request} request */
async function changePerson(request) {
  const answer = await fetch(request);
  if (answer.ok || answer.type === "opaqueredirect") await caches.delete(PAGES);
  return answer;
}

/** @param {number} ms @returns {Promise<null>} */
const pause = (ms) => new Promise((resolve) => setTimeout(() => resolve(null), ms));
