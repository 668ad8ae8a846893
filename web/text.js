/**
 * text.js - JavaScript strings to bytes and back without loss.
 *
 * Strings may hold lone surrogates, and Python's tokenizers keep them. TextEncoder turns them into U+FFFD, so strings
 * that are not well formed are written as WTF-8 (https://simonsapin.github.io/wtf-8/): a lone surrogate takes the three
 * bytes that its number would take in UTF-8, ED A0..BF xx.
 */

/** @param {string} text @returns {boolean} whether it has no lone surrogates */
export const isWellFormed = (text) => text.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text)

/**
 * @param {string} text
 * @returns {Uint8Array} not a view of shared memory, which encoders refuse to write to
 */
export const encodeText = (text) => isWellFormed(text) ? new TextEncoder().encode(text) : encodeWtf8(text)

/** @param {string} text */
function encodeWtf8(text) {
  const target = new Uint8Array(3 * text.length)
  let written = 0
  for (const character of text) {
    const codePoint = character.codePointAt(0)
    if (codePoint < 0x80) {
      target[written++] = codePoint
      continue
    }
    const trailing = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3
    target[written++] = [0, 0xc0, 0xe0, 0xf0][trailing] | codePoint >> 6 * trailing
    for (let i = trailing - 1; i >= 0; i--) target[written++] = 0x80 | codePoint >> 6 * i & 0x3f
  }
  return target.subarray(0, written)
}

/**
 * @param {Uint8Array} bytes  UTF-8 or WTF-8, valid
 * @returns {string}
 */
export function decodeText(bytes) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  let begin = 0
  // Only what begins with ED, U+D000 to U+DFFF, can be a surrogate.
  for (let at = bytes.indexOf(0xed); at >= 0; at = bytes.indexOf(0xed, at + 1)) {
    text += decoder.decode(bytes.subarray(begin, at))
    text += String.fromCharCode(0xd000 | (bytes[at + 1] & 0x3f) << 6 | bytes[at + 2] & 0x3f)
    begin = at + 3
  }
  return text + decoder.decode(bytes.subarray(begin))
}
