/**
 * image.js - the numbers in an image (models/MODEL.md, section 4), for comparisons. The image is one that the C library
 * has opened, so it is not checked again.
 */

import { align } from '../convert/image.js'

const HEADER_NBYTES = 128
const ENTRY_NBYTES = 80
const NAME_NBYTES = 48
const TYPES = [undefined, 'u32', 'f32', 'rows', 'linear']

/**
 * A tensor of an image; bytes: its own, in place.
 *
 * @typedef {{name: string, type: 'u32' | 'f32' | 'rows' | 'linear', rows: number, columns: number, sources: number,
 *   bytes: Uint8Array}} ImageTensor
 */

/**
 * @param {Uint8Array} image  at a multiple of 4 in its buffer
 * @returns {Map<string, ImageTensor>}  by name, in the image's order
 */
export function readTensors(image) {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  const numTensors = view.getUint32(20, true)
  return new Map(Array.from({ length: numTensors }, (_, index) => {
    const entry = HEADER_NBYTES + ENTRY_NBYTES * index
    const name = new TextDecoder().decode(image.subarray(entry, entry + NAME_NBYTES)).replace(/\0+$/, '')
    const [type, rows, columns, sources] = [48, 52, 56, 60].map((at) => view.getUint32(entry + at, true))
    const [offset, nbytes] = [64, 72].map((at) => Number(view.getBigUint64(entry + at, true)))
    return [name, { name, type: TYPES[type], rows, columns, sources, bytes: image.subarray(offset, offset + nbytes) }]
  }))
}

/**
 * What reads the rows of a tensor as floats: rows of an embedding or of f32 numbers; of a linear layer the weights of
 * an output over its input channels, as torch.nn.Linear has them (smoothing and splitting undone).
 *
 * @param {ImageTensor} tensor  not of type u32
 * @returns {(row: number) => Float32Array}  the row's numbers, in an array of its own
 */
export function rowReader(tensor) {
  const { type, rows, columns } = tensor
  if (type === 'f32') {
    const values = part(tensor, Float32Array, 0, rows * columns)
    return (row) => values.slice(row * columns, (row + 1) * columns)
  }
  if (type === 'rows') {
    const scales = part(tensor, Float32Array, 0, rows)
    const q = part(tensor, Int8Array, align(4 * rows), rows * columns)
    return (row) => Float32Array.from(q.subarray(row * columns, (row + 1) * columns), (value) => scales[row] * value)
  }
  return linearReader(tensor)
}

/** @param {ImageTensor} tensor  linear @returns {Float32Array} of each output */
export const biasOf = (tensor) => part(tensor, Float32Array, linearParts(tensor).bias, tensor.rows)

/**
 * How a linear layer was packed.
 *
 * @param {ImageTensor} tensor  linear
 * @returns {{factors: Float64Array, depths: Uint8Array}}  factors: what each input channel is multiplied with, over all
 *   columns that it is split into; depths: of each panel
 */
export function packingOf(tensor) {
  const { columns, rows, sources } = tensor
  const at = linearParts(tensor)
  const source = part(tensor, Uint16Array, at.source, columns)
  const factors = new Float64Array(sources)
  part(tensor, Float32Array, at.factor, columns).forEach((factor, k) => { factors[source[k]] += factor })
  return { factors, depths: part(tensor, Uint8Array, at.depth, rows / 8) }
}

function linearReader(tensor) {
  const { columns, rows, sources } = tensor
  const at = linearParts(tensor)
  const factor = part(tensor, Float32Array, at.factor, columns)
  const source = part(tensor, Uint16Array, at.source, columns)
  const scale = part(tensor, Float32Array, at.scale, rows)
  const q = part(tensor, Int8Array, at.weights, rows * columns)
  return (row) => {
    const values = new Float32Array(sources)
    const begin = 8 * columns * (row >> 3) + 4 * (row & 7)
    for (let k = 0; k < columns; k++) {
      values[source[k]] += scale[row] * q[begin + 32 * (k >> 2) + (k & 3)] * factor[k]
    }
    return values
  }
}

/** Where the parts of a linear layer begin. */
function linearParts({ rows, columns }) {
  const factor = 0
  const source = factor + align(4 * columns)
  const depth = source + align(2 * columns)
  const scale = depth + align(rows / 8)
  const colsum = scale + align(4 * rows)
  const bias = colsum + align(4 * rows)
  return { factor, source, depth, scale, colsum, bias, weights: bias + align(4 * rows) }
}

const part = ({ bytes }, Type, offset, length) => new Type(bytes.buffer, bytes.byteOffset + offset, length)
