/** The off-the-record rule, and how a writer downloads or copies a text that only this phone has. */

/** `OTR: ...` or `off the record: ...` at the start of any line, also after a dash or a speaker: "Ann: OTR: we lost it". */
const OTR_LINE = /^[ \t\-+*•–—>]*(?:\d\d?[:.]\d\d )?(?:[^:\n]{1,60}:[ \t]*)?(?:otr|off the record)[ \t]*:/im;

/** Return whether a text is off the record. @param {string} text */
export function isOffTheRecord(text) {
  return OTR_LINE.test(text);
}

/** Download a text as a file. @param {string} name @param {string} text */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Copy a text to the clipboard; plain HTTP needs execCommand. @param {string} text @returns {Promise<boolean>} whether it worked */
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
