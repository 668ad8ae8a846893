/**
 * wasm-convert.js - the one file that knows the converter's pointers: src/quantize.h, src/wire.h and src/reference.h
 * for JavaScript.
 *
 * A ConvertWasm works on one model, a layer at a time. Its memory holds
 *
 *     stack and data of the module | structures | batch: x, lengths, positions | weights of one layer, f32 | scratch
 *
 * and stays small: 60 MB where the checkpoint has 540. Everything up to the scratch stays where it is. Growing a memory
 * detaches the views made before, so views are made last.
 */

import { BertweetError } from '../js/errors.js'

const PAGE = 65536
const MAXIMUM_PAGES = 16384
const SOURCE_NBYTES = 36
const BATCH_NBYTES = 12
const INPUTS_NBYTES = 36
/** The linear layers of a layer in the order of bt_reference_inputs; classifier.dense takes the place of the first. */
const OBSERVED = 4

/** Bytes of a number, by the type's name in safetensors. */
const ITEM_NBYTES = Object.freeze({ F32: 4, F16: 2, BF16: 2 })

/** Of a run on the wire. */
export const RUN_HEADER_NBYTES = 8

/** Numbers of bt_wire_kind. */
const WIRE_KINDS = Object.freeze({ raw: 0, linear: 1, rows: 3, shorts: 4 })

/**
 * Sizes and constants of a model.
 *
 * @typedef {{hiddenSize: number, numHeads: number, intermediateSize: number, labels: string[], layerNormEps: number}}
 *   Shape
 *
 * Numbers as checkpoint.js reads them.
 * @typedef {import('../js/convert/checkpoint.js').TensorData} TensorData
 *
 * What bytes of the image are, for the wire. shorts: u32 below 65,536; columns: of the tensor whose weights they are.
 * @typedef {{kind: 'raw' | 'shorts'} | {kind: 'linear' | 'rows', columns: number}} WireLayout
 */

export class ConvertWasm {
  #memory
  #exports
  /** Address behind what stays; scratch begins here. */
  #end
  #shape
  #numLabels
  #hiddenSize
  /** Address and length (in floats) of the weights. */
  #weights
  #weightsLength
  /** Addresses of the batch: x, structure, scratch of a layer. */
  #x = 0
  #batch = 0
  #rows = 0
  #texts = 0
  /** What calibration saw: a bt_reference_inputs; its arrays, addresses of largest and gram; their memory. */
  #inputs
  #observed
  #observedMemory

  /**
   * @param {WebAssembly.Module} module  bertweet-convert.wasm
   * @param {Shape} shape
   * @param {object} [options]
   * @param {boolean} [options.correlations]  whether calibration notes how inputs are correlated, for quantizeLinear to
   *   round with error feedback
   */
  static async create(module, shape, { correlations = false } = {}) {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: MAXIMUM_PAGES })
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } })
    return new ConvertWasm(memory, exports, shape, correlations)
  }

  /** Use ConvertWasm.create. */
  constructor(memory, exports, { hiddenSize, numHeads, intermediateSize, labels, layerNormEps }, correlations) {
    this.#memory = memory
    this.#exports = exports
    this.#end = exports.__heap_base.value
    this.#hiddenSize = hiddenSize
    this.#numLabels = labels.length
    this.#shape = this.#place(20)
    this.#words(this.#shape, 4).set([hiddenSize, numHeads, intermediateSize, labels.length])
    this.#floats(this.#shape + 16, 1)[0] = layerNormEps

    const headLength = hiddenSize * (hiddenSize + 1) + labels.length * (hiddenSize + 1)
    this.#weightsLength = Math.max(exports.btw_reference_layer_length(this.#shape) >>> 0, headLength)
    this.#weights = this.#place(4 * this.#weightsLength)

    const at = this.#reserve(0)
    this.#observed = [...Array(OBSERVED - 1).fill(hiddenSize), intermediateSize].map((inputs) => ({
      largest: this.#place(4 * inputs),
      gram: correlations ? this.#place(4 * (exports.btw_blocks_length(inputs) >>> 0)) : 0,
    }))
    this.#observedMemory = { at, length: (this.#reserve(0) - at) / 4 }
    this.#inputs = this.#place(INPUTS_NBYTES)
    const arrays = this.#observed.flatMap(({ largest, gram }) => [largest, gram])
    this.#words(this.#inputs, 1 + arrays.length).set([0, ...arrays])
  }

  /** Bytes of memory in use. */
  get memoryBytes() {
    return this.#memory.buffer.byteLength
  }

  /**
   * Numbers of a checkpoint as f32.
   *
   * @param {TensorData} data
   * @returns {Float32Array}
   */
  toFloats(data) {
    const count = countOf(data)
    const at = this.#reserve(4 * count + data.bytes.length)
    this.#convert(at, at + 4 * count, data)
    return this.#floats(at, count).slice()
  }

  /**
   * Puts numbers of a checkpoint among the weights that the next calls work on.
   *
   * @param {number} index  of the first one, in floats
   * @param {TensorData | Float32Array} data
   * @returns {number | null}  how many; null if one is not finite
   */
  load(index, data) {
    if (data instanceof Float32Array) data = asTensor(data)
    const count = countOf(data)
    if (index + count > this.#weightsLength) throw new RangeError(`${count} weights at ${index} are too many`)
    const at = this.#weights + 4 * index
    this.#convert(at, this.#reserve(data.bytes.length), data)
    return this.#exports.btw_all_finite(at, count) ? count : null
  }

  /**
   * Weights that have been loaded.
   *
   * @param {number} index  of the first one, in floats
   * @param {number} count
   */
  loaded(index, count) {
    return this.#floats(this.#weights + 4 * index, count).slice()
  }

  /**
   * Packs a linear layer whose weights [outputs][inputs] and bias [outputs] have been loaded.
   *
   * @param {{weights: number, bias: number, outputs: number, inputs: number, depth: number, observed: number,
   *   int4: boolean}} linear
   *   weights, bias: index in floats; observed: which of the layer's linear layers it is, 0 to 3, for what calibration
   *   saw in the last run; int4: only weights that the wire encoding int4 can carry, rounded with error feedback where
   *   correlations are known. In 8 bits that gains nothing: errors of the 7-bit inputs are larger there
   * @returns {Uint8Array} the tensor of the image
   */
  quantizeLinear({ weights, bias, outputs, inputs, depth, observed, int4 }) {
    const e = this.#exports
    const source = this.#reserve(64 + align(4 * inputs))
    const smoothing = source + 64
    const weightsAt = this.#weights + 4 * weights
    const { largest, gram } = this.#observed[observed]
    e.btw_find_smoothing(smoothing, largest, weightsAt, outputs, inputs)
    this.#words(source, SOURCE_NBYTES / 4).set([weightsAt, this.#weights + 4 * bias, smoothing, 0,
      int4 ? gram : 0, outputs, inputs, depth, Number(int4)])
    const columns = e.btw_linear_columns(source)
    const nbytes = e.btw_linear_nbytes(outputs, columns) >>> 0
    const scratchBytes = e.btw_quantize_linear_scratch_nbytes(columns) >>> 0
    const before = 64 + align(4 * inputs)
    const tensor = this.#reserve(before + align(nbytes) + scratchBytes) + before
    if (e.btw_quantize_linear(tensor, source, tensor + align(nbytes)) !== 0) {
      throw new BertweetError('internal', 'Weights that were checked are not finite.')
    }
    return this.#bytes(tensor, nbytes).slice()
  }

  /**
   * Rows of an embedding.
   *
   * @param {TensorData | Float32Array} data  rows x columns
   * @param {number} columns
   * @param {boolean} int4  only integers that the wire encoding int4 can carry
   * @returns {{scales: Float32Array, q: Uint8Array} | null}  null if a number is not finite
   */
  quantizeRows(data, columns, int4) {
    if (data instanceof Float32Array) data = asTensor(data)
    const count = countOf(data)
    const rows = count / columns
    const values = this.#reserve(4 * count + align(4 * rows) + count + data.bytes.length)
    const scales = values + 4 * count
    const q = scales + align(4 * rows)
    this.#convert(values, q + count, data)
    if (this.#exports.btw_all_finite(values, count) === 0) return null
    const { btw_quantize_rows: toInt8, btw_quantize_rows_int4: toInt4 } = this.#exports
    const quantize = int4 ? toInt4 : toInt8
    quantize(scales, q, values, rows, columns)
    return { scales: this.#floats(scales, rows).slice(), q: this.#bytes(q, count).slice() }
  }

  /** Where bytes of the image may be cut on the wire: at multiples of this. @param {WireLayout} layout */
  wireUnit(layout) {
    return this.#exports.btw_wire_unit(...this.#layout(layout))
  }

  /**
   * Bytes of the image as a run of the wire encoding int4.
   *
   * @param {Uint8Array} bytes  of a whole number of units; weights as they were quantised for int4
   * @param {WireLayout} layout
   */
  packRun(bytes, layout) {
    const image = this.#reserve(2 * align(bytes.length) + RUN_HEADER_NBYTES)
    const run = image + align(bytes.length)
    this.#bytes(image, bytes.length).set(bytes)
    const nbytes = this.#exports.btw_wire_pack(run, image, bytes.length, ...this.#layout(layout)) >>> 0
    if (nbytes === 0) {
      throw new BertweetError('internal', 'Weights that were quantised for int4 are not made of groups.')
    }
    return this.#bytes(run, nbytes).slice()
  }

  /**
   * Bytes of the image from what travelled in the wire encoding int4.
   *
   * @param {Uint8Array} runs
   * @param {number} nbytes  of the image
   */
  expandRuns(runs, nbytes) {
    const image = this.#reserve(align(nbytes) + runs.length)
    const wire = image + align(nbytes)
    this.#bytes(wire, runs.length).set(runs)
    if (this.#exports.btw_wire_expand(image, nbytes, wire, runs.length) !== 0) {
      throw new BertweetError('model', 'A shard is not of the encoding int4.')
    }
    return this.#bytes(image, nbytes).slice()
  }

  /**
   * Begins a batch of the fp32 reference path.
   *
   * @param {object} batch
   * @param {Float32Array} batch.words  word embedding of each token, tokens x hidden, one text after the other
   * @param {number[]} batch.lengths    tokens of each text
   * @param {Float32Array} batch.positions  position embeddings, positions x hidden
   * @param {number[]} batch.at         position of each token
   * @param {Float32Array} batch.norm   weight and bias of the LayerNorm, 2 x hidden
   * @param {number} batch.calibration  how many of the texts, from the first on, are for calibration
   */
  embed({ words, lengths, positions, at, norm, calibration }) {
    const e = this.#exports
    this.#words(this.#inputs, 1)[0] = lengths.slice(0, calibration).reduce((sum, length) => sum + length, 0)
    this.#rows = at.length
    this.#texts = lengths.length
    this.#x = this.#place(words.byteLength)
    const lengthsAt = this.#place(4 * lengths.length)
    this.#batch = this.#place(BATCH_NBYTES)
    this.#words(this.#batch, 3).set([lengthsAt, lengths.length, this.#rows])
    this.#words(lengthsAt, lengths.length).set(lengths)
    this.#floats(this.#x, words.length).set(words)

    const positionsAt = this.#reserve(positions.byteLength + align(4 * at.length) + norm.byteLength)
    const atAt = positionsAt + positions.byteLength
    const normAt = atAt + align(4 * at.length)
    this.#floats(positionsAt, positions.length).set(positions)
    this.#words(atAt, at.length).set(at)
    this.#floats(normAt, norm.length).set(norm)
    e.btw_reference_embed(this.#x, positionsAt, atAt, this.#rows, normAt, this.#shape)
  }

  /** Runs the layer whose weights have been loaded, in the order of src/reference.h from index 0. */
  runLayer() {
    const e = this.#exports
    this.#forget()
    const scratch = this.#reserve(e.btw_reference_scratch_nbytes(this.#shape, this.#rows) >>> 0)
    e.btw_reference_run_layer(this.#x, this.#batch, this.#weights, this.#shape, this.#inputs, scratch)
  }

  /**
   * Runs the head, whose weights have been loaded: classifier.dense's at index 0, then out_proj's, labels x
   * (hidden + 1).
   *
   * @returns {Float32Array} logits, texts x labels
   */
  runHead() {
    const e = this.#exports
    this.#forget()
    const length = this.#texts * this.#numLabels
    const logits = this.#reserve(align(4 * length) + 4 * this.#hiddenSize)
    const outProj = this.#weights + 4 * this.#hiddenSize * (this.#hiddenSize + 1)
    const scratch = logits + align(4 * length)
    e.btw_reference_head(logits, this.#x, this.#batch, this.#weights, outProj, this.#shape, this.#inputs, scratch)
    return this.#floats(logits, length).slice()
  }

  /**
   * Scores at temperature 1.
   *
   * @param {Float32Array} logits  texts x labels
   * @param {boolean} multiLabel  sigmoid instead of softmax
   */
  scores(logits, multiLabel) {
    const { btw_sigmoid: sigmoid, btw_softmax: softmax } = this.#exports
    const at = this.#reserve(logits.byteLength)
    this.#floats(at, logits.length).set(logits)
    for (let row = 0; row < logits.length; row += this.#numLabels) {
      (multiLabel ? sigmoid : softmax)(at + 4 * row, at + 4 * row, this.#numLabels, 1)
    }
    return this.#floats(at, logits.length).slice()
  }

  /** What calibration saw. */
  #forget() {
    this.#floats(this.#observedMemory.at, this.#observedMemory.length).fill(0)
  }

  /** @param {Uint8Array} bytes @returns {string} hexadecimal */
  sha256(bytes) {
    const at = this.#reserve(64 + bytes.length)
    this.#bytes(at + 64, bytes.length).set(bytes)
    this.#exports.btw_sha256(at, at + 64, bytes.length)
    return toHex(this.#bytes(at, 32))
  }

  /** Weights that share a multiplier; 0 where there are no weights. @param {number} [columns] */
  #layout({ kind, columns }) {
    const group = columns === undefined ? 0 : this.#exports.btw_int4_group(columns)
    return [WIRE_KINDS[kind], group, kind === 'rows' ? columns : 0]
  }

  /** Writes data as f32 to an address; 16-bit numbers pass through the staging area. */
  #convert(to, staging, { dtype, bytes }) {
    if (dtype === 'F32') {
      this.#bytes(to, bytes.length).set(bytes)
      return
    }
    this.#bytes(staging, bytes.length).set(bytes)
    const { btw_float16_to_float32: fromFloat16, btw_bfloat16_to_float32: fromBfloat16 } = this.#exports
    const convert = dtype === 'F16' ? fromFloat16 : fromBfloat16
    convert(to, staging, bytes.length / 2)
  }

  /** Takes memory that stays taken. @param {number} nbytes @returns {number} address */
  #place(nbytes) {
    const address = this.#reserve(nbytes)
    this.#end = align(address + nbytes)
    return address
  }

  /** Makes the scratch that large. @param {number} nbytes @returns {number} its address */
  #reserve(nbytes) {
    const address = align(this.#end)
    const missing = Math.ceil((address + nbytes - this.#memory.buffer.byteLength) / PAGE)
    if (missing > 0) {
      try {
        this.#memory.grow(missing)
      } catch (cause) {
        throw new BertweetError('memory', `No memory for ${nbytes} more bytes. Close other pages or programs, or ` +
          'convert on a machine that has more.', { cause })
      }
    }
    return address
  }

  #bytes(at, length) {
    return new Uint8Array(this.#memory.buffer, at, length)
  }

  #words(at, length) {
    return new Uint32Array(this.#memory.buffer, at, length)
  }

  #floats(at, length) {
    return new Float32Array(this.#memory.buffer, at, length)
  }
}

const HASH_CONTEXT_NBYTES = 104
/** Bytes that pass through the module's memory at a time. */
const HASH_BLOCK_NBYTES = 1 << 20

/**
 * A function that begins a SHA-256 of data that come in pieces. A hash in progress is kept outside of the module, so
 * there can be any number of them.
 *
 * @param {WebAssembly.Module} module  bertweet-convert.wasm
 * @returns {Promise<() => import('../js/convert/files.js').Hasher>}
 */
export async function createHashes(module) {
  const memory = new WebAssembly.Memory({ initial: 32, maximum: MAXIMUM_PAGES })
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } })
  const { btw_sha256_begin: begin, btw_sha256_update: update, btw_sha256_end: end } = exports
  const at = align(exports.__heap_base.value)
  const bytes = new Uint8Array(memory.buffer)
  const context = bytes.subarray(at, at + HASH_CONTEXT_NBYTES)
  const block = at + align(HASH_CONTEXT_NBYTES)
  return () => {
    begin(at)
    let kept = context.slice()
    return {
      update(data) {
        context.set(kept)
        for (let start = 0; start < data.length; start += HASH_BLOCK_NBYTES) {
          const piece = data.subarray(start, start + HASH_BLOCK_NBYTES)
          bytes.set(piece, block)
          update(at, block, piece.length)
        }
        kept = context.slice()
      },
      digest() {
        context.set(kept)
        end(at, block)
        return toHex(bytes.subarray(block, block + 32))
      },
    }
  }
}

/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** @param {TensorData} data */
const countOf = ({ dtype, bytes }) => bytes.length / ITEM_NBYTES[dtype]

/** @param {Float32Array} values @returns {TensorData} */
const asTensor = (values) => ({
  dtype: 'F32', shape: [values.length], bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
})

const align = (nbytes) => Math.ceil(nbytes / 64) * 64
