/** What is off the record, and how a text leaves this phone by its writer's own hand. */

/** `OTR: ...` or `off the record: ...` at the beginning of any line, behind a dash or a speaker too: "Ann: OTR: we lost it". */
const OFF = /^[ \t\-+*•–—>]*(?:\d\d?[:.]\d\d )?(?:[^:\n]{1,60}:[ \t]*)?(?:otr|off the record)[ \t]*:/im;

/** @param {string} text */
export function isOffTheRecord(text) {
  return OFF.test(text);
}

/** A file in the downloads. @param {string} name @param {string} text */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Onto the clipboard; plain HTTP has only the old way. @param {string} text @returns {Promise<boolean>} */
export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const box = document.createElement("textarea");
  box.value = text;
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  return done;
}
