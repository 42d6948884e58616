/**
 * Items as they come over the wire (docs/protocol.md, "Shapes"), and their order on a page.
 *
 * @typedef {object} Item
 * @property {string} id
 * @property {number} seq            Infinity while it is on this phone only
 * @property {number} rev
 * @property {string | null} session
 * @property {"note" | "post" | "afterthought"} origin
 * @property {string} kind
 * @property {number} depth
 * @property {string} author
 * @property {string | null} speaker
 * @property {string} text
 * @property {string} html           safe: the server made it
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
 * Reading order: (at, seq). Times on the wire sort as text; what has none stands first.
 * @param {{at: string | null, seq: number}} a
 * @param {{at: string | null, seq: number}} b
 */
export function comesBefore(a, b) {
  const [one, two] = [a.at ?? "", b.at ?? ""];
  return one === two ? a.seq < b.seq : one < two;
}

/** @param {Item | Tombstone} thing @returns {thing is Tombstone} */
export const isGone = (thing) => "gone" in thing;
