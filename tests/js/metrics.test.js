/**
 * The metrics of eval: scikit-learn's numbers (tests/python/metrics.py), brute force, and what must hold of any data.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

import { bootstrap, createRandom, evaluate, quantile, reliability, temper } from '../../js/metrics.js'
import { bootstrapMultiLabel, evaluateMultiLabel } from '../../js/metrics-multi-label.js'

const { cases, multiLabel } = JSON.parse(await readFile(new URL('../golden/metrics.json', import.meta.url), 'utf8'))

const METRICS = ['accuracy', 'macroRecall', 'macroF1', 'calibrationError']

const isNear = (found, expected, what) =>
  assert.ok(Math.abs(found - expected) < 1e-12, `${what}: expected ${expected}, found ${found}`)

/** Random predictions of a classifier that is right now and then. */
function draw(random, size, numLabels) {
  const pick = () => Math.floor(random() * numLabels)
  const gold = Array.from({ length: size }, pick)
  return { gold, predicted: gold.map((label) => random() < 0.5 ? label : pick()),
    confidence: gold.map(() => 1 / numLabels + random() * (1 - 1 / numLabels)) }
}

test('the numbers of scikit-learn and numpy', () => {
  for (const expected of cases) {
    const found = evaluate(expected, expected.numLabels)
    assert.deepEqual(found.confusion, expected.confusion)
    for (const name of METRICS) isNear(found[name], expected[name], name)
    found.labels.forEach((label, index) => {
      for (const name of ['precision', 'recall', 'f1', 'support']) isNear(label[name], expected[name][index], name)
    })
    for (const [share, value] of Object.entries(expected.quantiles)) {
      isNear(quantile(Float64Array.from(expected.confidence), Number(share)), value, `quantile ${share}`)
    }
  }
})

test('several labels a text: the numbers of scikit-learn and numpy', () => {
  for (const expected of multiLabel) {
    const numLabels = expected.gold[0].length
    const found = evaluateMultiLabel(expected, numLabels)
    for (const name of ['exactMatch', 'microF1', 'macroF1', 'macroRecall', 'calibrationError']) {
      isNear(found[name], expected[name], name)
    }
    found.labels.forEach((label, index) => {
      for (const name of ['precision', 'recall', 'f1', 'support']) isNear(label[name], expected[name][index], name)
    })
    const intervals = bootstrapMultiLabel(expected, numLabels, { resamples: 200 })
    assert.deepEqual(bootstrapMultiLabel(expected, numLabels, { resamples: 200 }), intervals)
    for (const [name, [low, high]] of Object.entries(intervals)) {
      assert.ok(low <= high && low >= 0 && high <= 1, name)
      if (name !== 'calibrationError') assert.ok(low <= found[name] + 0.05 && found[name] <= high + 0.05, name)
    }
  }
})

test('whatever the data: sums, ranges, and independence of order and names', () => {
  const random = createRandom(7)
  for (let round = 0; round < 300; round++) {
    const numLabels = 2 + Math.floor(random() * 5)
    const size = 1 + Math.floor(random() * 60)
    const data = draw(random, size, numLabels)
    const found = evaluate(data, numLabels)
    assert.equal(found.confusion.flat().reduce((sum, count) => sum + count), size)
    assert.equal(found.bins.reduce((sum, { count }) => sum + count, 0), size)
    for (const { count, lower, upper, confidence } of found.bins) {
      assert.ok(count === 0 || (confidence > lower - 1e-12 && confidence <= upper + 1e-12))
    }
    const hits = data.gold.filter((label, index) => label === data.predicted[index]).length
    isNear(found.accuracy, hits / size, 'accuracy')
    for (const name of METRICS) {
      assert.ok(found[name] >= 0 && found[name] <= 1, `${name} ${found[name]}`)
    }

    const reversed = evaluate(Object.fromEntries(Object.entries(data).map(([name, values]) =>
      [name, values.toReversed()])), numLabels)
    const renamed = evaluate({ ...data, gold: data.gold.map((label) => numLabels - 1 - label),
      predicted: data.predicted.map((label) => numLabels - 1 - label) }, numLabels)
    for (const other of [reversed, renamed]) {
      for (const name of METRICS) isNear(other[name], found[name], name)
    }
  }
})

test('a perfect classifier, and one that is always wrong', () => {
  const gold = [0, 1, 2, 1]
  const perfect = evaluate({ gold, predicted: gold, confidence: [1, 1, 1, 1] }, 3)
  assert.deepEqual([perfect.accuracy, perfect.macroRecall, perfect.macroF1, perfect.calibrationError], [1, 1, 1, 0])
  const wrong = evaluate({ gold, predicted: [1, 2, 0, 0], confidence: [1, 1, 1, 1] }, 3)
  assert.deepEqual([wrong.accuracy, wrong.macroRecall, wrong.macroF1, wrong.calibrationError], [0, 0, 0, 1])
})

test('upper ends belong to their bin; nothing falls out', () => {
  const counts = (values) => reliability(values, values.map(() => true), 10).map(({ count }) => count)
  assert.deepEqual(counts([0, 0.1, 0.10001, 0.2, 1]), [2, 2, 0, 0, 0, 0, 0, 0, 0, 1])
})

test('scores at another temperature are those of the logits divided by it', () => {
  const random = createRandom(11)
  const softmax = (logits) => {
    const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)))
    return powers.map((power) => power / powers.reduce((sum, value) => sum + value))
  }
  const sigmoid = (logits) => logits.map((logit) => 1 / (1 + Math.exp(-logit)))
  for (let round = 0; round < 200; round++) {
    const logits = Array.from({ length: 2 + round % 4 }, () => 12 * random() - 6)
    const factor = 0.2 + 3 * random()
    for (const [activation, isMultiLabel] of [[softmax, false], [sigmoid, true]]) {
      const expected = activation(logits.map((logit) => factor * logit))
      const found = temper(activation(logits), factor, isMultiLabel)
      found.forEach((score, label) => assert.ok(Math.abs(score - expected[label]) < 1e-9))
    }
  }
  for (const factor of [1e-30, 1, 1e30]) {
    assert.ok(temper([0, 1, 0], factor, false).every(Number.isFinite))
    assert.deepEqual(temper([0, 1], factor, true), [0, 1])
  }
})

test('bootstrap: the same seed, the same intervals; they hold what they should', () => {
  const data = draw(createRandom(3), 400, 3)
  const intervals = bootstrap(data, 3, { resamples: 400 })
  assert.deepEqual(bootstrap(data, 3, { resamples: 400 }), intervals)
  assert.notDeepEqual(bootstrap(data, 3, { resamples: 400, seed: 2 }), intervals)
  const found = evaluate(data, 3)
  for (const name of ['accuracy', 'macroRecall', 'macroF1']) {
    assert.ok(intervals[name][0] < found[name] && found[name] < intervals[name][1], name)
  }
  // The standard error of a proportion says how wide the interval of the accuracy is.
  const width = 2 * 1.96 * Math.sqrt(found.accuracy * (1 - found.accuracy) / 400)
  const [low, high] = intervals.accuracy
  assert.ok(Math.abs((high - low) / width - 1) < 0.15, `${high - low} for ${width}`)
  const narrow = bootstrap(data, 3, { resamples: 400, level: 0.5 }).accuracy
  assert.ok(low < narrow[0] && narrow[1] < high)
  const certain = bootstrap({ gold: [1, 1], predicted: [1, 1], confidence: [0.5, 0.5] }, 2, { resamples: 9 })
  assert.deepEqual(certain, { accuracy: [1, 1], macroRecall: [1, 1], macroF1: [1, 1], calibrationError: [0.5, 0.5] })
})

test('random numbers: sfc32, even, the same for the same seed', () => {
  const random = createRandom(1)
  const again = createRandom(1)
  const counts = new Array(16).fill(0)
  for (let draw = 0; draw < 16000; draw++) {
    const value = random()
    assert.equal(value, again())
    counts[Math.floor(16 * value)]++
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
  assert.ok(chiSquare < 38, `${chiSquare} with 15 degrees of freedom: 1 in 1000`)
})
