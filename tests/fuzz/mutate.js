/**
 * mutate.js - changes inputs at random, the same way from the same seed on every machine.
 */

const SPECIAL = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 254, 255]
const WORDS = [0n, 1n, 0x7fn, 0xffn, 0xffffn, 0x10000n, 0x7fffffffn, 0x80000000n, 0xfffffffen, 0xffffffffn,
  0x100000000n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]

/** Integers from 0 to 2^32 - 1: mulberry32. @param {number} seed */
export function generator(seed) {
  let state = seed >>> 0
  return () => {
    state = state + 0x6d2b79f5 >>> 0
    let z = Math.imul(state ^ state >>> 15, state | 1)
    z = z + Math.imul(z ^ z >>> 7, z | 61) ^ z
    return (z ^ z >>> 14) >>> 0
  }
}

/**
 * A changed copy.
 *
 * @param {Uint8Array} bytes
 * @param {() => number} random
 * @param {{others: Uint8Array[], marks?: string, pieces?: string[]}} how
 *   others: inputs to take pieces of; marks: text near whose places half of all changes are made; pieces: what may be
 *   put in
 */
export function mutate(bytes, random, { others, marks, pieces = [] }) {
  let result = Buffer.from(bytes)
  for (let count = 1 + random() % 4; count > 0; count--) result = change(result, random, { others, marks, pieces })
  return new Uint8Array(result)
}

function change(bytes, random, { others, marks, pieces }) {
  const at = choosePlace(bytes, random, marks)
  const length = 1 + random() % (random() % 8 === 0 ? 200 : 12)
  const splice = (remove, piece) => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + remove)])
  switch (random() % 9) {
    case 0: return overwrite(bytes, at, Buffer.of(random()))
    case 1: return overwrite(bytes, at, Buffer.of(bytes[at] ^ 1 << random() % 8))
    case 2: return overwrite(bytes, at, Buffer.of(SPECIAL[random() % SPECIAL.length]))
    case 3: return overwrite(bytes, at, word(random))
    case 4: return splice(length, Buffer.alloc(0))
    case 5: return splice(0, bytes.subarray(at, at + length))
    case 6: {
      const other = others[random() % others.length]
      const from = random() % (other.length + 1)
      return splice(random() % 2 * length, other.subarray(from, from + length))
    }
    case 7: return pieces.length === 0 ? bytes.subarray(0, at)
      : splice(random() % 3 * length, Buffer.from(pieces[random() % pieces.length], 'latin1'))
    default: return random() % 4 === 0 ? bytes.subarray(0, at) : overwrite(bytes, at, Buffer.of(bytes[at] + 1))
  }
}

function choosePlace(bytes, random, marks) {
  const at = random() % (bytes.length + 1)
  if (!marks || random() % 2 === 0) return at
  const found = bytes.indexOf(marks, at, 'latin1')
  return found < 0 ? at : found + random() % 64
}

function overwrite(bytes, at, piece) {
  const changed = Buffer.from(bytes)
  if (at < changed.length) piece.copy(changed, at)
  return changed
}

/** 1, 2, 4 or 8 bytes, little-endian. */
function word(random) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(WORDS[random() % WORDS.length])
  return bytes.subarray(0, 1 << random() % 4)
}
