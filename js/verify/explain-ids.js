/**
 * explain-ids.js - why two tokenizers gave different ids for the same texts.
 */

import { TEXT_MODES } from '../text-modes.js'
import { count, mismatch } from './findings.js'

/** Special tokens keep their ids whatever the vocabulary: `<s>`, `<pad>`, `</s>`, `<unk>`. */
const NUM_SPECIAL = 4
/** Of the ids that differ, the share that must be shifted by the same number. */
const SHIFTED_SHARE = 0.9
/** Emoji and what joins, colours and selects them. */
const EMOJI = new RegExp('[0-9#*]\\ufe0f?\\u20e3|\\p{Extended_Pictographic}|\\p{Regional_Indicator}|' +
  '[\\u200d\\ufe0f\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e007f}]', 'gu')

/**
 * @typedef {import('../text-modes.js').TEXT_MODES[number]} TextMode
 *
 * @typedef {object} ComparedIds
 * @property {string[]} texts
 * @property {ArrayLike<number>[]} expected  of each text: the reference's
 * @property {ArrayLike<number>[]} found     the model's
 * @property {TextMode} mode                 in which the model reads texts
 * @property {(text: string, mode: TextMode) => ArrayLike<number> | Promise<ArrayLike<number>>} tokenize  the model's
 * @property {string} reference              who expects, as the beginning of a sentence
 *
 * @param {ComparedIds} compared
 * @returns {Promise<import('./findings.js').Finding[]>}  one for each cause
 */
export async function explainIds({ texts, expected, found, mode, tokenize, reference }) {
  const wrong = texts.map((_, index) => index).filter((index) => !sameIds(expected[index], found[index]))
  const other = await otherMode(wrong.map((index) => ({ text: texts[index], ids: expected[index] })), mode, tokenize)
  /** @type {Map<string, {kind: import('./findings.js').FindingKind, why: string, texts: string[]}>} */
  const causes = new Map()
  for (const index of wrong) {
    const text = texts[index]
    const isOther = other?.explained.has(text)
    const cause = isOther ? causeMode(mode, other.mode)
      : await causeOf(text, expected[index], found[index], (words) => tokenize(words, mode))
    if (!causes.has(cause.why)) causes.set(cause.why, { ...cause, texts: [] })
    causes.get(cause.why).texts.push(text)
  }
  return [...causes.values()].map(({ kind, why, texts: those }) =>
    mismatch(kind, `${reference} has other ids for ${those.length} of ${count(texts.length, 'text')}: ${why}. ` +
      `The first one: ${JSON.stringify(those[0])}`))
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const sameIds = (a, b) => a.length === b.length && Array.from(a).every((id, index) => id === b[index])

/** The other mode that explains most of the texts, and which ones; null if none explains any. */
async function otherMode(wrong, mode, tokenize) {
  let best = null
  for (const other of TEXT_MODES.filter((candidate) => candidate !== mode)) {
    const explained = new Set()
    for (const { text, ids } of wrong) if (sameIds(ids, await tokenize(text, other))) explained.add(text)
    if (explained.size > (best?.explained.size ?? 0)) best = { mode: other, explained }
  }
  return best
}

function causeMode(mode, other) {
  const hint = other === 'bertweet' ? ' (normalization is on there, off here)'
    : mode === 'bertweet' ? ' (normalization is off there, on here)' : ''
  return { kind: 'text-mode',
    why: `they are those of text mode ${other}, the model reads texts in mode ${mode}${hint}` }
}

async function causeOf(text, expected, found, tokenize) {
  const shift = shiftOf(expected, found)
  if (shift !== 0) {
    return { kind: 'vocabulary', why: `they are ${shift > 0 ? 'higher' : 'lower'} by ${Math.abs(shift)}: the ` +
      `vocabulary is shifted by ${count(Math.abs(shift), 'row')}` }
  }
  const plain = text.replace(EMOJI, ' ')
  if (plain !== text && isSubsequence(await tokenize(plain), expected)) {
    return { kind: 'emoji', why: 'they differ in the words for emoji alone, so another version of the package emoji ' +
      'made them' }
  }
  return { kind: 'ids', why: 'the reason is not one of those known here' }
}

/** By how much most ids that differ are higher in expected; 0 if there is no such number. */
function shiftOf(expected, found) {
  if (expected.length !== found.length) return 0
  const pairs = Array.from(found, (id, index) => [expected[index], id]).filter(([a, b]) => a !== b)
  const differences = pairs.map(([a, b]) => a - b).sort((a, b) => a - b)
  const median = differences[differences.length >> 1]
  const shifted = pairs.filter(([a, b]) => a - b === median && a >= NUM_SPECIAL && b >= NUM_SPECIAL)
  return shifted.length >= SHIFTED_SHARE * pairs.length ? median : 0
}

function isSubsequence(part, whole) {
  let at = 0
  for (let index = 0; index < whole.length && at < part.length; index++) if (whole[index] === part[at]) at++
  return at === part.length
}
