/**
 * bits.js - the logits of 2,000 invented texts on the default model as one number, the same however they are computed;
 * tests/c/test_bits.c finds it in C. The numbers change with the model and with the arithmetic.
 */

/** FNV-1a of the logits of the first texts, by their number. */
export const EXPECTED = Object.freeze({ 100: 'ddda2d90264503c8', 2000: '454220975e22c7b4' })

const VOCAB_SIZE = 16000

/** Ids of invented texts, from a linear congruential generator (minstd). @param {number} count */
export function inventRows(count) {
  let state = 1
  const next = (limit) => (state = state * 48271 % 2147483647) % limit
  return Array.from({ length: count }, () => {
    const length = 2 + next(15)
    return Array.from({ length }, (_, index) => index === 0 ? 0 : index === length - 1 ? 2 : 4 + next(VOCAB_SIZE - 5))
  })
}

/** FNV-1a, 64 bits, of the bytes of numbers as they are in memory. @param {Float32Array[]} arrays @returns {string} */
function fingerprint(arrays) {
  let hash = 0xcbf29ce484222325n
  for (const { buffer, byteOffset, byteLength } of arrays) {
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
    }
  }
  return hash.toString(16).padStart(16, '0')
}

/**
 * The number for a classifier of the default model.
 *
 * @param {import('../../js/index.js').Classifier} classifier
 * @param {number} count  of texts
 * @param {number} batch  texts in a call
 */
export async function hashLogits(classifier, count, batch) {
  const rows = inventRows(count)
  const logits = []
  for (let at = 0; at < count; at += batch) logits.push(await classifier.logits(rows.slice(at, at + batch)))
  return fingerprint(logits)
}
