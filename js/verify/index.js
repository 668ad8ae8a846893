/**
 * index.js - a model against the checkpoint it should come from: the same files, labels, text, weights, scores?
 *
 *     const report = await verifyModel({ classifier, manifest, image, checkpoint, texts: FIDELITY_TEXTS })
 *     for (const { kind, severity, message } of report.findings) ...
 */

import { BertweetError } from '../errors.js'
import { compareScores } from '../convert/fidelity.js'
import { convertCheckpoint } from '../convert/index.js'
import { compileConverter } from '../convert/network.js'
import { buildTokenizer } from '../convert/tokenizer.js'
import { ConvertWasm } from '../../web/wasm-convert.js'
import { explainIds } from './explain-ids.js'
import { isClean, mismatch, note } from './findings.js'
import { compareFingerprints } from './fingerprints.js'
import { openReference } from './reference.js'
import { compareWeights } from './weights.js'

/** Texts shown of those whose scores differ most. */
const WORST = 10
/** Texts classified at a time. */
const BATCH = 64

/**
 * Differences to the fp32 path up to which a model passes; of models that travel as int4 below.
 *
 * @typedef {{minAgreement: number, maxScoreDifference: number, maxMeanDifference: number, maxKl: number}} Thresholds
 */
export const THRESHOLDS = Object.freeze(
  { minAgreement: 0.98, maxScoreDifference: 0.15, maxMeanDifference: 0.015, maxKl: 0.005 })
export const INT4_THRESHOLDS = Object.freeze(
  { minAgreement: 0.95, maxScoreDifference: 0.3, maxMeanDifference: 0.04, maxKl: 0.02 })

/**
 * @typedef {object} VerifyOptions
 * @property {Awaited<ReturnType<typeof import('../classifier.js').createClassifier>>} classifier  of the model
 * @property {import('../manifest.js').Manifest} manifest
 * @property {Uint8Array} image
 * @property {import('../convert/checkpoint.js').Checkpoint} checkpoint
 * @property {string[]} texts
 * @property {'none' | 'pysentimiento' | 'bertweet'} [preprocess]  the text mode that is right; default: what fits the
 *   checkpoint
 * @property {Partial<Thresholds>} [thresholds]  default: thresholdsOf the manifest
 * @property {string | URL} [wasmUrl]  of bertweet-convert.wasm
 * @property {(progress: {stage: 'weights' | 'check' | 'reference' | 'model', loaded: number, total: number}) => void}
 *   [onProgress]
 * @property {AbortSignal} [signal]
 *
 * @typedef {object} Report
 * @property {boolean} passed  whether no finding is a mismatch
 * @property {import('./findings.js').Finding[]} findings
 * @property {boolean} sameImage  whether the checkpoint converts to the same bytes here
 * @property {{texts: number, tokens: number, model: string, reference: string}} ids
 *   model, reference: SHA-256 of all ids, i32 little-endian, one text after the other
 * @property {ScoreReport | null} scores  null where the two cannot be compared
 *
 * @typedef {ReturnType<typeof compareScores> & {thresholds: Thresholds, worst: Worst[]}} ScoreReport
 * @typedef {{text: string, difference: number, reference: number[], model: number[]}} Worst  scores by output index
 */

/** @param {import('../manifest.js').Manifest} manifest */
export const thresholdsOf = ({ shards }) => isRaw(shards) ? THRESHOLDS : INT4_THRESHOLDS

/** @param {VerifyOptions} options @returns {Promise<Report>} */
export async function verifyModel(options) {
  const { classifier, manifest, checkpoint, texts, preprocess, wasmUrl, onProgress = () => {}, signal } = options
  const { maxTokens } = manifest
  const { tokenizer, refusal } = readTokenizer(checkpoint.tokenizerFiles)
  const reference = await openReference(checkpoint, { tokenizer, preprocess, maxTokens, wasmUrl, signal })
  const findings = [...await compareFiles(manifest, checkpoint), ...compareConfig(manifest, checkpoint), ...refusal]
  const isSameShape = findings.every(({ kind }) => kind !== 'config')

  const ids = await compareIds(reference, classifier, manifest, texts)
  findings.push(...ids.findings)
  const { architecture } = checkpoint
  if (reference.vocabSize > architecture.vocabSize) {
    findings.push(mismatch('vocabulary', `vocab.txt has ${reference.vocabSize} tokens, the embedding of the ` +
      `checkpoint ${architecture.vocabSize} rows`))
  }
  let sameImage = false
  let scores = null
  if (isSameShape) {
    const weights = await compareAllWeights(options, reference)
    findings.push(...weights.findings)
    sameImage = weights.sameImage
    const isRunnable = ids.expected.every((row) => row.every((id) => id < architecture.vocabSize))
    const rows = { model: ids.found, reference: isRunnable ? ids.expected : ids.found }
    const tell = (stage) => (loaded) => onProgress({ stage, loaded, total: texts.length })
    const expected = await reference.scores(rows.reference, tell('reference'))
    const found = await modelScores(classifier, reference, rows.model, tell('model'), signal)
    const thresholds = { ...thresholdsOf(manifest), ...options.thresholds }
    scores = reportScores(texts, expected, found, reference.isMultiLabel, thresholds)
    findings.push(...judgeScores(scores))
  }
  return { passed: isClean(findings), findings, sameImage, ids: await describeIds(checkpoint, ids), scores }
}

/* --------------------------------------------------------------------------------------- files and settings -- */

/** Notes on files that are not those that were converted; what that did, the other comparisons tell. */
async function compareFiles({ source }, checkpoint) {
  if (!source?.files) return [note('files', 'The manifest does not say which files were converted')]
  const now = await checkpoint.sources()
  const names = [...new Set([...Object.keys(source.files), ...Object.keys(now)])].sort()
  return names.flatMap((name) => {
    if (!now[name]) return [note('files', `${name}: was converted, is not in this checkpoint`)]
    if (!source.files[name]) return [note('files', `${name}: was not there when the model was made`)]
    return now[name].sha256 === source.files[name].sha256 ? []
      : [note('files', `${name}: not the file that was converted (SHA-256 ${now[name].sha256.slice(0, 12)}..., then ` +
        `${source.files[name].sha256.slice(0, 12)}...)`)]
  })
}

/** Mismatches of kind config where weights and logits cannot be compared. */
function compareConfig({ config, labels, problemType }, { architecture }) {
  const sizes = [
    ['hidden_size', architecture.hiddenSize], ['num_hidden_layers', architecture.numLayers],
    ['num_attention_heads', architecture.numHeads], ['intermediate_size', architecture.intermediateSize],
    ['vocab_size', architecture.vocabSize], ['max_position_embeddings', architecture.numPositions],
    ['layer_norm_eps', architecture.layerNormEps]
  ]
  const findings = sizes.filter(([name, size]) => config[name] !== size)
    .map(([name, size]) => mismatch('config', `${name}: ${size} in the checkpoint, ${config[name]} in the model`))
  if (labels.length !== architecture.labels.length) {
    findings.push(mismatch('config', `labels: ${architecture.labels.length} in the checkpoint, ${labels.length} in ` +
      'the model'))
  } else if (labels.some((label, index) => label !== architecture.labels[index])) {
    findings.push(mismatch('labels', `${architecture.labels.join(', ')} in the checkpoint, ${labels.join(', ')} in ` +
      'the model'))
  }
  if (problemType !== architecture.problemType) {
    findings.push(mismatch('labels', `problem type: ${architecture.problemType} in the checkpoint, ${problemType} in ` +
      'the model'))
  }
  return findings
}

/* ------------------------------------------------------------------------------------------------------ text -- */

/** The checkpoint's tokenizer; where its files contradict each other, what vocab.txt and bpe.codes alone say. */
function readTokenizer(files) {
  try {
    return { tokenizer: buildTokenizer(files), refusal: [] }
  } catch (error) {
    if (error.code !== 'model') throw error
    const { 'vocab.txt': vocabulary, 'bpe.codes': codes } = files
    const tokenizer = buildTokenizer({ 'vocab.txt': vocabulary, 'bpe.codes': codes })
    return { tokenizer, refusal: [mismatch('vocabulary', error.message.replace(/\.$/, ''))] }
  }
}

async function compareIds(reference, classifier, { preprocess: mode }, texts) {
  const tokenize = async (text, preprocess) => (await classifier.tokenize(text, { preprocess })).ids
  const expected = texts.map((text) => reference.tokenize(text))
  const found = []
  for (const text of texts) found.push(await tokenize(text, mode))
  const findings = await explainIds({ texts, expected, found, mode, tokenize, reference: 'The checkpoint' })
  return { expected, found, findings }
}

async function describeIds(checkpoint, { expected, found }) {
  const hash = async (rows) => {
    const hasher = checkpoint.createHash()
    for (const row of rows) {
      const view = new DataView(new ArrayBuffer(4 * row.length))
      row.forEach((id, index) => view.setInt32(4 * index, id, true))
      hasher.update(new Uint8Array(view.buffer))
    }
    return hasher.digest()
  }
  const tokens = found.reduce((sum, { length }) => sum + length, 0)
  return { texts: found.length, tokens, model: await hash(found), reference: await hash(expected) }
}

/* --------------------------------------------------------------------------------------------------- weights -- */

async function compareAllWeights({ checkpoint, image, manifest, wasmUrl, onProgress, signal }, { toFloats }) {
  const { preprocess, shards, quantization } = manifest
  const settings = { preprocess, wire: isRaw(shards) ? 'raw' : 'int4',
    smoothing: quantization?.smoothing === null ? 'none' : 'smoothquant',
    rounding: quantization?.rounding ?? 'nearest' } // manifests said nothing of it while there was one way
  const rebuilt = await rebuild({ checkpoint, ...settings, wasmUrl, onProgress, signal })
  const { findings, distant } = await compareWeights({ checkpoint, toFloats, image, rebuilt })
  const sameImage = rebuilt !== null && findings.length === 0
  const fingerprints = manifest.source?.tensors
  const isClose = (name) => !distant.some((tensor) => name.startsWith(tensor))
  if (fingerprints) {
    findings.push(...await compareFingerprints({ checkpoint, toFloats, fingerprints, isClose, signal }))
  } else {
    findings.push(note('files', 'The manifest has no fingerprints of tensors: differences below int8\'s resolution ' +
      'cannot be seen. Convert the model again'))
  }
  return { findings, sameImage }
}

/** What the checkpoint converts to; null if it cannot be converted. */
async function rebuild(options) {
  const files = new Map()
  const output = {
    write: async (name, bytes) => { files.set(name, bytes.slice()) },
    read: async (name) => files.get(name),
    commit: async () => {},
    discard: async () => {}
  }
  try {
    const manifest = await convertCheckpoint({ ...options, output, name: 'rebuilt' })
    return await assembleImage(manifest, (file) => files.get(file), options.wasmUrl)
  } catch (error) {
    if (error instanceof BertweetError && error.code === 'model') return null
    throw error
  }
}

/**
 * An image of its shards, those that travel as int4 expanded.
 *
 * @param {import('../manifest.js').Manifest} manifest
 * @param {(file: string) => Uint8Array} bytesOf  what travelled
 * @param {string | URL} [wasmUrl]  of bertweet-convert.wasm
 * @returns {Promise<Uint8Array>}
 */
export async function assembleImage({ image: { bytes: nbytes }, shards, config, labels }, bytesOf, wasmUrl) {
  const image = new Uint8Array(nbytes)
  const wasm = isRaw(shards) ? null : await ConvertWasm.create(await compileConverter(wasmUrl), {
    hiddenSize: config.hidden_size, numHeads: config.num_attention_heads, intermediateSize: config.intermediate_size,
    layerNormEps: config.layer_norm_eps, labels
  })
  for (const { file, offset, size, encoding } of shards) {
    image.set(encoding === 'raw' ? bytesOf(file) : wasm.expandRuns(bytesOf(file), size), offset)
  }
  return image
}

/** @param {import('../manifest.js').Shard[]} shards */
const isRaw = (shards) => shards.every(({ encoding }) => encoding === 'raw')

/* ---------------------------------------------------------------------------------------------------- scores -- */

/** Scores of the int8 model, at temperature 1. */
async function modelScores(classifier, reference, rows, onProgress, signal) {
  const scores = []
  for (let at = 0; at < rows.length; at += BATCH) {
    scores.push(...reference.toScores(await classifier.logits(rows.slice(at, at + BATCH), { signal })))
    onProgress(scores.length)
  }
  return scores
}

/** @returns {ScoreReport} */
function reportScores(texts, expected, found, isMultiLabel, thresholds) {
  const worst = texts.map((text, index) => ({ text, reference: expected[index], model: found[index],
    difference: Math.max(...expected[index].map((score, label) => Math.abs(score - found[index][label]))) }))
  worst.sort((a, b) => b.difference - a.difference)
  return { ...compareScores(expected, found, isMultiLabel), thresholds, worst: worst.slice(0, WORST) }
}

/** @param {ScoreReport} report */
function judgeScores({ thresholds, labelAgreement, maxScoreDifference, meanScoreDifference, klDivergence }) {
  const findings = []
  const over = (what, value, limit) => {
    if (!(value <= limit)) findings.push(mismatch('scores', `${what} is ${value}, allowed are ${limit}`))
  }
  if (!(labelAgreement >= thresholds.minAgreement)) {
    findings.push(mismatch('scores', `label agreement is ${labelAgreement}, wanted are ${thresholds.minAgreement}`))
  }
  over('the largest score difference', maxScoreDifference, thresholds.maxScoreDifference)
  over('the mean score difference', meanScoreDifference, thresholds.maxMeanDifference)
  over('the KL divergence', klDivergence, thresholds.maxKl)
  return findings
}
