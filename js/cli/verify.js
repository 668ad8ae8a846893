/**
 * verify.js - is a model what it should be: by its own self-test, and beside the checkpoint it comes from?
 */

import { BertweetError } from '../errors.js'
import { createSha256 } from '../hash.js'
import { createClassifier } from '../index.js'
import { readModel } from '../manifest.js'
import { openCheckpoint } from '../convert/checkpoint.js'
import { openDirectory } from '../convert/node-files.js'
import { FIDELITY_TEXTS } from '../convert/texts.js'
import { readShards } from '../shards.js'
import { compareCases } from '../verify/cases.js'
import { isClean } from '../verify/findings.js'
import { INT4_THRESHOLDS, THRESHOLDS, assembleImage, thresholdsOf, verifyModel } from '../verify/index.js'
import { defaultModel, locateModel, TEXT_MODES } from './model.js'
import { UsageError } from './options.js'
import { fit, formatBytes, harmless, painter, progressBar, write } from './output.js'
import { readText } from './source.js'

export const usage = '[model] [--checkpoint folder] [options]'
export const summary = 'check a model by its self-test, or against its checkpoint'
export const details = `Without a checkpoint the self-test in the model's manifest is replayed: token ids as the
reference has them, scores within a tolerance of 32-bit floats, logits the same to the bit as at conversion.

With --checkpoint, the folder that the model was converted from, files, labels, ids and weights are compared
as well, and the scores of the int8 model with those of 32-bit floats on the checkpoint's own weights, over
texts used for nothing else. What differs is named: another text mode (normalization), another version of the
package emoji, a shifted vocabulary, tensors rounded to 16 bits, scales that are off.

With --texts and --input jsonl, each line is a JSON string or an object {"text", "ids", "scores"}: ids and
scores (by output index) that Python gave for the text are compared with the model's, with or without a
checkpoint.

The hash of ids is the SHA-256 of all ids as 32-bit little-endian integers, one text after the other; in
Python: hashlib.sha256(numpy.concatenate(ids).astype("<i4").tobytes()).hexdigest()

Exit code 1 if anything is wrong; notes are no failure.`

export const examples = [
  'bertweet-wasm verify',
  'bertweet-wasm verify ./model --checkpoint ./checkpoint',
  'bertweet-wasm verify ./model --checkpoint ./checkpoint --texts tweets.txt --min-agreement 0.995 --json',
]

const threshold = (what, name) =>
  ({ value: 'NUMBER', help: `${what}; default: ${THRESHOLDS[name]}, int4 ${INT4_THRESHOLDS[name]}` })

export const options = {
  checkpoint: { value: 'FOLDER', help: 'that the model was converted from' },
  texts: { value: 'FILE', help: `a text a line, instead of the ${FIDELITY_TEXTS.length} of the package` },
  input: { value: 'FORMAT', choices: ['text', 'jsonl', 'json'], help: 'of the texts: text (the default) or jsonl' },
  preprocess: { value: 'MODE', choices: TEXT_MODES, help: 'text mode that is right; default: the checkpoint\'s' },
  'min-agreement': threshold('share of texts with the same label', 'minAgreement'),
  'max-difference': threshold('largest difference of a score', 'maxScoreDifference'),
  'max-mean-difference': threshold('mean difference of scores', 'maxMeanDifference'),
  'max-kl': threshold('mean KL divergence in nats', 'maxKl'),
  json: { help: 'all of it as one JSON object' },
}

/** @type {import('./run.js').Command['run']} */
export async function run(values, models, io) {
  if (models.length > 1) throw new UsageError('verify takes one model')
  if (values.input && !values.texts) throw new UsageError('--input needs --texts')
  const cases = await readCases(values, io)
  const isCompared = cases.some(({ ids, scores }) => ids ?? scores)
  if (!values.checkpoint && (values.preprocess || (values.texts && !isCompared))) {
    throw new UsageError('--preprocess, and --texts without ids or scores, need --checkpoint')
  }
  const thresholds = readThresholds(values)
  const bar = progressBar(io.stderr)
  const { manifest, image, classifier } = await openModel(models[0], io.signal, bar)
  try {
    const selfTest = await classifier.selfTest({ signal: io.signal })
    const { maxScoreDifference } = { ...thresholdsOf(manifest), ...thresholds }
    const findings = await compareCases({ classifier, manifest, cases, maxScoreDifference, signal: io.signal })
    const texts = cases.map(({ text }) => text)
    const comparison = values.checkpoint
      ? await compare(values, { manifest, image, classifier, texts, thresholds }, io, bar) : null
    bar.clear()
    const passed = selfTest.passed && isClean(findings) && (comparison?.passed ?? true)
    const report = { model: manifest.name, passed, selfTest, comparison, findings }
    await write(io.stdout, values.json ? `${JSON.stringify(report, null, 2)}\n`
      : describeReport(report, manifest.labels, io))
    return passed ? 0 : 1
  } finally {
    bar.clear()
    await classifier.dispose()
  }
}

/** The model of a command line, its weights read once. */
async function openModel(place, signal, bar) {
  const sha256 = createSha256(null)
  const model = await readModel(await locateModel(place) ?? await defaultModel(), { signal, sha256 })
  const { manifest } = model
  const files = {}
  const onProgress = ({ loaded, total }) => bar.show(`loading ${formatBytes(total)}`, loaded, total)
  const take = async ({ shard, bytes }) => {
    files[shard.file] = bytes.slice()
    return { bytes, sha256: await sha256(bytes) }
  }
  await readShards(model, { take, signal, onProgress })
  const classifier = await createClassifier({ model: { manifest, files }, signal })
  return { manifest, classifier, image: await assembleImage(manifest, (file) => files[file]) }
}

const STAGES = { weights: 'converting again', check: 'converting again', reference: 'classifying with 32-bit floats',
  model: 'classifying with the model' }

async function compare({ checkpoint, preprocess }, subject, { signal }, bar) {
  const files = await openDirectory(checkpoint)
  try {
    return await verifyModel({
      ...subject,
      checkpoint: await openCheckpoint(files),
      preprocess,
      onProgress: ({ stage, loaded, total }) => bar.show(STAGES[stage], loaded, total),
      signal,
    })
  } finally {
    await files.close()
  }
}

/** @returns {Promise<import('../verify/cases.js').Case[]>} of the file, or of the package */
async function readCases({ texts: file, input }, io) {
  if (file === undefined) return FIDELITY_TEXTS.map((text) => ({ text }))
  const content = await readText(file, io)
  const lines = (input === 'json' ? content.replace(/^\ufeff/, '') : content).split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw new BertweetError('input', `${file} has no lines.`)
  return lines.map((line, index) => (input ?? 'text') === 'text' ? { text: line } : parseCase(line, index + 1))
}

/** @returns {import('../verify/cases.js').Case} */
function parseCase(line, number) {
  let value
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new BertweetError('input', `Line ${number} is not JSON: ${cause.message}`, { cause })
  }
  const { text, ids, scores } = typeof value === 'string' ? { text: value } : value ?? {}
  const isNumbers = (list) => list === undefined || (Array.isArray(list) && list.every(Number.isFinite))
  if (typeof text === 'string' && isNumbers(ids) && isNumbers(scores)) return { text, ids, scores }
  throw new BertweetError('input', `Line ${number} must be a JSON string, or an object with a string "text" and ` +
    `lists of numbers "ids" and "scores"; found ${line.slice(0, 60)}`)
}

/** @returns {Partial<import('../verify/index.js').Thresholds>} those given */
function readThresholds(values) {
  const given = {
    minAgreement: 'min-agreement', maxScoreDifference: 'max-difference', maxMeanDifference: 'max-mean-difference',
    maxKl: 'max-kl',
  }
  const entries = Object.entries(given).filter(([, option]) => values[option] !== undefined)
  return Object.fromEntries(entries.map(([name, option]) => {
    const value = Number(values[option])
    if (values[option].trim() !== '' && value >= 0 && Number.isFinite(value)) return [name, value]
    throw new UsageError(`--${option} must be a number from 0; found "${values[option]}"`)
  }))
}

/* ------------------------------------------------------------------------------------------------- for people -- */

const LABEL_WIDTH = 14
const TEXT_WIDTH = 60
const BEST_WIDTH = 17

function describeReport({ model, passed, selfTest, comparison, findings: given }, labels, { stdout, env }) {
  const paint = painter(stdout, env)
  const line = (name, text) => `${paint.dim(name.padEnd(LABEL_WIDTH))}${text}\n`
  const lines = [line('model', paint.bold(harmless(model))), describeSelfTest(selfTest, line)]
  if (comparison) lines.push(describeComparison(comparison, labels, line, paint))
  const findings = [...selfTest.findings, ...given, ...comparison?.findings ?? []]
  if (findings.length > 0) lines.push('\n', ...findings.map((finding) => describeFinding(finding, paint)))
  const verdict = passed ? paint.label('POS', 'passed') : paint.label('NEG', 'failed')
  return `${lines.join('')}\n${verdict}\n`
}

const BITS = { same: 'the same bits', other: 'OTHER BITS', unknown: 'bits of another arithmetic' }

const describeSelfTest = ({ texts, ids, scores, bits }, line) =>
  line('self-test', `ids right for ${ids.same} of ${texts} texts; scores differ by ${number(scores.maxDifference)} ` +
    `at most (${number(scores.tolerance)} allowed); ${BITS[bits]}`)

function describeComparison({ sameImage, ids, scores }, labels, line, paint) {
  const rows = [
    line('ids', `${ids.texts} texts, ${ids.tokens} ids, SHA-256 ${ids.model}`),
    ...ids.model === ids.reference ? [] : [line('', `the checkpoint's: ${ids.reference}`)],
    line('weights', `${sameImage ? 'byte for byte' : 'not byte for byte'} what the checkpoint converts to`),
  ]
  if (!scores) return rows.join('')
  const { thresholds, worst } = scores
  rows.push(
    line('same label', `${(100 * scores.labelAgreement).toFixed(2)} % of texts (at least ` +
      `${number(100 * thresholds.minAgreement)} %)`),
    line('scores', `differ by ${number(scores.maxScoreDifference)} at most (${number(thresholds.maxScoreDifference)} ` +
      `allowed), ${number(scores.meanScoreDifference)} on average (${number(thresholds.maxMeanDifference)})`),
    line('KL divergence', `${number(scores.klDivergence)} nats (${number(thresholds.maxKl)} allowed)`),
    `\n${paint.bold(`${fit('furthest apart', TEXT_WIDTH)}  differ  ${fit('32-bit floats', BEST_WIDTH)}  int8`)}\n`,
    ...worst.map(({ text, difference, reference, model }) => `${fit(text, TEXT_WIDTH)}  ${difference.toFixed(4)}  ` +
      `${bestOf(reference, labels, paint)}  ${bestOf(model, labels, paint)}\n`),
  )
  return rows.join('')
}

function bestOf(scores, labels, paint) {
  const best = scores.indexOf(Math.max(...scores))
  return `${paint.label(labels[best], fit(labels[best], BEST_WIDTH - 7))} ${scores[best].toFixed(4)}`
}

function describeFinding({ kind, severity, message }, paint) {
  const mark = severity === 'note' ? paint.dim(`note      ${kind}`) : paint.label('NEG', `mismatch  ${kind}`)
  return `${mark}: ${harmless(message)}.\n`
}

const number = (value) => String(Number(value.toPrecision(3)))
