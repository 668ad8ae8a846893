/**
 * index.js - a checkpoint of Hugging Face's becomes a model of this library, without Python.
 *
 *     const manifest = await convertCheckpoint({ checkpoint, output, name: 'my-model' })
 *
 * Tensors are read one after the other, packed by bertweet-convert.wasm, and written in the order of the image. The
 * fp32 reference path runs alongside on the bundled texts, so a layer's f32 weights are in memory once and only while
 * it is its turn. At the end the finished image is opened as users will open it, and compared with the reference.
 */

import { BertweetError, throwIfAborted } from '../errors.js'
import { ENCODINGS } from '../manifest.js'
import { TEXT_MODES } from '../text-modes.js'
import { MODES, Wasm } from '../../web/wasm.js'
import { ConvertWasm } from '../../web/wasm-convert.js'
import { compareScores, selfTest, splitRows } from './fidelity.js'
import { parseJson } from './files.js'
import { tokenizerImage } from './image.js'
import { DEPTH, ImageWriter } from './image-writer.js'
import { readLicense } from './license.js'
import { Network, compileConverter } from './network.js'
import { planClassifier } from './plan.js'
import { ShardWriter } from './shard-writer.js'
import { hashTensors } from './tensor-hashes.js'
import { CALIBRATION_TEXTS, FIDELITY_TEXTS } from './texts.js'
import { buildTokenizer } from './tokenizer.js'
import { Weights } from './weights.js'

/** How channels can be smoothed; src/quantize.h. */
export const SMOOTHING_METHODS = Object.freeze(['smoothquant', 'none'])
/** How int4 can be rounded; src/error_feedback.h. */
const ROUNDING_METHODS = Object.freeze(['error-feedback', 'nearest'])
const STRENGTH = 0.5
/** Of BertweetTokenizer, where tokenizer_config.json does not say otherwise. */
const MAX_TOKENS = 128

/**
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./shard-writer.js').Output} Output
 *
 * @typedef {object} ConvertOptions
 * @property {Checkpoint} checkpoint
 * @property {Output} output
 * @property {string} name                  of the model, for people
 * @property {string | null} [repository]   Hub id, if it came from there
 * @property {string | null} [revision]     commit, if it came from the Hub
 * @property {'none' | 'pysentimiento' | 'bertweet'} [preprocess]  default: defaultPreprocess
 * @property {'raw' | 'int4'} [wire]        how weights travel; int4: half the bytes, and rounded to what they can say;
 *   default: raw
 * @property {number} [temperature]         what logits are divided by to become scores, as fitted on held-out texts;
 *   over 0, default: 1. Of the manifest only: fidelity and self-test are measured at 1
 * @property {'smoothquant' | 'none'} [smoothing]  none: to see what smoothing is worth; default: smoothquant
 * @property {'error-feedback' | 'nearest'} [rounding]  of int4; nearest: to see what feedback is worth; default:
 *   error-feedback. It needs calibration, so without smoothing it is nearest, as it always is in 8 bits
 * @property {readonly string[]} [calibration]  texts that tell what the layers' inputs are like, at least one; more
 *   than some hundred take much memory; default: CALIBRATION_TEXTS. Fidelity is measured on FIDELITY_TEXTS
 * @property {string | URL} [wasmUrl]       of bertweet-convert.wasm
 * @property {(progress: {stage: 'weights' | 'check', loaded: number, total: number}) => void} [onProgress]
 *   weights: numbers packed, of all; check: texts classified by the finished model
 * @property {(report: import('./layer-report.js').LayerReport) => void} [onLayer]  is told what quantisation made of
 *   each linear layer, in the image's order
 * @property {AbortSignal} [signal]
 */

/**
 * Converts a checkpoint. The output is committed at the end; after any error it is discarded.
 *
 * @param {ConvertOptions} options
 * @returns {Promise<object>} the manifest
 * @throws {BertweetError} `model`: the checkpoint contradicts itself or holds what this library does not run;
 *   `input`: an option; `aborted`; whatever checkpoint or output throw
 */
export async function convertCheckpoint(options) {
  try {
    const manifest = await convert(options)
    await options.output.write('manifest.json', new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`))
    await options.output.commit()
    return manifest
  } catch (error) {
    await options.output.discard()
    throw error
  }
}

/**
 * @param {number} temperature
 * @throws {BertweetError} `input`
 */
export function checkTemperature(temperature) {
  const held = Math.fround(temperature)
  if (typeof temperature === 'number' && held > 0 && Number.isFinite(held)) return
  throw new BertweetError('input', `temperature must be a number over 0 that 32 bits can hold; found ${temperature}.`)
}

/**
 * The text mode that fits a checkpoint: a tokenizer that says it normalises ran normalizeTweet in training; of the
 * others nothing is said in the files, and pysentimiento's preprocessing is what these classifiers were trained with.
 *
 * @param {import('./tokenizer.js').Tokenizer} tokenizer
 */
export const defaultPreprocess = ({ normalization }) => normalization ? 'bertweet' : 'pysentimiento'

/** @param {ConvertOptions} options */
async function convert({ checkpoint, output, name, repository = null, revision = null, preprocess, wire = 'raw',
  temperature = 1, smoothing = 'smoothquant', rounding = 'error-feedback', calibration = CALIBRATION_TEXTS, wasmUrl,
  onProgress = () => {}, onLayer, signal }) {
  const { architecture } = checkpoint
  const tokenizer = buildTokenizer(checkpoint.tokenizerFiles)
  checkVocabulary(architecture, tokenizer)
  preprocess ??= defaultPreprocess(tokenizer)
  checkChoice('preprocess', preprocess, TEXT_MODES)
  checkChoice('wire', wire, ENCODINGS)
  checkChoice('smoothing', smoothing, SMOOTHING_METHODS)
  checkChoice('rounding', rounding, ROUNDING_METHODS)
  if (calibration.length === 0) throw new BertweetError('input', 'calibration needs at least one text.')
  checkTemperature(temperature)
  const int4 = wire === 'int4'
  const feedsBack = int4 && rounding === 'error-feedback' && smoothing !== 'none'
  const maxTokens = maxTokensOf(checkpoint)
  await checkpoint.check()
  const module = await compileConverter(wasmUrl)
  const idsOf = (texts) => tokenize(module, tokenizer, texts, preprocess, maxTokens)
  const calibrationIds = smoothing === 'none' ? [] : await idsOf(calibration)
  const ids = await idsOf(FIDELITY_TEXTS)

  const wasm = await ConvertWasm.create(module, architecture, { correlations: feedsBack })
  const sha256 = (bytes) => wasm.sha256(bytes)
  const weights = new Weights(checkpoint, wasm, countWeights(checkpoint, onProgress), signal)
  const network = new Network(architecture, weights, wasm)
  const image = planClassifier(architecture, tokenizer)
  const shardWriter = new ShardWriter(output, sha256, int4 ? wasm : null)
  const imageWriter = new ImageWriter({ architecture, image, network, weights, wasm, shardWriter, int4, onLayer })
  const referenceLogits = (await imageWriter.write(tokenizer, [...calibrationIds, ...ids], calibrationIds.length))
    .slice(calibrationIds.length * architecture.labels.length)
  const shards = await shardWriter.finish()

  const logits = await classify(module, image.imageBytes, shards, output, ids, (loaded) => {
    throwIfAborted(signal)
    onProgress({ stage: 'check', loaded, total: ids.length })
  })
  const multiLabel = architecture.problemType === 'multi_label_classification'
  const [reference, quantized] = [referenceLogits, logits]
    .map((values) => splitRows(wasm.scores(values, multiLabel), architecture.labels.length))
  const tokens = ids.reduce((sum, { length }) => sum + length, 0)

  return {
    format: 'bertweet-wasm',
    version: 1,
    name,
    source: {
      repository,
      revision,
      files: await checkpoint.sources(),
      tensors: await hashTensors(checkpoint, (data) => wasm.toFloats(data), signal),
    },
    license: readLicense(checkpoint, repository),
    config: describeConfig(architecture),
    labels: architecture.labels,
    problemType: architecture.problemType,
    thresholds: null,
    temperature,
    preprocess,
    maxTokens,
    quantization: { ...describeWeights(int4, feedsBack), activations: 'uint7', depth: DEPTH,
      smoothing: smoothing === 'none' ? null : { method: smoothing, strength: STRENGTH, texts: calibration.length } },
    fidelity: { texts: ids.length, tokens, ...compareScores(reference, quantized, multiLabel) },
    selfTest: selfTest({ texts: FIDELITY_TEXTS, ids, reference, quantized, logits }, sha256),
    image: { bytes: image.imageBytes, resident: image.residentBytes },
    bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0),
    shards,
  }
}

/* ----------------------------------------------------------------------------------------- before and after -- */

/** @param {string} option @param {string} value @param {readonly string[]} choices */
function checkChoice(option, value, choices) {
  if (choices.includes(value)) return
  throw new BertweetError('input', `${option} must be one of ${choices.join(', ')}; found ${value}.`)
}

/** Every id of the tokenizer needs an embedding. */
function checkVocabulary({ vocabSize }, tokenizer) {
  if (tokenizer.vocabSize <= vocabSize) return
  throw new BertweetError('model', `vocab.txt: expected at most ${vocabSize} tokens, "<mask>" included, after ` +
    `config.json's vocab_size; found ${tokenizer.vocabSize}. Tokenizer and weights do not belong together.`)
}

/** The longest row of ids: the tokenizer's, as far as there are positions. */
function maxTokensOf({ tokenizerFiles, architecture }) {
  const settings = tokenizerFiles['tokenizer_config.json']
  const { model_max_length: stated } = settings ? parseJson(settings, 'tokenizer_config.json') : {}
  const wanted = Number.isInteger(stated) && stated >= 2 ? stated : MAX_TOKENS
  return Math.min(wanted, architecture.numPositions - 2)
}

/** Ids of texts, by the tokenizer that goes into the image. */
async function tokenize(module, tokenizer, texts, preprocess, maxTokens) {
  const image = tokenizerImage(tokenizer)
  const wasm = await Wasm.create(module, image.length)
  wasm.writeImage(0, image)
  wasm.open(image.length)
  return texts.map((text) => wasm.tokenize(text, MODES[preprocess], maxTokens).ids)
}

/**
 * Logits of the finished image, opened as users will open it.
 *
 * @returns {Promise<Float32Array>} texts x labels
 */
async function classify(module, imageBytes, shards, output, ids, onDone) {
  const wasm = await Wasm.create(module, imageBytes)
  for (const shard of shards) wasm.writeShard(shard, await output.read(shard.file))
  wasm.open(imageBytes)
  const logits = []
  for (const row of ids) {
    wasm.begin(row, [row.length])
    for (let layer = 0; layer < wasm.info.numLayers; layer++) wasm.runLayer(layer)
    logits.push(...wasm.finish())
    onDone(logits.length / wasm.info.numLabels)
  }
  return new Float32Array(logits)
}

/** @param {boolean} int4 @param {boolean} feedsBack */
const describeWeights = (int4, feedsBack) => int4
  ? { weights: 'int4', group: 32, rounding: feedsBack ? 'error-feedback' : 'nearest' } : { weights: 'int8' }

/** The architecture by its Hugging Face names. @param {import('./architecture.js').Architecture} architecture */
const describeConfig = (architecture) => ({
  hidden_size: architecture.hiddenSize,
  num_hidden_layers: architecture.numLayers,
  num_attention_heads: architecture.numHeads,
  intermediate_size: architecture.intermediateSize,
  vocab_size: architecture.vocabSize,
  max_position_embeddings: architecture.numPositions,
  layer_norm_eps: architecture.layerNormEps,
})

/** A function to be told of numbers worked off, which reports the sum. */
function countWeights(checkpoint, onProgress) {
  const total = checkpoint.names().reduce((sum, tensor) => sum + product(checkpoint.shape(tensor)), 0)
  let loaded = 0
  return (numbers) => {
    loaded += numbers
    onProgress({ stage: 'weights', loaded, total })
  }
}

const product = (shape) => shape.reduce((size, length) => size * length, 1)
