/**
 * checkpoint.js - a classifier as Hugging Face's tools store it: config.json, weights, tokenizer files.
 *
 *     const checkpoint = await openCheckpoint(files)          // reads texts and directories, no weights
 *     const { bytes } = await checkpoint.read('embeddings.word_embeddings.weight', { firstRow: 0, endRow: 1000 })
 */

import { BertweetError, brief, show } from '../errors.js'
import { expectedTensors, readArchitecture } from './architecture.js'
import { describeForeign, hashFile, readJson, readWhole } from './files.js'
import { readSafetensors } from './safetensors.js'
import { checkRecords, readTorchZip } from './torch-zip.js'

/** Files a tokenizer is made of: required, and those that have defaults. */
const TOKENIZER_FILES = ['vocab.txt', 'bpe.codes']
const OPTIONAL_TOKENIZER_FILES = ['added_tokens.json', 'tokenizer_config.json', 'special_tokens_map.json']

/** Where weights may be, the preferred form first. An index names the shards that hold them. */
const WEIGHT_FILES = [
  { file: 'model.safetensors', read: readSafetensors },
  { file: 'model.safetensors.index.json', read: readSafetensors, isIndex: true },
  { file: 'pytorch_model.bin', read: readTorchZip },
  { file: 'pytorch_model.bin.index.json', read: readTorchZip, isIndex: true },
]

/** Types of numbers the converter takes. */
const DTYPES = ['F32', 'F16', 'BF16']

/** Tensors that checkpoints hold and a classifier does not use: constant buffers, heads of the pre-training, losses. */
const IGNORED = /^(embeddings\.(position_ids|token_type_ids)|(pooler|lm_head|loss_fct|loss_fn)\..*)$/

/**
 * A checkpoint whose config, tensor names, shapes and types fit each other. Names are transformers' without a leading
 * "roberta.": embeddings.word_embeddings.weight, encoder.layer.0.output.dense.bias, classifier.dense.weight.
 *
 * @typedef {object} Checkpoint
 * @property {Record<string, unknown>} config  config.json
 * @property {import('./architecture.js').Architecture} architecture  what it means, checked
 * @property {Record<string, Uint8Array>} tokenizerFiles  contents by name: vocab.txt, bpe.codes, and where they are
 *   there added_tokens.json, tokenizer_config.json, special_tokens_map.json
 * @property {string | null} readme   README.md
 * @property {string | null} license  LICENSE
 * @property {() => string[]} names  of the tensors the architecture demands; all are there
 * @property {(name: string) => number[]} shape  of a tensor
 * @property {(name: string, rows?: {firstRow?: number, endRow?: number}) => Promise<TensorData>} read
 *   rows firstRow .. endRow - 1 of a tensor, in the first dimension; all of them by default
 * @property {() => Promise<Record<string, {bytes: number, sha256: string}>>} sources
 *   size and SHA-256 of each file used, streamed; names ascending
 * @property {() => Promise<void>} check  reads weights whose file has checksums of them, and compares
 * @property {() => import('./files.js').Hasher} createHash  SHA-256
 *
 * What was read, little-endian, in C order; bytes.buffer holds nothing else and may be transferred.
 * @typedef {{dtype: 'F32' | 'F16' | 'BF16', shape: number[], bytes: Uint8Array}} TensorData
 */

/**
 * @param {import('./files.js').Files} files
 * @returns {Promise<Checkpoint>}
 * @throws {BertweetError} `model`: a file is missing, damaged or of another kind, or the tensors are not those that
 *   config.json describes
 */
export async function openCheckpoint(files) {
  const present = new Set(await files.list())
  if (!present.has('config.json')) throw missing('config.json', present)
  const config = await readJson(files, 'config.json')
  const architecture = readArchitecture(config)
  const tokenizerFiles = await readTokenizerFiles(files)
  const weights = await readWeights(files, present)
  const tensors = selectTensors(weights.entries, expectedTensors(architecture))

  const used = ['config.json', ...Object.keys(tokenizerFiles), ...weights.used]
  const text = async (name) => present.has(name) ? new TextDecoder().decode(await readWhole(files, name)) : null
  const readme = await text('README.md')
  const license = await text('LICENSE')
  if (readme !== null) used.push('README.md')
  if (license !== null) used.push('LICENSE')

  const tensor = (name) => {
    const entry = tensors.get(name)
    if (!entry) throw new RangeError(`No tensor "${name}" in this architecture`)
    return entry
  }
  return {
    config,
    architecture,
    tokenizerFiles,
    readme,
    license,
    names: () => [...tensors.keys()],
    shape: (name) => tensor(name).shape,
    read: (name, rows) => readRows(files, tensor(name), rows),
    sources: async () => {
      const sources = {}
      for (const name of used.sort()) sources[name] = await hashFile(files, name)
      return sources
    },
    check: async () => {
      for (const name of weights.used) if (name.endsWith('.bin')) await checkRecords(files, name)
    },
    createHash: () => files.createHash(),
  }
}

/**
 * The files of a tokenizer alone: all that text to ids takes.
 *
 * @param {import('./files.js').Files} files
 * @returns {Promise<Record<string, Uint8Array>>}  contents by name
 * @throws {BertweetError} `model`: one is missing, or a web page
 */
export async function readTokenizerFiles(files) {
  const present = new Set(await files.list())
  const contents = {}
  for (const name of [...TOKENIZER_FILES, ...OPTIONAL_TOKENIZER_FILES]) {
    if (present.has(name)) {
      contents[name] = await readWhole(files, name)
      const foreign = describeForeign(contents[name])
      if (foreign) throw new BertweetError('model', `${name}: expected a tokenizer's file, found ${foreign}.`)
    } else if (TOKENIZER_FILES.includes(name)) {
      throw missing(name, present)
    }
  }
  return contents
}

/** @returns {Promise<{entries: Map<string, TensorEntry>, used: string[]}>}  tensors by name; the files they are in */
async function readWeights(files, present) {
  const found = WEIGHT_FILES.find(({ file }) => present.has(file))
  if (!found) throw missing('model.safetensors or pytorch_model.bin', present)
  const { file, read, isIndex } = found
  if (!isIndex) return { entries: await read(files, file), used: [file] }

  const shardOf = readWeightMap(await readJson(files, file), file)
  const shards = [...new Set(shardOf.values())].sort()
  const contents = new Map()
  for (const shard of shards) {
    if (!present.has(shard)) throw missing(`${brief(shard)} (named in ${file})`, present)
    contents.set(shard, await read(files, shard))
  }
  const entries = new Map()
  for (const [name, shard] of shardOf) {
    const entry = contents.get(shard).get(name)
    if (!entry) {
      throw new BertweetError('model', `${file}: tensor ${show(name)} should be in ${shard}, but is not there.`)
    }
    entries.set(name, entry)
  }
  return { entries, used: [file, ...shards] }
}

/** @returns {Map<string, string>}  shard by tensor */
function readWeightMap({ weight_map: map }, file) {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new BertweetError('model', `${file}: expected an object "weight_map".`)
  }
  for (const shard of Object.values(map)) {
    if (typeof shard !== 'string' || /[/\\]|^\.*$/.test(shard)) {
      throw new BertweetError('model', `${file}: expected names of files beside it, found ${show(shard)}.`)
    }
  }
  return new Map(Object.entries(map))
}

/**
 * Of the tensors found, those expected, under their names without prefix.
 *
 * @param {Map<string, TensorEntry>} found @param {Map<string, number[]>} expected
 */
function selectTensors(found, expected) {
  const byName = new Map()
  for (const [storedName, entry] of found) {
    const name = canonicalName(storedName)
    if (byName.has(name)) throw new BertweetError('model', `${entry.file}: tensor ${show(name)} has two names there.`)
    byName.set(name, entry)
  }

  const absent = [...expected.keys()].filter((name) => !byName.has(name))
  const unknown = [...byName.keys()].filter((name) => !expected.has(name) && !IGNORED.test(name))
  if (absent.length > 0 || unknown.length > 0) throw namesDiffer(absent, unknown, byName)

  return new Map([...expected].map(([name, shape]) => [name, checkTensor(name, byName.get(name), shape)]))
}

/** transformers' name of today for a stored tensor: without prefix, and as LayerNorm's parts are called since 2019. */
const canonicalName = (name) => name.replace(/^roberta\./, '')
  .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias')

function checkTensor(name, entry, shape) {
  const refuse = (message) => { throw new BertweetError('model', `Tensor "${name}" in ${entry.file}: ${message}`) }
  if (entry.shape.join() !== shape.join()) {
    refuse(`expected shape [${shape}] after config.json, found [${entry.shape}]. They do not belong together.`)
  }
  if (!DTYPES.includes(entry.dtype)) {
    refuse(`expected numbers of type F32, F16 or BF16, found ${entry.dtype}. Save the model with torch_dtype=float32.`)
  }
  return entry
}

function namesDiffer(absent, unknown, byName) {
  const parts = ['The tensors are not those of RobertaForSequenceClassification as config.json describes it.']
  if (absent.length > 0) parts.push(`Expected, but missing: ${abridge(absent)}.`)
  if (unknown.length > 0) parts.push(`Found, but not expected: ${abridge(unknown)}.`)
  parts.push(`${byName.size} tensors were found in all.`)
  if (absent.some((name) => name.startsWith('classifier.')) && byName.has('lm_head.dense.weight')) {
    parts.push('This is the pre-trained language model: convert a classifier that was fine-tuned from it.')
  } else if (unknown.some((name) => /lora_|adapter/.test(name))) {
    parts.push('These are adapters: merge them into the model (merge_and_unload) and save it again.')
  }
  return new BertweetError('model', parts.join(' '))
}

/** @param {Set<string>} present  the files that are there */
function missing(name, present) {
  const has = (file) => present.has(file)
  let hint = ''
  if (name === 'vocab.txt' || name === 'bpe.codes') {
    if (has('vocab.json') || has('merges.txt') || has('tokenizer.json')) {
      hint = ' This checkpoint uses another tokenizer than BertweetTokenizer, which this library does not run.'
    }
  } else if (has('tf_model.h5') || has('flax_model.msgpack')) {
    hint = ' Load the model with from_tf=True or from_flax=True and save it from PyTorch.'
  } else if (has('adapter_config.json')) {
    hint = ' This is an adapter: merge it into its base model (merge_and_unload) and save that.'
  }
  return new BertweetError('model', `Missing file: ${name}. Found: ${abridge([...present].sort())}.${hint}`)
}

/** A list that may be long, as part of a sentence. */
const abridge = (names) => names.length === 0 ? 'nothing'
  : names.slice(0, 12).map(brief).join(', ') + (names.length > 12 ? ` and ${names.length - 12} more` : '')

/** @returns {Promise<TensorData>} */
async function readRows(files, { file, dtype, shape, begin, nbytes }, { firstRow = 0, endRow = shape[0] } = {}) {
  if (!(firstRow >= 0 && firstRow <= endRow && endRow <= shape[0])) {
    throw new RangeError(`Rows ${firstRow} to ${endRow} of a tensor of ${shape[0]}`)
  }
  const rowNbytes = nbytes / shape[0]
  const bytes = await files.read(file, begin + firstRow * rowNbytes, begin + endRow * rowNbytes)
  return { dtype, shape: [endRow - firstRow, ...shape.slice(1)], bytes }
}
