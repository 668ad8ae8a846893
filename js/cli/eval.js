/**
 * eval.js - how good a model is on texts whose labels are known.
 */

import { writeFile } from 'node:fs/promises'

import { BertweetError } from '../errors.js'
import { openCheckpoint } from '../convert/checkpoint.js'
import { openDirectory } from '../convert/node-files.js'
import { createSha256 } from '../hash.js'
import { readModel } from '../manifest.js'
import { bootstrap, evaluate, temper } from '../metrics.js'
import { bootstrapMultiLabel, evaluateMultiLabel } from '../metrics-multi-label.js'
import { openReference } from '../verify/reference.js'
import { defaultModel, locateModel, openClassifier, TEXT_MODES } from './model.js'
import { parseNumber, UsageError } from './options.js'
import { fit, harmless, painter, write } from './output.js'
import { predict } from './predict.js'
import { reliabilityDiagram } from './reliability.js'

export const usage = '[model] <file> [options]'
export const summary = 'measure a model on texts with known labels'
export const details = `The file has a label, a tab and a text on each line; - is stdin. Labels are those of the model,
in any case, or words that begin like them: negative is NEG. Others are mapped with --map. Where a text may
have several labels, they stand with commas between them before the tab, and nothing stands there for none.

Macro-recall is the mean recall over the labels (the measure of SemEval's sentiment tasks), the calibration
error the mean distance of confidence and accuracy over 15 bins of confidence. Of models that give several
labels, an exact match is a text with all its labels and no other, micro-F1 counts every decision alike, and
the calibration error is that of all scores. Intervals are 95 % percentile bootstrap intervals over the texts.

Scores are those that classify gives, so at the model's temperature; where it has one, the calibration error
without it is told too, and the diagram shows both.

With --checkpoint, the fp32 path on the checkpoint's own weights is measured instead of the converted model, at
the temperature of the model, where one is named.`

export const examples = [
  'bertweet-wasm eval ./model labelled.tsv --svg reliability.svg',
  'bertweet-wasm eval ./model labelled.tsv --map 0=NEG,1=NEU,2=POS --json',
  'bertweet-wasm eval labelled.tsv --checkpoint ./checkpoint',
]

export const options = {
  checkpoint: { value: 'FOLDER', help: 'measure the fp32 path of this checkpoint' },
  preprocess: { value: 'MODE', choices: TEXT_MODES, help: `text mode: ${TEXT_MODES.join(', ')}; default: the model's` },
  map: { value: 'PAIRS', help: "labels of the file and the model's: 0=NEG,1=NEU,2=POS" },
  resamples: { value: 'NUMBER', help: 'of the bootstrap; default: 1000' },
  seed: { value: 'NUMBER', help: 'of the bootstrap; default: 1' },
  svg: { value: 'FILE', help: 'write the reliability diagram' },
  json: { help: 'all of it as one JSON object' },
}

const MAX_RESAMPLES = 100000
const MAX_SEED = 999999999
/** Of BertweetTokenizer. */
const MAX_TOKENS = 128

/** @type {import('./run.js').Command['run']} */
export async function run(values, places, io) {
  const [model, file] = places.length > 1 ? places : [undefined, places[0]]
  if (places.length > 2 || file === undefined) throw new UsageError('eval takes a model and a file of labelled texts')
  const resamples = parseNumber(values.resamples, 'resamples', MAX_RESAMPLES) ?? 1000
  const seed = parseNumber(values.seed, 'seed', MAX_SEED) ?? 1
  const scorer = values.checkpoint ? await openFp32(values, model, io) : await openConverted(values, model, io)
  try {
    const [measure, resample] = scorer.isMultiLabel ? [evaluateMultiLabel, bootstrapMultiLabel] : [evaluate, bootstrap]
    const { predictions, untempered } = await predict(scorer, file, values.map, io)
    const count = scorer.labels.length
    const report = {
      model: scorer.name, path: scorer.path, texts: predictions.gold.length, labels: scorer.labels,
      ...rename(measure(predictions, count)),
      intervals: resamples > 0 ? resample(predictions, count, { resamples, seed }) : null,
      bootstrap: { resamples, seed, level: 0.95 },
      temperature: scorer.temperature,
      untempered: untempered && calibrationOf(measure(untempered, count)),
    }
    await write(io.stdout, values.json ? `${JSON.stringify(report, null, 2)}\n` : describeReport(report, io))
    if (values.svg) await writeDiagram(values.svg, report) // if that fails, the report is not lost
  } finally {
    await scorer.dispose()
  }
}

const rename = ({ labels, bins, ...metrics }) => ({ ...metrics, perLabel: labels, reliability: bins })

const calibrationOf = ({ calibrationError, bins }) => ({ calibrationError, reliability: bins })

/* ---------------------------------------------------------------------------------------------------- scorers -- */

/** @returns {Promise<import('./predict.js').Scorer>} */
async function openConverted({ preprocess }, model, io) {
  const classifier = await openClassifier({ model, preprocess }, io)
  const { info } = classifier
  const { thresholds, temperature, shards } = await readManifest(model, io)
  return {
    name: info.model,
    path: shards.some(({ encoding }) => encoding === 'int4') ? 'int4' : 'int8',
    labels: info.labels,
    isMultiLabel: info.problemType === 'multi_label_classification',
    thresholds,
    temperature,
    async scores(texts) {
      const results = await classifier.classify(texts, { signal: io.signal })
      return results.map(({ scores }) => info.labels.map((label) => scores[label]))
    },
    dispose: () => classifier.dispose(),
  }
}

async function readManifest(place, { signal }) {
  const model = await locateModel(place) ?? await defaultModel()
  return (await readModel(model, { signal, sha256: createSha256(null) })).manifest
}

/**
 * Text mode, length, thresholds and temperature are the model's, where one is named.
 *
 * @returns {Promise<import('./predict.js').Scorer>}
 */
async function openFp32({ checkpoint: directory, preprocess }, model, { signal }) {
  const manifest = model === undefined ? null : await readManifest(model, { signal })
  const files = await openDirectory(directory)
  try {
    const checkpoint = await openCheckpoint(files)
    const maxTokens = manifest?.maxTokens ?? Math.min(MAX_TOKENS, checkpoint.architecture.numPositions - 2)
    const reference = await openReference(checkpoint,
      { preprocess: preprocess ?? manifest?.preprocess, maxTokens, signal })
    const temperature = manifest?.temperature ?? 1
    return {
      name: manifest?.name ?? directory,
      path: 'fp32',
      labels: reference.labels,
      isMultiLabel: reference.isMultiLabel,
      thresholds: manifest?.thresholds ?? null,
      temperature,
      async scores(texts) {
        const rows = await reference.scores(texts.map((text) => reference.tokenize(text)))
        return rows.map((row) => temper(row, 1 / temperature, reference.isMultiLabel))
      },
      dispose: () => files.close(),
    }
  } catch (error) {
    await files.close()
    throw error
  }
}

/* ----------------------------------------------------------------------------------------------------- output -- */

async function writeDiagram(file, report) {
  await writeFile(file, reliabilityDiagram(report))
    .catch((cause) => { throw new BertweetError('input', `Cannot write ${file}: ${cause.message}`, { cause }) })
}

const NAME_WIDTH = 18
const NUMBER_WIDTH = 10

/** Names of the metrics, for people, in the order of the report. */
const METRICS = { macroRecall: 'macro-recall', macroF1: 'macro-F1', microF1: 'micro-F1', accuracy: 'accuracy',
  exactMatch: 'exact match', calibrationError: 'calibration error' }

function describeReport(report, { stdout, env }) {
  const paint = painter(stdout, env)
  const { labels, intervals, confusion, perLabel, untempered } = report
  const percent = (value) => `${(100 * value).toFixed(2)} %`
  const cells = (...values) => values.map((value) => String(value).padStart(NUMBER_WIDTH)).join('')
  const head = (name, ...columns) => paint.bold(`${name.padEnd(NAME_WIDTH)}${cells(...columns)}\n`)
  const metric = ([key, name]) => `${name.padEnd(NAME_WIDTH)}${percent(report[key]).padStart(NUMBER_WIDTH)}` +
    `${intervals ? `   ${percent(intervals[key][0])} .. ${percent(intervals[key][1])}` : ''}\n`
  const label = (index) => paint.label(labels[index], fit(labels[index], NAME_WIDTH))
  const lines = [
    `${paint.bold(harmless(report.model))} (${report.path}), ${report.texts} texts\n\n`,
    ...Object.entries(METRICS).filter(([key]) => key in report).map(metric),
    ...untempered ? [`${''.padEnd(NAME_WIDTH)}${percent(untempered.calibrationError).padStart(NUMBER_WIDTH)}` +
      `   at temperature 1 instead of ${report.temperature}\n`] : [],
    `\n${head('label', 'precision', 'recall', 'F1', 'texts')}`,
    ...perLabel.map(({ precision, recall, f1, support }, index) =>
      `${label(index)}${cells(percent(precision), percent(recall), percent(f1), support)}\n`),
  ]
  if (confusion) {
    lines.push(`\n${head('right \\ given', ...labels.map((name) => harmless(name).slice(0, NUMBER_WIDTH - 1)))}`,
      ...confusion.map((row, index) => `${label(index)}${cells(...row)}\n`))
  }
  return lines.join('')
}
