/**
 * Items as the server sends them (docs/protocol.md, "Items"), and their order on a page.
 *
 * @typedef {object} Item
 * @property {string} id
 * @property {number} seq            Infinity for a line that is on this phone only
 * @property {number} rev
 * @property {string | null} session
 * @property {"note" | "post" | "afterthought"} origin
 * @property {string} kind
 * @property {number} depth
 * @property {string} author
 * @property {string | null} speaker
 * @property {string} text
 * @property {string} html           safe to insert: rendered and sanitised by the server
 * @property {string | null} at
 * @property {string | null} written_at
 * @property {string | null} received_at
 * @property {string | null} url
 * @property {{method: string, confidence: number, reason: string} | null} placed
 * @property {Record<string, number>} reactions
 * @property {string} state
 *
 * @typedef {{id: string, seq: number, gone: true}} Tombstone
 */

/**
 * Return whether `a` comes before `b` in reading order: by (at, seq). The times sort as text; items without one come first.
 * @param {{at: string | null, seq: number}} a
 * @param {{at: string | null, seq: number}} b
 */
export function comesBefore(a, b) {
  const [one, two] = [a.at ?? "", b.at ?? ""];
  return one === two ? a.seq < b.seq : one < two;
}

/** Return whether an entry of a frame is a tombstone. @param {Item | Tombstone} thing @returns {thing is Tombstone} */
export const isGone = (thing) => "gone" in thing;
