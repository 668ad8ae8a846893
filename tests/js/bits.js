/**
 * bits.js - the logits of 2,000 invented texts on the default model as one number, the same however they are computed:
 * ROWS of default-bits.js, which tests/c/test_bits.c finds in C.
 */

/**
 * Ids of invented texts, from a linear congruential generator (minstd).
 *
 * @param {number} count
 * @param {number} vocabSize
 */
function inventRows(count, vocabSize) {
  let state = 1
  const next = (limit) => (state = state * 48271 % 2147483647) % limit
  return Array.from({ length: count }, () => {
    const length = 2 + next(15)
    return Array.from({ length }, (_, index) => index === 0 ? 0 : index === length - 1 ? 2 : 4 + next(vocabSize - 5))
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
 * @param {number} vocabSize  of its model
 * @param {number} count  of texts
 * @param {number} batch  texts in a call
 */
export async function hashLogits(classifier, vocabSize, count, batch) {
  const rows = inventRows(count, vocabSize)
  const logits = []
  for (let at = 0; at < count; at += batch) logits.push(await classifier.logits(rows.slice(at, at + batch)))
  return fingerprint(logits)
}
