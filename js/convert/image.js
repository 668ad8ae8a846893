/**
 * image.js - lays out the binary image that the C library maps (models/MODEL.md, section 4).
 *
 * An image is planned first, from names and shapes alone, and written after, tensor by tensor in its table's order:
 *
 *     const plan = planImage({ kind: KIND.classifier, tensors, ...sizes })
 *     write(plan.head)                                    // header and table, padded to the first tensor
 *     for (const tensor of plan.tensors) write(bytes of tensor, then tensor.padding zeros)
 */

/** Every tensor begins at a multiple of this. */
const ALIGNMENT = 64
const HEADER_NBYTES = 128
const ENTRY_NBYTES = 80
const NAME_NBYTES = 48
const VERSION = 2

/** What an image holds. */
export const KIND = Object.freeze({ classifier: 1, tokenizer: 2 })

const TYPE_NUMBERS = Object.freeze({ u32: 1, f32: 2, rows: 3, linear: 4 })

/**
 * A tensor of the image. `sources`: number of input channels of a linear layer, equal to columns unless channels are
 * split.
 *
 * @typedef {{name: string, type: 'u32' | 'f32' | 'rows' | 'linear', rows: number, columns: number, sources?: number}}
 *   TensorShape
 *
 * @typedef {TensorShape & {offset: number, nbytes: number, padding: number}} PlannedTensor
 *   padding: zero bytes between it and the next tensor or the end of the image
 *
 * @typedef {{head: Uint8Array, tensors: PlannedTensor[], imageBytes: number, residentBytes: number}} ImagePlan
 *
 * The sizes of the header, by their names in config.json. All but vocabSize and maskId are 0 in a tokenizer image.
 * @typedef {{hiddenSize?: number, numLayers?: number, numHeads?: number, intermediateSize?: number,
 *   numPositions?: number, numLabels?: number, layerNormEps?: number, wordSplit?: number, vocabSize: number,
 *   maskId: number}} ImageSizes
 */

/** @param {number} nbytes */
export const align = (nbytes) => Math.ceil(nbytes / ALIGNMENT) * ALIGNMENT

/**
 * Bytes that a tensor of this type and shape takes, padding after its last byte not included.
 *
 * @param {TensorShape} shape
 */
export function tensorBytes({ type, rows, columns }) {
  switch (type) {
    case 'rows':
      return align(4 * rows) + rows * columns
    case 'linear':
      return align(4 * columns) + align(2 * columns) + align(rows / 8) + 3 * align(4 * rows) + rows * columns
    default:
      return 4 * rows * columns
  }
}

/**
 * Assigns offsets and writes header and tensor table.
 *
 * @param {ImageSizes & {kind: number, tensors: TensorShape[], tail?: string}} image
 *   tail: name of the last tensor where it is not part of what must have arrived before the model can run
 * @returns {ImagePlan}
 */
export function planImage({ kind, tensors, tail, ...sizes }) {
  const headBytes = align(HEADER_NBYTES + ENTRY_NBYTES * tensors.length)
  let offset = headBytes
  const planned = tensors.map((tensor) => {
    const nbytes = tensorBytes(tensor)
    const placed = { ...tensor, offset, nbytes, padding: align(nbytes) - nbytes }
    offset += align(nbytes)
    return placed
  })
  const imageBytes = offset
  const residentBytes = planned.find(({ name }) => name === tail)?.offset ?? imageBytes

  const head = new Uint8Array(headBytes)
  writeHeader(new DataView(head.buffer), { kind, numTensors: tensors.length, imageBytes, residentBytes, ...sizes })
  planned.forEach((tensor, index) => writeEntry(head.subarray(HEADER_NBYTES + ENTRY_NBYTES * index), tensor))
  return { head, tensors: planned, imageBytes, residentBytes }
}

/**
 * A whole tokenizer image (kind 2): enough for bt_tokenize, without weights.
 *
 * @param {{vocabSize: number, maskId: number, tensors: (TensorShape & {data: Uint32Array})[]}} tokenizer
 *   the tensors `tokenizer.*` in the order of MODEL.md
 */
export function tokenizerImage({ vocabSize, maskId, tensors }) {
  const plan = planImage({ kind: KIND.tokenizer, vocabSize, maskId, tensors })
  const image = new Uint8Array(plan.imageBytes)
  image.set(plan.head)
  plan.tensors.forEach(({ offset }, index) => image.set(bytesOf(tensors[index].data), offset))
  return image
}

/** @param {ArrayBufferView} view */
export const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

/** @param {DataView} view @param {Record<string, number>} header */
function writeHeader(view, header) {
  'bertweet'.split('').forEach((letter, index) => view.setUint8(index, letter.charCodeAt(0)))
  view.setUint32(8, VERSION, true)
  view.setUint32(12, header.kind, true)
  view.setUint32(20, header.numTensors, true)
  view.setBigUint64(24, BigInt(header.imageBytes), true)
  view.setBigUint64(32, BigInt(header.residentBytes), true)
  const sizes = ['hiddenSize', 'numLayers', 'numHeads', 'intermediateSize', 'numPositions', 'numLabels']
  sizes.forEach((size, index) => view.setUint32(40 + 4 * index, header[size] ?? 0, true))
  view.setFloat32(64, header.layerNormEps ?? 0, true)
  view.setUint32(68, header.wordSplit ?? 0, true)
  view.setUint32(72, header.vocabSize, true)
  view.setUint32(76, header.maskId, true)
}

/** @param {Uint8Array} entry  from the entry's first byte on @param {PlannedTensor} tensor */
function writeEntry(entry, { name, type, rows, columns, sources, offset, nbytes }) {
  const encoded = new TextEncoder().encode(name)
  if (encoded.length >= NAME_NBYTES) throw new RangeError(`Tensor name over ${NAME_NBYTES - 1} bytes: ${name}`)
  entry.set(encoded)
  const view = new DataView(entry.buffer, entry.byteOffset, ENTRY_NBYTES)
  view.setUint32(48, TYPE_NUMBERS[type], true)
  view.setUint32(52, rows, true)
  view.setUint32(56, columns, true)
  view.setUint32(60, type === 'linear' ? sources ?? columns : 0, true)
  view.setBigUint64(64, BigInt(offset), true)
  view.setBigUint64(72, BigInt(nbytes), true)
}
