/**
 * predict.js - texts of a file with known labels, beside what a model says of them.
 */

import { BertweetError } from '../errors.js'
import { temper } from '../metrics.js'
import { readLineBatches } from './lines.js'
import { labelFinder } from './labels.js'
import { progressBar } from './output.js'
import { openSource } from './source.js'

/** Score from which a label holds, where the model states none. */
const THRESHOLD = 0.5

/**
 * What gives texts scores.
 *
 * @typedef {object} Scorer
 * @property {string} name
 * @property {'int8' | 'int4' | 'fp32'} path  int4: as the weights travel and are rounded; the arithmetic is int8's
 * @property {string[]} labels
 * @property {boolean} isMultiLabel
 * @property {number[] | null} thresholds  score from which a label holds, by output index; null: 0.5 each
 * @property {number} temperature  of the scores
 * @property {(texts: string[]) => Promise<number[][]>} scores  of each text, by output index
 * @property {() => Promise<void>} dispose
 */

/**
 * Classifies the texts of a file as they are read; of each text only numbers are kept.
 *
 * @param {Scorer} scorer
 * @param {string} file  `-`: stdin
 * @param {string | undefined} map  labelFinder's
 * @param {import('./run.js').Io} io
 * @returns {Promise<{predictions: Predictions, untempered: Predictions | null}>}  untempered: at temperature 1, where
 *   the model has another
 *
 * @typedef {import('../metrics.js').Predictions
 *   | import('../metrics-multi-label.js').MultiLabelPredictions} Predictions  the latter of a multi-label model
 */
export async function predict(scorer, file, map, io) {
  const find = labelFinder(scorer.labels, map)
  const parse = (line, number) => parseLine(line, number, find, scorer)
  const source = await openSource(file, io)
  const batches = readLineBatches(source.chunks, parse)
  const bar = progressBar(io.stderr)
  const keep = scorer.isMultiLabel ? keepDecisions : keepBest
  const [keeper, other] = [keep(scorer), scorer.temperature === 1 ? null : keep(scorer)]
  try {
    for await (const items of batches) {
      const scores = await scoreItems(scorer, items)
      items.forEach(({ text: { labels } }, index) => {
        keeper.add(labels, scores[index])
        other?.add(labels, temper(scores[index], scorer.temperature, scorer.isMultiLabel))
      })
      bar.show(`${keeper.predictions.gold.length} texts`, 0, null)
    }
  } finally {
    source.close()
    bar.clear()
  }
  if (keeper.predictions.gold.length === 0) throw new BertweetError('input', `${file} has no texts.`)
  return { predictions: keeper.predictions, untempered: other?.predictions ?? null }
}

/** Predictions of one label a text. */
function keepBest() {
  const predictions = { gold: [], predicted: [], confidence: [] }
  return {
    predictions,
    add([label], scores) {
      const best = scores.indexOf(Math.max(...scores))
      predictions.gold.push(label)
      predictions.predicted.push(best)
      predictions.confidence.push(scores[best])
    }
  }
}

/** Predictions of several labels a text. @param {Scorer} scorer */
function keepDecisions({ labels: names, thresholds }) {
  const predictions = { gold: [], predicted: [], scores: [] }
  return {
    predictions,
    add(labels, scores) {
      predictions.gold.push(Uint8Array.from(names, (_, index) => labels.includes(index) ? 1 : 0))
      predictions.predicted.push(Uint8Array.from(scores, (score, index) =>
        score >= (thresholds?.[index] ?? THRESHOLD) ? 1 : 0))
      predictions.scores.push(Float32Array.from(scores))
    }
  }
}

async function scoreItems(scorer, items) {
  try {
    return await scorer.scores(items.map(({ text: { text } }) => text))
  } catch (error) {
    const [, index] = /^Text (\d+): /.exec(error.message) ?? []
    if (index !== undefined) error.message = error.message.replace(/^Text \d+/, `Line ${items[index].line}`)
    throw error
  }
}

/** @returns {{labels: number[], text: string}}  labels: by output index; exactly one unless there may be several */
function parseLine(line, number, find, { labels, isMultiLabel }) {
  const tab = line.indexOf('\t')
  const stated = (tab < 0 ? line : line.slice(0, tab)).replace(/^\ufeff/, '').trim()
  const names = !isMultiLabel ? [stated] : stated === '' ? [] : stated.split(',').map((name) => name.trim())
  const wrong = names.find((name) => find(name) === null)
  if (tab >= 0 && wrong === undefined) return { labels: names.map(find), text: line.slice(tab + 1) }
  const found = tab < 0 ? 'no tab' : `the label "${wrong.slice(0, 40)}"`
  const wanted = `${isMultiLabel ? 'any' : 'one'} of ${labels.join(', ')}`
  throw new BertweetError('input', `Line ${number}: expected ${wanted}, a tab and a text; found ` +
    `${found}.${tab < 0 ? '' : ' Map labels with --map.'}`)
}
