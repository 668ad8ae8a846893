/**
 * engine.js - what runs behind the messages: models and their inference, in a worker or in place.
 *
 * A request is { id, classifier, method, args }; the answer { id, result } or { id, error }, where error is what
 * errorToMessage makes, after any number of { id, done }, texts that are done. { id, abort: true } asks to give a
 * request up. One host serves any number of classifiers; each has its own WebAssembly memory, and all share the
 * compiled module. The requests of one classifier that run its model (classify, logits, tokenize) run one after the
 * other, in the order in which they came.
 */

import { BertweetError, abortError, describe, disposedError, errorFromMessage, errorToMessage } from './errors.js'
import { pickBinary } from './features.js'
import { createSha256 } from './hash.js'
import { checkSizes } from './sizes.js'
import { Threads, planThreads } from './threads.js'
import { MODES, Wasm, compile } from '../web/wasm.js'

/** Between layers and texts, other tasks of the thread get their turn after so long. */
const SLICE_MS = 8

/**
 * @typedef {object} Job  a request that can be given up
 * @property {number} id
 * @property {boolean} aborted
 * @property {(done: number) => void} report
 * @property {() => void} [wake]  if it sleeps
 *
 * @typedef {object} Scores  of texts, in their order
 * @property {Float32Array} scores  texts x labels, after softmax or sigmoid
 * @property {Uint32Array} tokens  ids of each text, `<s>` and `</s>` included
 * @property {Uint8Array} truncated  1 where ids were dropped
 * @property {number} memory  bytes of WebAssembly memory, which long texts let grow
 */

/** Serves requests; what a worker holds. */
export class Host {
  #post
  /** @type {Map<number, Promise<Engine>>} by classifier */
  #engines = new Map()
  /** @type {Map<number, Job>} by request */
  #jobs = new Map()

  /** @param {(message: object, transfer?: Transferable[]) => void} post  sends an answer */
  constructor(post) {
    this.#post = post
  }

  /** @param {{id: number, classifier: number, method: string, args?: object, abort?: boolean}} message */
  async receive({ id, classifier, method, args, abort }) {
    if (abort) {
      const job = this.#jobs.get(id)
      if (job) job.aborted = true
      job?.wake?.()
      return
    }
    const job = { id, aborted: false, report: (done) => this.#post({ id, done }) }
    this.#jobs.set(id, job)
    try {
      const result = await this.#answer(classifier, method, args, job)
      this.#post({ id, result }, method === 'write' || method === 'read' ? [result.bytes.buffer] : undefined)
    } catch (error) {
      this.#post({ id, error: errorToMessage(error) })
    } finally {
      this.#jobs.delete(id)
    }
  }

  /** Closes all engines, where no worker ends with them. */
  end() {
    for (const classifier of this.#engines.keys()) this.receive({ classifier, method: 'close' })
  }

  async #answer(classifier, method, args, job) {
    if (method === 'open') {
      this.#engines.set(classifier, Engine.open(args))
      await this.#engines.get(classifier)
      return undefined
    }
    const opening = this.#engines.get(classifier)
    if (method === 'close') this.#engines.delete(classifier)
    else if (!opening) throw new BertweetError('internal', `There is no classifier ${classifier}.`)
    return (await opening)?.[method](args, job)
  }
}

/** One model. */
class Engine {
  #wasm
  /** Threads there should be. @type {import('./threads.js').Plan} */
  #plan
  /** Those that help; they load while weights arrive. @type {Promise<Threads> | null} */
  #threads = null
  #sha256
  #settings
  #lastPause = performance.now()
  #queue = Promise.resolve()
  #closed = false
  /** Sizes of the pieces of the image that have come too early to be used, by their offsets. */
  #early = new Map()
  /** So many bytes of the image are there, without a gap. */
  #present = 0
  /** Why no more come. @type {object | null} */
  #failure = null
  /** Jobs that wait for more. @type {Set<Job>} */
  #sleepers = new Set()

  /**
   * Fetches the module and reserves memory, so that the image can be written. Where that fails with threads, it is done
   * without.
   *
   * @param {{wasmUrl: string | null, imageBytes: number, threads: 'auto' | number}} args
   */
  static async open({ wasmUrl, imageBytes, threads }) {
    const plan = planThreads(threads)
    const create = async (plan) =>
      new Engine(await Wasm.create(await compile(pickBinary(wasmUrl, plan.count > 1)), imageBytes), plan, wasmUrl)
    if (plan.count === 1) return create(plan)
    return create(plan).catch((error) => create({ count: 1, reason: describe(error) }))
  }

  /** @param {Wasm} wasm @param {import('./threads.js').Plan} plan @param {string | null} wasmUrl */
  constructor(wasm, plan, wasmUrl) {
    this.#wasm = wasm
    this.#sha256 = createSha256(wasmUrl)
    this.#plan = plan.count === 1 || wasm.isShared ? plan
      : { count: 1, reason: 'the module at wasmUrl is a build without threads' }
    this.#startThreads()
  }

  #startThreads() {
    const { count } = this.#plan
    if (count > 1) this.#threads = Threads.start(this.#wasm.module, this.#wasm.memory, count - 1)
  }

  /**
   * Verifies a shard, and puts it to its place if it is right.
   *
   * @param {{shard: import('./manifest.js').Shard, bytes: Uint8Array}} block
   * @returns {Promise<import('./shards.js').Taken>}
   */
  async write({ shard, bytes }) {
    const sha256 = await this.#sha256(bytes)
    if (sha256 === shard.sha256) this.#place(shard, bytes)
    return { bytes, sha256 }
  }

  /** Fills bytes with those of a raw shard that was written. @param {{offset: number, bytes: Uint8Array}} args */
  read({ offset, bytes }) {
    this.#wasm.readImage(offset, bytes)
    return { bytes }
  }

  #place(shard, bytes) {
    this.#wasm.writeShard(shard, bytes)
    this.#early.set(shard.offset, shard.size)
    const before = this.#present
    for (let size; (size = this.#early.get(this.#present)); this.#present += size) this.#early.delete(this.#present)
    if (this.#wasm.info && this.#present > before) {
      this.#wasm.extend(this.#present)
      this.#wakeAll()
    }
  }

  /** Tells that no more of the image will come, or that it will again. @param {{failure: object | null}} args */
  fail({ failure }) {
    this.#failure = failure
    this.#wakeAll()
  }

  /**
   * Opens the model, the resident part of which has been written.
   *
   * @param {object} settings
   * @param {{name: string, config: Record<string, number>, labels: string[]}} settings.described  by the manifest
   * @param {'none' | 'pysentimiento' | 'bertweet'} settings.preprocess
   * @param {number} settings.maxTokens
   * @param {number} settings.temperature
   * @param {boolean} settings.isMultiLabel
   * @param {number} settings.kernel  a bt_kernel
   * @param {boolean} settings.inPlace  the thread has other things to do: smaller batches, shorter layers
   * @returns {Promise<{kernel: string, threads: number, threadsReason: string | null, memory: number,
   *   sizes: import('../web/wasm.js').ModelInfo}>}
   * @throws {BertweetError} model: the image is damaged, or another than the manifest describes
   */
  async start(settings) {
    this.#settings = settings
    const threads = await this.#threads
    const { count, reason } = threads?.plan ?? this.#plan
    const batchRows = settings.inPlace ? settings.maxTokens : undefined
    this.#wasm.open(this.#present, { kernel: settings.kernel, threads: count, batchRows })
    threads?.help((thread) => this.#wasm.placeOf(thread))
    const { kernel, info, memoryBytes } = this.#wasm
    checkSizes(settings.described, info)
    return { kernel, threads: count, threadsReason: reason, sizes: info, memory: memoryBytes }
  }

  async close() {
    this.#closed = true
    this.#wakeAll()
    ;(await this.#threads)?.end()
  }

  /** After one has died with work in hand. */
  async #restartThreads() {
    (await this.#threads).end()
    this.#startThreads()
    const threads = await this.#threads
    this.#wasm.reopen(threads.plan.count)
    threads.help((thread) => this.#wasm.placeOf(thread))
  }

  /** @param {{text: string, truncation: boolean, preprocess?: string}} args @param {Job} job */
  tokenize({ text, truncation, preprocess = this.#settings.preprocess }, job) {
    const { maxTokens } = this.#settings
    return this.#inTurn(job, () => this.#wasm.tokenize(text, MODES[preprocess], truncation ? maxTokens : 0, true))
  }

  /** @param {{texts: string[]}} args @param {Job} job @returns {Promise<Scores>} */
  classify({ texts }, job) {
    return this.#inTurn(job, async () => {
      const tokens = new Uint32Array(texts.length)
      const truncated = new Uint8Array(texts.length)
      const logits = await this.#logits(this.#rows(texts, tokens, truncated), texts.length, job)
      const { isMultiLabel, temperature } = this.#settings
      const scores = isMultiLabel ? this.#wasm.sigmoid(logits, temperature) : this.#wasm.softmax(logits, temperature)
      return { scores, tokens, truncated, memory: this.#wasm.memoryBytes }
    })
  }

  /** @param {{rows: ArrayLike<number>[]}} args  ids of each text @param {Job} job @returns {Promise<Float32Array>} */
  logits({ rows }, job) {
    return this.#inTurn(job, () => this.#logits(rows, rows.length, job))
  }

  /** Ids of the texts, one text at a time, as they are wanted. */
  * #rows(texts, tokens, truncated) {
    const { preprocess, maxTokens } = this.#settings
    for (const [index, text] of texts.entries()) {
      const row = tokenizeAt(this.#wasm, text, MODES[preprocess], maxTokens, index)
      tokens[index] = row.ids.length
      truncated[index] = row.truncated ? 1 : 0
      yield row.ids
    }
  }

  /** Runs rows of ids in batches as large as the session takes. */
  async #logits(rows, count, job) {
    const logits = new Float32Array(count * this.#wasm.info.numLabels)
    let done = 0
    let batch = []
    let length = 0
    const flush = async () => {
      if (batch.length === 0) return
      logits.set(await this.#forward(batch, job), done * this.#wasm.info.numLabels)
      done += batch.length
      job.report(done)
      batch = []
      length = 0
    }
    for (const ids of rows) {
      if (length + ids.length > this.#wasm.maxRows) await flush()
      batch.push(ids)
      length += ids.length
      await this.#pause(job)
    }
    await flush()
    return logits
  }

  /** @param {ArrayLike<number>[]} batch @param {Job} job */
  async #forward(batch, job) {
    const ids = batch.flatMap((row) => Array.from(row))
    const lengths = batch.map((row) => row.length)
    while (!this.#wasm.begin(ids, lengths)) await this.#sleep(job)
    try {
      for (let layer = 0; layer < this.#wasm.info.numLayers; layer++) {
        await this.#pause(job)
        this.#wasm.runLayer(layer)
      }
      return this.#wasm.finish()
    } catch (error) {
      if (this.#wasm.hasLostThread) await this.#restartThreads()
      throw error
    }
  }

  /** Lets a job run after all those before it. @template T @param {Job} job @param {() => T | Promise<T>} run */
  #inTurn(job, run) {
    const turn = this.#queue.then(() => {
      this.#checkWanted(job)
      return run()
    })
    this.#queue = turn.catch(() => {})
    return turn
  }

  /** Lets other tasks run if it is time to, among them the message that ends this job. */
  async #pause(job) {
    if (performance.now() - this.#lastPause < SLICE_MS) return
    await nextTask()
    this.#lastPause = performance.now()
    this.#checkWanted(job)
  }

  /** Waits until more of the image is there. */
  async #sleep(job) {
    if (this.#failure) throw errorFromMessage(this.#failure)
    this.#sleepers.add(job)
    await new Promise((resolve) => { job.wake = resolve })
    this.#sleepers.delete(job)
    this.#checkWanted(job)
  }

  #wakeAll() {
    for (const job of this.#sleepers) job.wake()
  }

  #checkWanted(job) {
    if (job.aborted) throw abortError()
    if (this.#closed) throw disposedError()
  }
}

function tokenizeAt(wasm, text, mode, maxTokens, index) {
  try {
    return wasm.tokenize(text, mode, maxTokens)
  } catch (error) {
    if (error.code === 'input') error.message = `Text ${index}: ${error.message}`
    throw error
  }
}

/** Resolves in a task of its own, without the 4 ms that browsers add to timers. */
const nextTask = () => new Promise((resolve) => {
  if (globalThis.setImmediate) {
    setImmediate(resolve)
    return
  }
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    resolve()
  }
  port2.postMessage(null)
})
