/**
 * fidelity.js - how far the int8 model is from the fp32 reference path, in the terms of the manifest.
 */

import { ARITHMETIC } from '../self-test.js'

/** Sentences of the self-test: every fifth of those measured. */
const SELF_TEST_STRIDE = 5

/** Largest score difference that `verify` allows, unless the conversion itself was further off. */
const TOLERANCE = 0.02

/** Scores of texts x labels as an array a text. @param {Float32Array} scores @param {number} labels */
export const splitRows = (scores, labels) =>
  Array.from({ length: scores.length / labels }, (_, row) => [...scores.subarray(row * labels, (row + 1) * labels)])

/**
 * @param {number[][]} reference  scores of the fp32 path, a row a text
 * @param {number[][]} quantized  of the int8 model
 * @param {boolean} multiLabel    whether the labels of a text are independent of each other
 */
export function compareScores(reference, quantized, multiLabel) {
  const differences = reference.flatMap((row, text) =>
    row.map((score, label) => Math.abs(score - quantized[text][label])))
  const sameLabel = multiLabel ? sameDecisions : (a, b) => argmax(a) === argmax(b)
  const divergence = multiLabel ? bernoulliDivergence : categoricalDivergence
  return {
    labelAgreement: round(mean(reference.map((row, text) => sameLabel(row, quantized[text]) ? 1 : 0))),
    maxScoreDifference: round(Math.max(...differences)),
    meanScoreDifference: round(mean(differences)),
    klDivergence: round(mean(reference.map((row, text) => divergence(row, quantized[text])))),
  }
}

/**
 * The manifest's selfTest.
 *
 * @param {object} measured
 * @param {string[]} measured.texts
 * @param {Int32Array[]} measured.ids
 * @param {number[][]} measured.reference  scores of the fp32 path
 * @param {number[][]} measured.quantized  of the int8 model
 * @param {Float32Array} measured.logits   of the int8 model, texts x labels
 * @param {(bytes: Uint8Array) => string} sha256
 */
export function selfTest({ texts, ids, reference, quantized, logits }, sha256) {
  const chosen = texts.map((_, index) => index).filter((index) => index % SELF_TEST_STRIDE === 0)
  const labels = reference[0].length
  const bits = new Float32Array(chosen.flatMap((index) => [...logits.subarray(index * labels, (index + 1) * labels)]))
  const furthest = Math.max(...chosen.flatMap((index) =>
    reference[index].map((score, label) => Math.abs(score - quantized[index][label]))))
  return {
    texts: chosen.map((index) => ({ text: texts[index], ids: [...ids[index]], scores: reference[index].map(round) })),
    tolerance: Math.max(TOLERANCE, Number((1.5 * furthest).toPrecision(1))),
    arithmetic: ARITHMETIC,
    logits: sha256(new Uint8Array(bits.buffer)),
  }
}

/** Six digits: what differs between the logarithms of JavaScript engines is far behind them. */
const round = (value) => Number(value.toPrecision(6))

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

const argmax = (row) => row.indexOf(Math.max(...row))

const sameDecisions = (a, b) => a.every((score, label) => score >= 0.5 === b[label] >= 0.5)

/** p log(p / q), with scores that f32 rounded to 0 counted as its smallest normal number. */
const relativeEntropy = (p, q) => p === 0 ? 0 : p * Math.log(p / Math.max(q, 2 ** -126))

const categoricalDivergence = (p, q) => p.reduce((sum, score, label) => sum + relativeEntropy(score, q[label]), 0)

const bernoulliDivergence = (p, q) => p.reduce((sum, score, label) =>
  sum + relativeEntropy(score, q[label]) + relativeEntropy(1 - score, 1 - q[label]), 0)
