/**
 * make-checkpoint.js - small checkpoints in memory, for tests of what reads them.
 */
import { createHash } from 'node:crypto'

import { expectedTensors, readArchitecture } from '../../js/convert/architecture.js'
import { torchZip } from './write-torch-zip.js'

export const CONFIG = Object.freeze({
  architectures: ['RobertaForSequenceClassification'], model_type: 'roberta', hidden_act: 'gelu', hidden_size: 16,
  num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 32, vocab_size: 12, max_position_embeddings: 10,
  type_vocab_size: 1, layer_norm_eps: 1e-5, pad_token_id: 1, id2label: { 0: 'NEG', 1: 'NEU', 2: 'POS' },
  problem_type: 'single_label_classification',
})

const VOCAB = 'a 9\nb@@ 8\nab 7\nc 6\nd 5\ne 4\nf 3\n'
const CODES = 'a b</w> 9\nb a</w> 8\n'

const encode = (text) => new TextEncoder().encode(text)
const ITEM_NBYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8 }

/**
 * The tensors config.json asks for, as transformers names them, with numbers that say where they stand.
 *
 * @param {Record<string, unknown>} [config]
 * @param {string} [dtype]
 * @returns {import('./write-torch-zip.js').SourceTensor[]}
 */
export const makeTensors = (config = CONFIG, dtype = 'F32') =>
  [...expectedTensors(readArchitecture(config))].map(([name, shape], index) =>
    makeTensor(name.startsWith('classifier.') ? name : `roberta.${name}`, dtype, shape, index))

/** A tensor whose bytes count up from a start of its own. */
export function makeTensor(name, dtype, shape, start = 0) {
  const bytes = new Uint8Array(ITEM_NBYTES[dtype] * shape.reduce((product, size) => product * size, 1))
  bytes.forEach((_, index) => { bytes[index] = (start * 17 + index) % 251 })
  return { name, dtype, shape, bytes, blocks: () => [bytes] }
}

/** A whole .safetensors file. change may alter the header before it is written. */
export function safetensorsFile(tensors, change = (header) => header) {
  let offset = 0
  const header = { __metadata__: { format: 'pt' } }
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset += bytes.length] }
  }
  const json = encode(JSON.stringify(change(header)))
  const length = new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer)
  return concat([length, json, ...tensors.map(({ bytes }) => bytes)])
}

/** A whole pytorch_model.bin. */
export async function torchFile(tensors, options) {
  const pieces = []
  for await (const piece of torchZip(tensors, options)) pieces.push(piece)
  return concat(pieces)
}

export function concat(pieces) {
  const bytes = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0))
  let position = 0
  for (const piece of pieces) {
    bytes.set(piece, position)
    position += piece.length
  }
  return bytes
}

/**
 * The files of a checkpoint: contents by name, strings as UTF-8; null takes one away.
 *
 * @param {Record<string, string | Uint8Array | null>} [changes]
 */
export function checkpointFiles(changes = {}) {
  const contents = { 'config.json': JSON.stringify(CONFIG), 'vocab.txt': VOCAB, 'bpe.codes': CODES,
    'model.safetensors': safetensorsFile(makeTensors()), ...changes }
  return memoryFiles(Object.fromEntries(Object.entries(contents).filter(([, content]) => content !== null)))
}

/**
 * Files in memory, with a count of the bytes read.
 *
 * @param {Record<string, string | Uint8Array>} contents
 * @returns {import('../../js/convert/files.js').Files & {bytesRead: () => number}}
 */
export function memoryFiles(contents) {
  let bytesRead = 0
  const bytesOf = (name) => typeof contents[name] === 'string' ? encode(contents[name]) : contents[name]
  return {
    list: () => Object.keys(contents),
    size: (name) => bytesOf(name).length,
    async read(name, start, end) {
      const bytes = bytesOf(name)
      if (!(start >= 0 && start <= end && end <= bytes.length)) throw new RangeError(`${name}: ${start} to ${end}`)
      bytesRead += end - start
      return bytes.slice(start, end)
    },
    createHash() {
      const hash = createHash('sha256')
      return { update: (bytes) => { hash.update(bytes) }, digest: () => hash.digest('hex') }
    },
    bytesRead: () => bytesRead,
  }
}
