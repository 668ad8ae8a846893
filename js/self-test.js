/**
 * self-test.js - replays the manifest's self-test: does a model still give what it gave when it was converted?
 *
 * Three questions, answered apart: are the token ids the reference's; are the scores within the tolerance of the fp32
 * path's; are the logits, bit for bit, those that this library computed at conversion, on whatever machine that was.
 */

import { BertweetError, show } from './errors.js'
import { explainIds, sameIds } from './verify/explain-ids.js'
import { isClean, mismatch, note } from './verify/findings.js'

/** Number of the arithmetic of models/MODEL.md, section 3, that this version computes. */
export const ARITHMETIC = 2

/** Most texts of a self-test, of which conversion makes some dozen, and most UTF-16 units of one. */
const [MAX_TEXTS, MAX_LENGTH] = [1024, 32768]

/**
 * @typedef {object} SelfTestResult
 * @property {boolean} passed
 * @property {number} texts
 * @property {{same: number}} ids  texts whose ids are the reference's
 * @property {{maxDifference: number, tolerance: number}} scores  to the fp32 path's
 * @property {'same' | 'other' | 'unknown'} bits  unknown: the model was converted for another arithmetic
 * @property {import('./verify/findings.js').Finding[]} findings  what is wrong, by name
 *
 * What the test runs on; rows of ids in, logits rows x labels out, both as the classifier has them.
 * @typedef {object} Subject
 * @property {import('./manifest.js').Manifest} manifest
 * @property {'none' | 'pysentimiento' | 'bertweet'} preprocess  in which texts are read
 * @property {(text: string, mode: string) => Promise<ArrayLike<number>>} tokenize
 * @property {(rows: number[][]) => Promise<Float32Array>} logits
 * @property {(bytes: Uint8Array) => Promise<string>} sha256
 */

/**
 * @param {Subject} subject
 * @returns {Promise<SelfTestResult>}
 * @throws {BertweetError} `model`: the manifest has no self-test
 */
export async function runSelfTest({ manifest, preprocess, tokenize, logits, sha256 }) {
  const { texts: cases, tolerance, arithmetic, logits: expectedBits } = readSelfTest(manifest)
  const texts = cases.map(({ text }) => text)
  const expected = cases.map(({ ids }) => ids)
  const found = []
  for (const text of texts) found.push(await tokenize(text, preprocess))
  const findings = await explainIds({ texts, expected, found, mode: preprocess, tokenize, reference: 'The self-test' })

  const values = await logits(expected)
  const toScores = manifest.problemType === 'multi_label_classification' ? sigmoid : softmax
  const size = manifest.labels.length
  const differences = cases.map(({ scores }, row) =>
    largestDifference(scores, toScores(Array.from(values.subarray(row * size, (row + 1) * size)))))
  const maxDifference = differences.reduce((most, difference) => Math.max(most, difference), 0)
  if (!(maxDifference <= tolerance)) {
    findings.push(mismatch('scores', `Scores differ from the reference's by ${maxDifference.toPrecision(3)}, allowed ` +
      `are ${tolerance}; most for ${show(texts[differences.indexOf(maxDifference)])}`))
  }
  const bits = arithmetic !== ARITHMETIC ? 'unknown'
    : await sha256(littleEndian(values)) === expectedBits ? 'same' : 'other'
  findings.push(...describeBits(bits, arithmetic))
  const same = found.filter((ids, index) => sameIds(ids, expected[index])).length
  return { passed: isClean(findings), texts: texts.length, ids: { same }, scores: { maxDifference, tolerance }, bits,
    findings }
}

function describeBits(bits, arithmetic) {
  if (bits === 'same') return []
  if (bits === 'unknown') {
    return [note('bits', `The model was converted for arithmetic ${arithmetic}, this version has ${ARITHMETIC}: bits ` +
      'cannot be compared')]
  }
  return [mismatch('bits', 'The logits are not, bit for bit, those of the conversion: the weights were changed after ' +
    'it, or this build computes something else')]
}

/**
 * @returns {{texts: {text: string, ids: number[], scores: number[]}[], tolerance: number, arithmetic: number,
 *   logits: string}}
 */
function readSelfTest({ name, selfTest, labels, maxTokens, config }) {
  const isNumbers = (value, most) => Array.isArray(value) && value.length > 0 && value.length <= most &&
    value.every(Number.isFinite)
  const isId = (value) => Number.isInteger(value) && value >= 0 && value < config.vocab_size
  const isCase = (value) => typeof value?.text === 'string' && value.text.length <= MAX_LENGTH &&
    isNumbers(value.ids, maxTokens) && value.ids.every(isId) && isNumbers(value.scores, labels.length) &&
    value.scores.length === labels.length
  const isSound = Array.isArray(selfTest?.texts) && selfTest.texts.length > 0 &&
    selfTest.texts.length <= MAX_TEXTS && selfTest.texts.every(isCase) && Number.isFinite(selfTest.tolerance)
  if (isSound) return selfTest
  throw new BertweetError('model', `Model ${name} has no self-test in its manifest. Convert it again.`)
}

/** Softmax and sigmoid for a comparison with a tolerance; what users get is computed in C. */
function softmax(row) {
  const largest = Math.max(...row)
  const powers = row.map((value) => Math.exp(value - largest))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

const sigmoid = (row) => row.map((value) => 1 / (1 + Math.exp(-value)))

const largestDifference = (a, b) => Math.max(...a.map((value, index) => Math.abs(value - b[index])))

/** @param {Float32Array} values */
function littleEndian(values) {
  const view = new DataView(new ArrayBuffer(4 * values.length))
  values.forEach((value, index) => view.setFloat32(4 * index, value, true))
  return new Uint8Array(view.buffer)
}
