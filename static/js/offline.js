/** The page shown when the requested page is not cached: it lists the pages that are. */

const list = /** @type {HTMLElement} */ (document.querySelector("[data-kept]"));
const pattern = /** @type {HTMLTemplateElement} */ (list.querySelector("template")).content;

listPages();

/** List the cached pages. */
async function listPages() {
  const names = (await caches.keys()).filter((name) => name.startsWith("backchannel pages "));
  for (const name of names) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const copy = await cache.match(request);
      if (copy) addPage(new URL(request.url).pathname, await copy.text());
    }
  }
  list.hidden = list.childElementCount < 2; // the <template> counts as one
}

/** Add a link to a cached page. @param {string} path @param {string} html */
function addPage(path, html) {
  const row = /** @type {DocumentFragment} */ (pattern.cloneNode(true));
  const link = /** @type {HTMLAnchorElement} */ (row.querySelector("a"));
  link.href = path;
  link.textContent = new DOMParser().parseFromString(html, "text/html").title || path;
  list.append(row);
}

addEventListener("online", () => {
  /** @type {HTMLElement} */ (document.querySelector("[data-back]")).hidden = false;
});
