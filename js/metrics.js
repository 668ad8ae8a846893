/**
 * metrics.js - how good a classifier is, from pairs of the right label and the one it gave. Pure functions.
 *
 * Labels are numbers 0 .. numLabels - 1. Definitions and names are scikit-learn's; a ratio of nothing to nothing is 0.
 */

/** Bins of the reliability diagram: the usual number (Guo et al. 2017, arXiv:1706.04599). */
export const BINS = 15

/**
 * What was predicted for texts whose label is known.
 *
 * @typedef {object} Predictions
 * @property {ArrayLike<number>} gold        the right label of each text
 * @property {ArrayLike<number>} predicted   the label given
 * @property {ArrayLike<number>} confidence  its score, 0..1
 *
 * @typedef {{precision: number, recall: number, f1: number, support: number}} LabelMetrics  support: texts of the label
 *
 * @typedef {{accuracy: number, macroRecall: number, macroF1: number, calibrationError: number}} Metrics
 *   macroRecall: mean over the labels that texts have (scikit-learn's balanced_accuracy_score); macroF1: mean over the
 *   labels that texts have or were given; calibrationError: see calibrationError
 *
 * @typedef {{lower: number, upper: number, count: number, confidence: number, accuracy: number}} Bin
 *   texts with lower < confidence <= upper; their mean confidence and accuracy, 0 if there are none
 */

/**
 * @param {Predictions} predictions  at least one
 * @param {number} numLabels
 * @returns {Metrics & {confusion: number[][], labels: LabelMetrics[], bins: Bin[]}}  confusion: [right][given]
 */
export function evaluate({ gold, predicted, confidence }, numLabels) {
  const confusion = confusionMatrix(gold, predicted, numLabels)
  const bins = reliability(confidence, Array.from(gold, (label, index) => label === predicted[index]))
  return { ...summarize(confusion), calibrationError: calibrationError(bins), confusion,
    labels: labelMetrics(confusion), bins }
}

/**
 * @param {ArrayLike<number>} gold @param {ArrayLike<number>} predicted @param {number} numLabels
 * @returns {number[][]} counts, [right][given]
 */
function confusionMatrix(gold, predicted, numLabels) {
  const counts = Array.from({ length: numLabels }, () => new Array(numLabels).fill(0))
  for (let index = 0; index < gold.length; index++) counts[gold[index]][predicted[index]]++
  return counts
}

/** @param {number[][]} confusion @returns {LabelMetrics[]} of each label */
function labelMetrics(confusion) {
  return confusion.map((row, label) => {
    const hits = row[label]
    const support = sum(row)
    const given = sum(confusion.map((counts) => counts[label]))
    const f1 = ratio(2 * hits, given + support)
    return { precision: ratio(hits, given), recall: ratio(hits, support), f1, support }
  })
}

/** @param {number[][]} confusion @returns {Omit<Metrics, 'calibrationError'>} */
export function summarize(confusion) {
  const labels = labelMetrics(confusion)
  const isGiven = (label) => confusion.some((row) => row[label] > 0)
  const occurring = labels.filter(({ support }) => support > 0)
  const involved = labels.filter(({ support }, label) => support > 0 || isGiven(label))
  const hits = sum(confusion.map((row, label) => row[label]))
  return {
    accuracy: ratio(hits, sum(confusion.map(sum))),
    macroRecall: mean(occurring.map(({ recall }) => recall)),
    macroF1: mean(involved.map(({ f1 }) => f1))
  }
}

/**
 * Texts by confidence, in bins of equal width.
 *
 * @param {ArrayLike<number>} confidence @param {ArrayLike<boolean>} correct @param {number} [numBins]
 * @returns {Bin[]}
 */
export function reliability(confidence, correct, numBins = BINS) {
  const bins = Array.from({ length: numBins }, (_, index) =>
    ({ lower: index / numBins, upper: (index + 1) / numBins, count: 0, confidence: 0, accuracy: 0 }))
  for (let index = 0; index < confidence.length; index++) {
    const bin = bins[binOf(confidence[index], numBins)]
    bin.count++
    bin.confidence += confidence[index]
    bin.accuracy += correct[index] ? 1 : 0
  }
  return bins.map((bin) =>
    ({ ...bin, confidence: ratio(bin.confidence, bin.count), accuracy: ratio(bin.accuracy, bin.count) }))
}

/**
 * Expected calibration error: the mean distance of confidence and accuracy, bins weighted by their texts.
 *
 * @param {Bin[]} bins
 */
export const calibrationError = (bins) =>
  ratio(sum(bins.map(({ count, confidence, accuracy }) => count * Math.abs(confidence - accuracy))),
    sum(bins.map(({ count }) => count)))

/**
 * A text's scores, had the logits been multiplied by a factor: by a temperature, to undo it, or by its inverse.
 *
 * @param {number[]} scores  0..1, by softmax, which adds up to 1; isMultiLabel: by sigmoid, each for itself
 * @param {number} factor  above 0
 * @param {boolean} isMultiLabel
 * @returns {number[]}
 */
export function temper(scores, factor, isMultiLabel) {
  const logs = scores.map(Math.log)
  if (isMultiLabel) return logs.map((log, label) => 1 / (1 + Math.exp(factor * (Math.log1p(-scores[label]) - log))))
  const most = Math.max(...logs)
  const powers = logs.map((log) => Math.exp(factor * (log - most)))
  const total = sum(powers)
  return powers.map((power) => power / total)
}

/**
 * Percentile bootstrap intervals: the metrics on samples of as many texts, drawn with replacement. The same seed gives
 * the same intervals.
 *
 * @param {Predictions} predictions
 * @param {number} numLabels
 * @param {{resamples?: number, level?: number, seed?: number}} [options]
 * @returns {Record<keyof Metrics, [number, number]>}
 */
export function bootstrap({ gold, predicted, confidence }, numLabels,
  { resamples = 1000, level = 0.95, seed = 1 } = {}) {
  const size = gold.length
  const bins = Uint8Array.from({ length: size }, (_, index) => binOf(confidence[index]))
  const random = createRandom(seed)
  /** @type {Record<keyof Metrics, Float64Array>} */
  const samples = { accuracy: new Float64Array(resamples), macroRecall: new Float64Array(resamples),
    macroF1: new Float64Array(resamples), calibrationError: new Float64Array(resamples) }
  for (let sample = 0; sample < resamples; sample++) {
    const confusion = Array.from({ length: numLabels }, () => new Array(numLabels).fill(0))
    const gaps = new Float64Array(BINS)
    for (let draw = 0; draw < size; draw++) {
      const index = Math.floor(random() * size)
      confusion[gold[index]][predicted[index]]++
      gaps[bins[index]] += confidence[index] - (gold[index] === predicted[index] ? 1 : 0)
    }
    const metrics = { ...summarize(confusion), calibrationError: sum(Array.from(gaps, Math.abs)) / size }
    for (const [name, value] of Object.entries(metrics)) samples[name][sample] = value
  }
  const interval = (values) => [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)]
  return Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, interval(values)]))
}

/**
 * A quantile, interpolated as numpy does.
 *
 * @param {Float64Array} values  sorted after
 * @param {number} share  0..1
 */
export function quantile(values, share) {
  values.sort()
  const at = share * (values.length - 1)
  const [low, high] = [values[Math.floor(at)], values[Math.ceil(at)]]
  return low + (high - low) * (at - Math.floor(at))
}

/**
 * Numbers from 0 to below 1, the same for the same seed: sfc32 of Chris Doty-Humphrey's PractRand.
 *
 * @param {number} seed  integer
 */
export function createRandom(seed) {
  let [a, b, c, counter] = [0, seed | 0, 0, 1]
  const next = () => {
    const result = a + b + counter++ | 0
    a = b ^ b >>> 9
    b = c + (c << 3) | 0
    c = (c << 21 | c >>> 11) + result | 0
    return (result >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 15; round++) next()
  return next
}

/** Bin of a confidence; upper ends belong to it. @param {number} confidence @param {number} [numBins] */
export const binOf = (confidence, numBins = BINS) =>
  Math.min(numBins - 1, Math.max(0, Math.ceil(confidence * numBins) - 1))

const sum = (values) => values.reduce((total, value) => total + value, 0)

const mean = (values) => ratio(sum(values), values.length)

const ratio = (part, whole) => whole === 0 ? 0 : part / whole
