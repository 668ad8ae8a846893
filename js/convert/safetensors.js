/**
 * safetensors.js - the directory of a .safetensors file.
 *
 *     0   8   length of the header, u64 little-endian
 *     8   n   JSON: name -> {dtype, shape, data_offsets: [begin, end]}, and "__metadata__", which is ignored
 *     8+n     the tensors, row by row, one after the other without gaps
 */

import { BertweetError, show } from '../errors.js'
import { describeForeign, parseJson } from './files.js'

/** Headers of classifiers have some 30 kilobytes. */
const MAX_HEADER_NBYTES = 1 << 24

/** Bytes an element takes, by the format's names. */
const ITEM_NBYTES = Object.freeze({ F64: 8, I64: 8, U64: 8, F32: 4, I32: 4, U32: 4, F16: 2, BF16: 2, I16: 2, U16: 2,
  I8: 1, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1 })

/**
 * Where a tensor's numbers stand: rows of consecutive elements, in C order.
 *
 * @typedef {object} TensorEntry
 * @property {string} file    name of the file
 * @property {string} dtype   as safetensors names it: F32, F16, BF16, ...
 * @property {number[]} shape
 * @property {number} begin   offset in the file, in bytes
 * @property {number} nbytes
 */

/**
 * @param {import('./files.js').Files} files
 * @param {string} file
 * @returns {Promise<Map<string, TensorEntry>>}
 * @throws {BertweetError} `model`: truncated, another kind of file, or a header that contradicts itself
 */
export async function readSafetensors(files, file) {
  const size = await files.size(file)
  const headerNbytes = await readHeaderLength(files, file, size)
  const header = parseJson(await files.read(file, 8, 8 + headerNbytes), `${file} (its header)`)
  const data = { file, start: 8 + headerNbytes, nbytes: size - 8 - headerNbytes }

  const entries = new Map()
  for (const [name, tensor] of Object.entries(header)) {
    if (name !== '__metadata__') entries.set(name, readEntry(name, tensor, data))
  }
  checkLayout(entries, data)
  return entries
}

async function readHeaderLength(files, file, size) {
  const head = await files.read(file, 0, Math.min(size, 256))
  const foreign = describeForeign(head)
  if (foreign) throw new BertweetError('model', `${file}: expected weights, found ${foreign}.`)
  const length = size < 8 ? 0n : new DataView(head.buffer).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER_NBYTES)) {
    throw new BertweetError('model', `${file}: its header would have ${length} bytes, expected at most ` +
      `${MAX_HEADER_NBYTES}. This is no safetensors file, or a damaged one: download it again.`)
  }
  if (length < 2n || 8n + length > BigInt(size)) {
    throw new BertweetError('model', `${file}: a header of ${length} bytes in a file of ${size} bytes. ` +
      'The file is truncated: download it again.')
  }
  return Number(length)
}

/** @returns {TensorEntry} */
function readEntry(name, tensor, { file, start, nbytes }) {
  const { dtype, shape, data_offsets: offsets } = tensor ?? {}
  const refuse = (message) => { throw new BertweetError('model', `${file}: tensor ${show(name)}: ${message}.`) }

  if (typeof dtype !== 'string' || !Object.hasOwn(ITEM_NBYTES, dtype)) refuse(`unknown dtype ${show(dtype)}`)
  if (!isSizes(shape) || shape.length > 8) refuse('shape must be a list of at most 8 non-negative integers')
  if (!isSizes(offsets) || offsets.length !== 2) refuse('data_offsets must be two non-negative integers')
  const [begin, end] = offsets
  if (begin > end || end > nbytes) {
    refuse(`data_offsets ${begin} to ${end} in ${nbytes} bytes of data; the file is damaged: download it again`)
  }
  const expected = ITEM_NBYTES[dtype] * shape.reduce((product, size) => product * size, 1)
  if (expected !== end - begin) {
    refuse(`${dtype} of shape [${shape}] takes ${expected} bytes, but data_offsets hold ${end - begin}`)
  }
  return { file, dtype, shape, begin: start + begin, nbytes: end - begin }
}

/** Tensors follow each other without gap or overlap, from the first byte of the data to the last. */
function checkLayout(entries, { file, start, nbytes }) {
  let position = start
  const sorted = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.nbytes - b.nbytes)
  for (const [name, { begin, nbytes: tensorNbytes }] of sorted) {
    if (begin !== position) {
      throw new BertweetError('model', `${file}: tensor ${show(name)} begins at byte ${begin}, expected ${position}: ` +
        `tensors ${begin < position ? 'overlap' : 'leave a gap'}, so the file is damaged. Download it again.`)
    }
    position += tensorNbytes
  }
  if (position !== start + nbytes) {
    throw new BertweetError('model', `${file} has ${start + nbytes} bytes, but its tensors end at ${position}. ` +
      'Download it again.')
  }
}

const isSizes = (value) => Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
