/** SHA-256 (FIPS 180-4). crypto.subtle does not exist on plain HTTP, which many venues use. */

/** Return the first 32 bits of the fractional parts of the `power`th roots of the first `count` primes. */
function roots(/** @type {number} */ count, /** @type {number} */ power) {
  const words = [];
  for (let n = 2; words.length < count; n++) {
    if (isPrime(n)) words.push(((n ** (1 / power)) % 1) * 2 ** 32 | 0);
  }
  return words;
}

/** @param {number} n */
function isPrime(n) {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}

const START = roots(8, 2);
const K = roots(64, 3);

/** Rotate a word right by n bits. @param {number} x @param {number} n */
const turn = (x, n) => (x >>> n) | (x << (32 - n));

/** Return the SHA-256 of a text, in hex. @param {string} text */
export function sha256(text) {
  const words = padded(new TextEncoder().encode(text));
  const hash = Int32Array.from(START);
  for (let at = 0; at < words.length; at += 16) mix(hash, words.subarray(at, at + 16));
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** Pad a message and split it into 32-bit words. @param {Uint8Array} bytes */
function padded(bytes) {
  const words = new Int32Array((((bytes.length + 8) >> 6) + 1) * 16);
  bytes.forEach((byte, i) => (words[i >> 2] |= byte << (24 - (i % 4) * 8)));
  words[bytes.length >> 2] |= 0x80 << (24 - (bytes.length % 4) * 8);
  words[words.length - 2] = Math.floor(bytes.length / 2 ** 29);
  words[words.length - 1] = bytes.length << 3;
  return words;
}

/** Compress one block into the hash. @param {Int32Array} hash @param {Int32Array} block */
function mix(hash, block) {
  const w = new Int32Array(64);
  w.set(block);
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15];
    const b = w[i - 2];
    w[i] = (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10)) + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 16];
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (hash[i] += word));
}
