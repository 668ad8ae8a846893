/**
 * synthetic.js - texts that nobody wrote, and one number for what a classifier makes of them; for Node and pages.
 */

const PIECES = [
  'love', 'hate', 'the', 'movie', 'phone', 'worst', 'best', 'never', 'again', 'so', 'meh', 'ok', 'happy', 'broken',
  'café', 'naïve', 'LOUD', 'soooo', 'ain\'t', '@someone', 'https://a.test/x?y=1', '#MondayMood', '#fail', '&amp;',
  '...', '!!!', '?', ':)', ':(', '😍', '😡', '👍🏽', '👨‍👩‍👧', '❤️', '1,000', '50%', '10:30', 'zzz', 'привет', '日本',
  'a\u0301', '\u200d', '\t', '\n'
]

/**
 * Texts of 1 to 20 pieces, the same everywhere.
 *
 * @param {number} count
 * @returns {string[]}
 */
export function syntheticTexts(count) {
  let state = 1
  const draw = (below) => {
    state = Math.imul(state, 1664525) + 1013904223 | 0
    return (state >>> 8) % below
  }
  const text = () => Array.from({ length: 1 + draw(20) }, () => PIECES[draw(PIECES.length)]).join(' ')
  return Array.from({ length: count }, text)
}

/**
 * The FNV-1a hash of all logits, bit for bit.
 *
 * @param {object} classifier
 * @param {string[]} texts
 * @param {number} batch  how many in one call
 */
export async function hashOfLogits(classifier, texts, batch) {
  let hash = 0xCBF29CE484222325n
  for (let at = 0; at < texts.length; at += batch) {
    const some = texts.slice(at, at + batch)
    const rows = await Promise.all(some.map(async (text) => (await classifier.tokenize(text)).ids))
    const logits = await classifier.logits(rows)
    for (const byte of new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength)) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001B3n)
    }
  }
  return hash.toString(16).padStart(16, '0')
}
