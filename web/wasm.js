/**
 * wasm.js - the one file that knows pointers: src/bertweet.h for JavaScript.
 *
 * A Wasm holds one model in a memory of its own. Addresses grow through
 *
 *     stack and data of the module | image | room of the model, session | scratch
 *
 * Everything up to the scratch stays where it is; the scratch serves one call at a time and may grow. Growing a memory
 * detaches the views made before, so views are made last.
 *
 *     const wasm = await Wasm.create(await compile(url), imageBytes)
 *     wasm.writeShard(shard, bytes)                      // of the manifest, until all are there
 *     wasm.open(imageBytes)                              // with threads: and send them to placeOf(1), placeOf(2), ...
 *     const { ids } = wasm.tokenize('I love it', MODES.pysentimiento, 128)
 *     wasm.begin(ids, [ids.length])
 *     for (let layer = 0; layer < wasm.info.numLayers; layer++) wasm.runLayer(layer)
 *     const scores = wasm.softmax(wasm.finish(), 1)
 */

import { BertweetError, asBertweetError, describe } from '../js/errors.js'
import { decodeText, encodeText, isWellFormed } from './text.js'

export { compile } from './compile.js'

/** Text modes by their names in the manifest; numbers of bt_mode. */
export const MODES = Object.freeze({ none: 0, pysentimiento: 1, bertweet: 2 })
const MODE_SURROGATES = 0x100
/** BT_MAX_CODE_POINTS: of a text, in all modes but none. */
const MAX_CODE_POINTS = 32768

const PAGE = 65536
/** Stack and data of the module take less, so memory need not grow before the image. */
const MODULE_NBYTES = 1 << 20
/** What a memory may hold beside the image: session, scratch, and what a very long text takes for a while. */
const MAX_EXTRA_NBYTES = 1 << 29
/** The same for shared memory, all of which some systems reserve at once. */
const MAX_EXTRA_SHARED_NBYTES = 1 << 26
/** Most ids a batch holds, unless the session would take more than its share. */
const BATCH_ROWS = 512
const MAX_SESSION_NBYTES = 20 << 20
/** Scratch reserved at open: enough for any tweet. */
const TEXT_NBYTES = 1 << 18
/** sizeof of the structs of bertweet.h, in wasm32. */
const TOKENS_NBYTES = 32
/** Stack of a thread, which only runs kernels. */
const STACK_NBYTES = 1 << 14
const INFO_NBYTES = 56
const FAULT_NBYTES = 96

const OK = 0
const UNSUPPORTED = 4
const NO_MEMORY = 5
const TEXT_TOO_LONG = 6
const PENDING = 8
const THREAD_LOST = 11
const UNREADABLE = 'The text cannot be read'
/** Error codes and advice for each bt_status. */
const STATUSES = [
  null,
  ['format', 'Does the manifest belong to these shards?'],
  ['format', 'Update bertweet-wasm, or convert the model with this version.'],
  ['model', 'Convert the model again.'],
  ['model', 'This architecture needs another library.'],
  ['memory', 'Use shorter texts or a smaller model.'],
  ['input', 'Split the text.'],
  ['input', 'Check the ids against info.'],
  ['internal', 'Please report this.'],
  ['internal', 'Please report this.'],
  ['model', 'Convert the model again.'],
  ['internal', 'Call again; threads are started anew.']
]

/** @returns {never} */
function memoryRefused(what, cause) {
  throw new BertweetError('memory', `${what}: ${describe(cause)}. Dispose of classifiers that are not needed, close ` +
    'other pages or programs, or use shorter texts or a smaller model.', { cause })
}

/** One model in one memory. Not for concurrent use: every call uses the same scratch. */
export class Wasm {
  #exports
  /** Address of the scratch; moves up as things are placed that stay. */
  #scratch
  #image
  #imageBytes
  #model = 0
  #session = 0
  /** Size and settings of the session. */
  #sessionBytes = 0
  #kernel = 0
  /** Address of the threads' stacks. */
  #stacks = 0
  /** Texts and ids of the batch that runs: how many logits finish will write. */
  #count = 0

  /** Sizes of the open model, as bt_model_info names them; null before open. @type {ModelInfo | null} */
  info = null
  /** Most ids a batch may hold; 0 before open and for a tokenizer. */
  maxRows = 0
  /** Whether a thread has died with work in hand; end the others and reopen. */
  hasLostThread = false

  /**
   * @param {WebAssembly.Module} module
   * @param {number} imageBytes  size of the whole image
   * @throws {BertweetError} memory, unsupported
   */
  static async create(module, imageBytes) {
    // Only builds with threads export it. Their memory is shared, whether there are threads or not.
    const shared = WebAssembly.Module.exports(module).some(({ name }) => name === '__stack_pointer')
    const initial = pages(MODULE_NBYTES + imageBytes)
    const extra = shared ? MAX_EXTRA_SHARED_NBYTES : MAX_EXTRA_NBYTES
    const maximum = Math.min(65536, pages(MODULE_NBYTES + imageBytes + extra))
    if (initial > maximum) throw new BertweetError('memory', `${imageBytes} bytes are more than WebAssembly can hold.`)
    try {
      const memory = new WebAssembly.Memory({ initial, maximum, shared })
      const { exports } = await WebAssembly.instantiate(module, { env: { memory } })
      return new Wasm(module, memory, exports, imageBytes)
    } catch (error) {
      const what = `Could not reserve ${imageBytes} bytes and start the module`
      // Firefox throws the bare words 'out of memory'.
      if (error instanceof RangeError || typeof error === 'string') memoryRefused(what, error)
      throw asBertweetError(error, 'unsupported', what)
    }
  }

  /** Use Wasm.create. */
  constructor(module, memory, exports, imageBytes) {
    this.module = module
    this.memory = memory
    this.#exports = exports
    this.#scratch = exports.__heap_base.value
    this.#imageBytes = imageBytes
    this.#image = this.#place(imageBytes)
  }

  /** Whether threads can help. */
  get isShared() {
    return '__stack_pointer' in this.#exports
  }

  /** Bytes of memory in use, all included. */
  get memoryBytes() {
    return this.memory.buffer.byteLength
  }

  /** Name of the kernel that multiplies, as btw_kernel_name has them; null for a tokenizer. */
  get kernel() {
    return this.#session ? this.#kernelName(this.#exports.btw_session_kernel(this.#session)) : null
  }

  /**
   * Copies a piece of the image to its place.
   *
   * @param {number} offset  in the image
   * @param {Uint8Array} bytes
   */
  writeImage(offset, bytes) {
    this.#checkPiece(offset, bytes.length)
    this.#bytes(this.#image + offset, bytes.length).set(bytes)
  }

  /** Fills bytes with a piece of the image. @param {number} offset @param {Uint8Array} bytes */
  readImage(offset, bytes) {
    this.#checkPiece(offset, bytes.length)
    bytes.set(this.#bytes(this.#image + offset, bytes.length))
  }

  /**
   * Puts a shard to its place, decoded.
   *
   * @param {{encoding: 'raw' | 'int4', offset: number, size: number}} shard  as the manifest has it
   * @param {Uint8Array} bytes  what travelled
   * @throws {BertweetError} model, memory
   */
  writeShard({ encoding, offset, size }, bytes) {
    if (encoding === 'raw') {
      this.writeImage(offset, bytes)
      return
    }
    this.#checkPiece(offset, size)
    const wire = this.#reserve(bytes.length)
    this.#bytes(wire, bytes.length).set(bytes)
    const status = this.#exports.btw_wire_expand(this.#image + offset, size, wire, bytes.length)
    this.#check(status, 'A shard cannot be decoded')
  }

  /**
   * Opens the model, of which the first `present` bytes have been written, and makes a session for it.
   *
   * @param {number} present  at least the image's resident bytes
   * @param {object} [settings]
   * @param {number} [settings.kernel]  a bt_kernel; 0 is the fastest
   * @param {number} [settings.threads]  this one and those that will help
   * @param {number} [settings.batchRows]  most ids a batch should hold; one text always fits
   * @throws {BertweetError} format, model, memory, unsupported
   */
  open(present, { kernel = 0, threads = 1, batchRows = BATCH_ROWS } = {}) {
    const { btw_model_open: open, btw_model_nbytes: roomBytes } = this.#exports
    const room = this.#place(roomBytes())
    const fault = this.#reserve(FAULT_NBYTES)
    this.#check(open(room, this.#image, this.#imageBytes, present, fault), 'The model cannot be opened', fault)
    this.#model = room
    this.info = this.#readInfo()
    if (this.info.numLayers > 0) this.#placeSession(kernel, threads, batchRows)
    this.#reserve(TEXT_NBYTES)
  }

  /** Opens the session anew, for no more threads than before. @param {number} threads */
  reopen(threads) {
    this.#openSession(threads)
    this.hasLostThread = false
  }

  /** Addresses for a thread that helps: thread.js says how. @param {number} thread  from 1 on */
  placeOf(thread) {
    return { session: this.#session, stack: this.#stacks + thread * STACK_NBYTES }
  }

  /**
   * Tells how much of the image has arrived since.
   *
   * @param {number} present
   * @throws {BertweetError} model
   */
  extend(present) {
    const fault = this.#reserve(FAULT_NBYTES)
    this.#check(this.#exports.btw_model_extend(this.#model, present, fault), 'The model cannot be opened', fault)
  }

  /**
   * Text to token ids.
   *
   * @param {string} text  not well formed ones too
   * @param {number} mode  one of MODES
   * @param {number} [maxTokens]  cut to so many ids, `</s>` kept; 0: no limit
   * @param {boolean} [withTokens]  also decode the text after preprocessing and the tokens in it
   * @returns {{ids: Int32Array, truncated: boolean, text?: string, tokens?: string[]}}
   * @throws {BertweetError} input, memory
   */
  tokenize(text, mode, maxTokens = 0, withTokens = false) {
    const { btw_tokenize: tokenize, btw_tokenize_nbytes: scratchBytes } = this.#exports
    // What two UTF-16 units a code point tell needs no copy.
    if (mode !== MODES.none && text.length > 2 * MAX_CODE_POINTS) this.#check(TEXT_TOO_LONG, UNREADABLE)
    if (!isWellFormed(text)) mode |= MODE_SURROGATES
    const bytes = encodeText(text)
    const nbytes = bytes.length
    this.#bytes(this.#reserve(nbytes), nbytes).set(bytes)
    const out = this.#scratch + align(nbytes)
    const work = out + align(TOKENS_NBYTES)
    for (let size = scratchBytes(mode, nbytes) >>> 0; ; size *= 2) {
      this.#reserve(work + size - this.#scratch)
      const status = tokenize(out, this.#model, mode, this.#scratch, nbytes, maxTokens, work, size)
      if (status !== NO_MEMORY) {
        this.#check(status, UNREADABLE)
        return this.#readTokens(out, withTokens)
      }
    }
  }

  /**
   * Begins a batch.
   *
   * @param {ArrayLike<number>} ids  the texts' ids, one text after the other
   * @param {ArrayLike<number>} lengths  how many ids each text has; their sum is the length of ids, at most maxRows
   * @returns {boolean} false: embedding rows that it needs have not arrived; extend, then begin again
   * @throws {BertweetError} input
   */
  begin(ids, lengths) {
    const at = this.#reserve(4 * (ids.length + lengths.length))
    this.#words(at, ids.length).set(ids)
    this.#words(at + 4 * ids.length, lengths.length).set(lengths)
    const status = this.#exports.btw_begin(this.#session, at, at + 4 * ids.length, lengths.length)
    if (status === PENDING) return false
    this.#check(status, 'The ids cannot be used')
    this.#count = lengths.length
    return true
  }

  /** @param {number} layer  0, 1, 2, ... in order */
  runLayer(layer) {
    this.#check(this.#exports.btw_run_layer(this.#session, layer), 'A layer cannot run')
  }

  /**
   * Ends a batch.
   *
   * @returns {Float32Array} logits, texts x labels
   * @throws {BertweetError} model
   */
  finish() {
    const length = this.#count * this.info.numLabels
    const logits = this.#reserve(4 * length)
    this.#check(this.#exports.btw_finish(this.#session, logits), 'The model cannot be used')
    return new Float32Array(this.memory.buffer, logits, length).slice()
  }

  /**
   * @param {Float32Array} logits  rows x labels
   * @param {number} temperature
   */
  softmax(logits, temperature) {
    return this.#mapRows(this.#exports.btw_softmax, logits, temperature)
  }

  /**
   * @param {Float32Array} logits  rows x labels
   * @param {number} temperature
   */
  sigmoid(logits, temperature) {
    return this.#mapRows(this.#exports.btw_sigmoid, logits, temperature)
  }

  /** @param {Uint8Array} bytes @returns {Uint8Array} 32 bytes */
  sha256(bytes) {
    const at = this.#reserve(64 + bytes.length)
    this.#bytes(at + 64, bytes.length).set(bytes)
    this.#exports.btw_sha256(at, at + 64, bytes.length)
    return this.#bytes(at, 32).slice()
  }

  #checkPiece(offset, size) {
    if (offset >= 0 && offset + size <= this.#imageBytes) return
    throw new BertweetError('internal', `A piece of ${size} bytes at ${offset} is outside of the image.`)
  }

  #placeSession(kernel, threads, batchRows) {
    const sessionBytes = (rows) => this.#exports.btw_session_nbytes(this.#model, rows, threads) >>> 0
    let rows = Math.max(batchRows, this.info.maxTokens)
    while (rows > this.info.maxTokens && sessionBytes(rows) > MAX_SESSION_NBYTES) {
      rows = Math.max(rows >> 1, this.info.maxTokens)
    }
    this.maxRows = rows
    this.#kernel = kernel
    this.#sessionBytes = sessionBytes(rows)
    this.#session = this.#place(this.#sessionBytes)
    this.#stacks = this.#place((threads - 1) * STACK_NBYTES)
    this.#openSession(threads)
  }

  #openSession(threads) {
    const { btw_session_open: open } = this.#exports
    const status = open(this.#model, this.maxRows, threads, this.#kernel, this.#session, this.#sessionBytes)
    if (status === UNSUPPORTED) {
      throw new BertweetError('unsupported', `Kernel ${this.#kernelName(this.#kernel)} is not in this module; ` +
        'relaxed kernels are in bertweet-relaxed.wasm, for engines with relaxed SIMD.')
    }
    this.#check(status, 'The model cannot run')
  }

  #kernelName(kernel) {
    return this.#string(this.#exports.btw_kernel_name(kernel))
  }

  /** @returns {ModelInfo} */
  #readInfo() {
    const at = this.#reserve(INFO_NBYTES)
    this.#exports.btw_model_get_info(this.#model, at)
    const [hiddenSize, numLayers, numHeads, intermediateSize, vocabSize, numPositions, numLabels, maxTokens, maskId] =
      this.#words(at, 9)
    return Object.freeze({
      hiddenSize, numLayers, numHeads, intermediateSize, vocabSize, numPositions, numLabels, maxTokens, maskId
    })
  }

  #readTokens(out, withTokens) {
    const [ids, length, truncated, text, textBytes, begins, ends, inner] = this.#words(out, 8)
    const result = { ids: new Int32Array(this.memory.buffer, ids, length).slice(), truncated: truncated !== 0 }
    if (!withTokens) return result
    const whole = this.#bytes(text, textBytes).slice() // decoders refuse shared memory
    const spans = [this.#words(begins, length), this.#words(ends, length), this.#bytes(inner, length)]
    const tokens = Array.from(result.ids, (_, i) => {
      if (i === 0) return '<s>'
      if (i === length - 1) return '</s>'
      return decodeText(whole.subarray(spans[0][i], spans[1][i])) + (spans[2][i] ? '@@' : '')
    })
    return { ...result, text: decodeText(whole), tokens }
  }

  #mapRows(map, logits, temperature) {
    const { numLabels } = this.info
    const at = this.#reserve(logits.byteLength)
    new Float32Array(this.memory.buffer, at, logits.length).set(logits)
    for (let row = 0; row < logits.length; row += numLabels) map(at + 4 * row, at + 4 * row, numLabels, temperature)
    return new Float32Array(this.memory.buffer, at, logits.length).slice()
  }

  /** Takes memory that stays taken. @param {number} nbytes @returns {number} address */
  #place(nbytes) {
    this.#scratch = align(this.#scratch)
    const address = this.#reserve(nbytes)
    this.#scratch = align(address + nbytes)
    return address
  }

  /** Makes the scratch that large. @param {number} nbytes @returns {number} its address */
  #reserve(nbytes) {
    const missing = pages(this.#scratch + nbytes - this.memory.buffer.byteLength)
    if (missing > 0) {
      try {
        this.memory.grow(missing)
      } catch (cause) {
        memoryRefused(`No memory for ${nbytes} more bytes`, cause)
      }
    }
    return this.#scratch
  }

  #check(status, what, fault) {
    if (status === OK) return
    if (status === THREAD_LOST) this.hasLostThread = true
    const [code, advice] = STATUSES[status]
    const reason = this.#string(this.#exports.btw_status_message(status))
    const detail = fault && code === 'model' ? this.#readFault(fault) : ''
    throw new BertweetError(code, `${what}: ${reason}${detail} ${advice}`)
  }

  #readFault(at) {
    const [expected, found] = new BigUint64Array(this.memory.buffer, at + 80, 2)
    return ` (${this.#string(at)}: expected ${expected}, found ${found})`
  }

  #string(at) {
    const bytes = new Uint8Array(this.memory.buffer, at)
    return decodeText(bytes.slice(0, bytes.indexOf(0)))
  }

  #bytes(at, length) {
    return new Uint8Array(this.memory.buffer, at, length)
  }

  #words(at, length) {
    return new Uint32Array(this.memory.buffer, at, length)
  }
}

/**
 * @typedef {{hiddenSize: number, numLayers: number, numHeads: number, intermediateSize: number, vocabSize: number,
 *   numPositions: number, numLabels: number, maxTokens: number, maskId: number}} ModelInfo
 */

const pages = (nbytes) => Math.ceil(nbytes / PAGE)
const align = (nbytes) => Math.ceil(nbytes / 64) * 64
