/** The page shown in place of one that is not on this phone: it lists those that are. */

const list = /** @type {HTMLElement} */ (document.querySelector("[data-kept]"));
const pattern = /** @type {HTMLTemplateElement} */ (list.querySelector("template")).content;

show();

async function show() {
  const names = (await caches.keys()).filter((name) => name.startsWith("backchannel pages "));
  for (const name of names) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const copy = await cache.match(request);
      if (copy) add(new URL(request.url).pathname, await copy.text());
    }
  }
  list.hidden = list.childElementCount < 2; // the template is one
}

/** @param {string} path @param {string} html */
function add(path, html) {
  const row = /** @type {DocumentFragment} */ (pattern.cloneNode(true));
  const link = /** @type {HTMLAnchorElement} */ (row.querySelector("a"));
  link.href = path;
  link.textContent = new DOMParser().parseFromString(html, "text/html").title || path;
  list.append(row);
}

addEventListener("online", () => {
  /** @type {HTMLElement} */ (document.querySelector("[data-back]")).hidden = false;
});
