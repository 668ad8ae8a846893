/**
 * metrics-multi-label.js - how good a classifier is whose texts may have several labels, or none. Pure functions.
 *
 * Definitions and names are scikit-learn's on indicator matrices; a ratio of nothing to nothing is 0.
 */

import { BINS, binOf, calibrationError, createRandom, quantile, reliability } from './metrics.js'

/**
 * What was predicted for texts whose labels are known; rows are texts, a number a label.
 *
 * @typedef {object} MultiLabelPredictions
 * @property {ArrayLike<number>[]} gold       1 where the text has the label, else 0
 * @property {ArrayLike<number>[]} predicted  1 where it was given, else 0
 * @property {ArrayLike<number>[]} scores     0..1
 *
 * @typedef {{exactMatch: number, microF1: number, macroF1: number, macroRecall: number, calibrationError: number}}
 *   MultiLabelMetrics
 *   exactMatch: share of texts with exactly their labels (accuracy_score); microF1: over all decisions; macroF1,
 *   macroRecall: means over all labels; calibrationError: mean distance of a score and the share of the texts with such
 *   a score that have the label, all labels together
 */

/**
 * @param {MultiLabelPredictions} predictions  at least one
 * @param {number} numLabels
 * @returns {MultiLabelMetrics & {labels: import('./metrics.js').LabelMetrics[], bins: import('./metrics.js').Bin[]}}
 */
export function evaluateMultiLabel({ gold, predicted, scores }, numLabels) {
  const counts = new Counts(numLabels)
  gold.forEach((row, text) => counts.add(row, predicted[text]))
  const bins = reliability(scores.flatMap((row) => [...row]), gold.flatMap((row) => Array.from(row, Boolean)))
  return { ...counts.summarize(), calibrationError: calibrationError(bins), labels: counts.labels(), bins }
}

/**
 * Percentile bootstrap intervals, as those of metrics.js.
 *
 * @param {MultiLabelPredictions} predictions
 * @param {number} numLabels
 * @param {{resamples?: number, level?: number, seed?: number}} [options]
 * @returns {Record<keyof MultiLabelMetrics, [number, number]>}
 */
export function bootstrapMultiLabel({ gold, predicted, scores }, numLabels,
  { resamples = 1000, level = 0.95, seed = 1 } = {}) {
  const random = createRandom(seed)
  const bins = scores.map((row) => Uint8Array.from(row, (score) => binOf(score)))
  const samples = {}
  for (let sample = 0; sample < resamples; sample++) {
    const counts = new Counts(numLabels)
    const gaps = new Float64Array(BINS)
    for (let draw = 0; draw < gold.length; draw++) {
      const text = Math.floor(random() * gold.length)
      counts.add(gold[text], predicted[text])
      bins[text].forEach((bin, label) => { gaps[bin] += scores[text][label] - gold[text][label] })
    }
    const error = sum(gaps.map(Math.abs)) / (gold.length * numLabels)
    for (const [name, value] of Object.entries({ ...counts.summarize(), calibrationError: error })) {
      samples[name] ??= new Float64Array(resamples)
      samples[name][sample] = value
    }
  }
  const interval = (values) => [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)]
  return Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, interval(values)]))
}

/** Decisions of each label: right and given, right but not given, given but not right. */
class Counts {
  #texts = 0
  #exact = 0
  #hits
  #support
  #given

  constructor(numLabels) {
    this.#hits = new Float64Array(numLabels)
    this.#support = new Float64Array(numLabels)
    this.#given = new Float64Array(numLabels)
  }

  add(gold, predicted) {
    let same = true
    for (let label = 0; label < this.#hits.length; label++) {
      this.#support[label] += gold[label]
      this.#given[label] += predicted[label]
      this.#hits[label] += gold[label] * predicted[label]
      same &&= gold[label] === predicted[label]
    }
    this.#texts++
    if (same) this.#exact++
  }

  labels() {
    return Array.from(this.#hits, (hits, label) => {
      const [support, given] = [this.#support[label], this.#given[label]]
      const f1 = ratio(2 * hits, given + support)
      return { precision: ratio(hits, given), recall: ratio(hits, support), f1, support }
    })
  }

  /** @returns {Omit<MultiLabelMetrics, 'calibrationError'>} */
  summarize() {
    const labels = this.labels()
    return {
      exactMatch: ratio(this.#exact, this.#texts),
      microF1: ratio(2 * sum(this.#hits), sum(this.#given) + sum(this.#support)),
      macroF1: ratio(sum(labels.map(({ f1 }) => f1)), labels.length),
      macroRecall: ratio(sum(labels.map(({ recall }) => recall)), labels.length)
    }
  }
}

const sum = (values) => values.reduce((total, value) => total + value, 0)

const ratio = (part, whole) => whole === 0 ? 0 : part / whole
