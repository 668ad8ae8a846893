/**
 * options.js - checks what users pass, so that a typing error is an error and not silence.
 */

import { BertweetError } from './errors.js'
import { resolveLocation } from './source.js'
import { TEXT_MODES } from './text-modes.js'

/** @import { ModelOption } from './manifest.js' */

/** The ways to multiply, at their numbers in bt_kernel (src/bertweet.h); all give the same bits. */
export const KERNELS = Object.freeze(['auto', 'scalar', 'simd128', 'relaxed-dot', 'relaxed-deep', 'simd128-deep'])

/** Most threads that may be asked for. */
export const MAX_THREADS = 64

/**
 * @typedef {object} ClassifierOptions
 * @property {ModelOption} [model]  default: the small model that comes with the package
 * @property {(progress: import('./shards.js').Progress) => void} [onProgress]
 * @property {AbortSignal} [signal]  ends the load
 * @property {'auto' | number} [threads]  default auto: half of the cores, at most 4, where threads can be
 * @property {string} [kernel]  one of KERNELS; default auto, the fastest here
 * @property {boolean | (() => Worker)} [worker]  default true: in a worker where possible
 * @property {boolean | import('./cache.js').ResponseCache} [cache]  default true: the browser's Cache API
 * @property {boolean} [early]  resolve when the first text can be classified, not when all weights are there
 * @property {'none' | 'pysentimiento' | 'bertweet'} [preprocess]  default: the manifest's text mode
 * @property {typeof globalThis.fetch} [fetch]  for manifest and shards
 * @property {string | URL} [wasmUrl]  where dist/ is, if bundling moved it: a folder (ends with a slash), or one
 *   of its modules
 * @property {string | URL} [workerUrl]  where web/worker.js is, if bundling moved it
 */

export const isFunction = (value) => typeof value === 'function'
const isLocation = (value) => typeof value === 'string' || value instanceof URL
const isSignal = (value) => isFunction(value?.addEventListener) && typeof value.aborted === 'boolean'
export const isBoolean = (value) => typeof value === 'boolean'
export const isPositive = (value) => Number.isSafeInteger(value) && value > 0

/** Each option's check and what it must be. @type {Record<string, [(value: any) => boolean, string]>} */
export const LOAD = {
  model: [() => true, ''],
  onProgress: [isFunction, 'a function'],
  signal: [isSignal, 'an AbortSignal'],
  threads: [(value) => value === 'auto' || isPositive(value) && value <= MAX_THREADS, `"auto" or 1 to ${MAX_THREADS}`],
  kernel: [(value) => KERNELS.includes(value), `one of ${KERNELS.join(', ')}`],
  worker: [(value) => isBoolean(value) || isFunction(value), 'true, false or a function that makes a Worker'],
  cache: [(value) => isBoolean(value) || typeof value === 'object', 'true, false or an object'],
  early: [isBoolean, 'true or false'],
  preprocess: [(value) => TEXT_MODES.includes(value), `one of ${TEXT_MODES.join(', ')}`],
  fetch: [isFunction, 'a function'],
  wasmUrl: [isLocation, 'a URL'],
  workerUrl: [isLocation, 'a URL']
}
export const pick = (checks, ...names) => Object.fromEntries(names.map((name) => [name, checks[name]]))
const CLASSIFY = {
  ...pick(LOAD, 'signal', 'onProgress'),
  topK: [isPositive, 'a positive number'],
  explain: [isBoolean, 'true or false']
}
const TOKENIZE = { ...pick(LOAD, 'signal', 'preprocess'), truncation: [isBoolean, 'true or false'] }

/** @param {ClassifierOptions} options  undefined values count as absent */
export function checkLoadOptions(options) {
  check('createClassifier', options, LOAD)
  return {
    ...options,
    kernel: KERNELS.indexOf(options.kernel ?? 'auto'),
    threads: options.threads ?? 'auto',
    worker: options.worker ?? true,
    wasmUrl: absolute(options.wasmUrl),
    workerUrl: absolute(options.workerUrl),
    onProgress: options.onProgress && guard(options.onProgress)
  }
}

/** @param {{signal?: AbortSignal, topK?: number, explain?: boolean, onProgress?: Function}} options */
export function checkClassifyOptions(options) {
  check('classify', options, CLASSIFY)
  return { ...options, onProgress: options.onProgress && guard(options.onProgress) }
}

/** @param {{signal?: AbortSignal, truncation?: boolean, preprocess?: string}} options */
export const checkTokenizeOptions = (options) => check('tokenize', options, TOKENIZE)

/** @param {{signal?: AbortSignal}} options */
export const checkLogitsOptions = (options) => check('logits', options, pick(LOAD, 'signal'))

/** @param {{signal?: AbortSignal}} options */
export const checkSelfTestOptions = (options) => check('selfTest', options, pick(LOAD, 'signal'))

/** @param {object} options */
export const checkCacheOptions = (options) => check('this function', options, pick(LOAD, 'signal', 'cache', 'fetch'))

/**
 * @param {string} where  for messages
 * @param {object} options  undefined values count as absent
 * @param {Record<string, [(value: any) => boolean, string]>} checks  all options there are
 * @throws {BertweetError} input
 */
export function check(where, options, checks) {
  if (typeof options !== 'object' || options === null) {
    throw new BertweetError('input', `The options of ${where} must be an object.`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      throw new BertweetError('input', `${where} has no option ${name}; it has ${Object.keys(checks).join(', ')}.`)
    }
    const [isRight, description] = checks[name]
    if (value !== undefined && !isRight(value)) {
      throw new BertweetError('input', `The option ${name} must be ${description}.`)
    }
  }
}

const absolute = (location) => location === undefined ? null : resolveLocation(location).href

/** An error in the user's function is reported as uncaught, as for events, and does no harm here. */
export const guard = (handle) => (event) => {
  try {
    handle(event)
  } catch (error) {
    queueMicrotask(() => { throw error })
  }
}

/**
 * One text or a list of them, as a list of its own: what the caller does to his while it is read changes nothing.
 *
 * @param {unknown} texts
 * @returns {string[]}
 * @throws {BertweetError} input, naming the index
 */
export function checkTexts(texts) {
  if (typeof texts === 'string') return [texts]
  if (!Array.isArray(texts)) throw new BertweetError('input', `Expected a string or an array, found ${kindOf(texts)}.`)
  const wrong = texts.findIndex((text) => typeof text !== 'string')
  if (wrong >= 0) throw new BertweetError('input', `Text ${wrong} must be a string, found ${kindOf(texts[wrong])}.`)
  return [...texts]
}

/**
 * One row of token ids or several, as a list of rows: copies, which nobody changes, and of which any worker takes all.
 *
 * @param {unknown} ids
 * @param {{vocabSize: number, maxTokens: number}} sizes
 * @returns {Int32Array[]}
 * @throws {BertweetError} input, naming row and id
 */
export function checkIds(ids, { vocabSize, maxTokens }) {
  if (!Array.isArray(ids) && !ArrayBuffer.isView(ids)) {
    throw new BertweetError('input', `Expected ids or rows of ids, found ${kindOf(ids)}.`)
  }
  const isRow = (row) => Array.isArray(row) || ArrayBuffer.isView(row) && !(row instanceof DataView)
  const rows = ids.length === 0 || isRow(ids[0]) ? Array.from(ids) : [ids]
  return rows.map((row, index) => {
    if (!isRow(row) || row.length === 0 || row.length > maxTokens) {
      const found = isRow(row) ? row.length : kindOf(row)
      throw new BertweetError('input', `Row ${index} must have 1 to ${maxTokens} ids, found ${found}.`)
    }
    const copy = Array.from(row)
    const wrong = copy.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize)
    if (wrong >= 0) {
      throw new BertweetError('input', `Row ${index}: id ${String(copy[wrong])} is not in 0..${vocabSize - 1}.`)
    }
    return Int32Array.from(copy)
  })
}

const kindOf = (value) => value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
