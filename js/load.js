/**
 * load.js - brings the weights of a model into an engine.
 */

import { acquireClient, nextClassifier } from './client.js'
import { asBertweetError, disposedError, errorToMessage, orAborted } from './errors.js'
import { readShards } from './shards.js'

/**
 * @import { WeightCache } from './cache.js'
 * @import { BertweetError } from './errors.js'
 * @import { Manifest, Model, Shard } from './manifest.js'
 * @import { checkLoadOptions } from './options.js'
 */

/**
 * A model on its way into an engine. From when it is open on, the engine answers: texts whose words have not arrived
 * wait for them there.
 */
export class Load {
  #id = nextClassifier()
  /** Weights are on their way before there is a client. @type {ReturnType<typeof acquireClient>} */
  #acquired
  #client
  #model
  #options
  #cache
  /** @type {Set<Shard>} */
  #missing
  /** Resolves when the engine has reserved memory. @type {Promise<void>} */
  #reserved
  /** Resolves when the resident part of the image is open. */
  #opened
  #open
  #isOpening = false
  #progress = 0
  #fromCache = 0
  #stop = new AbortController()
  /** While the cache reads from the engine. @type {Promise<unknown>} */
  #rest = Promise.resolve()

  /** What the engine said of itself when it opened. */
  engine
  /** Resolves when all weights are there. After a rejection, retry. @type {Promise<void>} */
  whole
  /** What whole was rejected with. @type {BertweetError | null} */
  failure = null
  /** Whether all weights are in the cache. */
  isCached = false
  /** Bytes of weights that came from servers. */
  downloaded = 0

  /**
   * Starts an engine and streams the weights into it. Resolves when all are there; with the option early, when the
   * model is open.
   *
   * @param {Promise<Model>} model
   * @param {Promise<WeightCache>} cache
   * @param {ReturnType<typeof checkLoadOptions>} options
   * @returns {Promise<Load>}
   * @throws {BertweetError}
   */
  static async start(model, cache, options) {
    const load = new Load(acquireClient(options), options)
    try {
      await load.#begin(await model, await cache)
      return load
    } catch (error) {
      load.release()
      throw asBertweetError(error, 'internal', 'The model cannot be loaded')
    }
  }

  /** Use Load.start. */
  constructor(acquired, options) {
    acquired.catch(() => {}) // comes up where it is awaited
    this.#acquired = acquired
    this.#options = options
    this.#opened = new Promise((resolve) => { this.#open = resolve })
  }

  /** Why there is no worker; null where there is one. */
  get workerReason() {
    return this.#client.workerReason
  }

  /** Why not all weights are in the cache; null where they are, or are on the way. */
  get cacheReason() {
    return this.#model.id === null ? 'the model is on this device' : this.#cache.reason
  }

  /** Whether its worker has ended, so that another load is needed. */
  get isEnded() {
    return this.#client.isEnded
  }

  /**
   * Asks the engine for something.
   *
   * @param {string} method  of Engine
   * @param {object} args
   * @param {{signal?: AbortSignal, transfer?: Transferable[]}} [how]
   */
  request(method, args, how) {
    return this.#client.request(this.#id, method, args, how)
  }

  /** Reads what is missing after a failure. */
  retry() {
    this.#options = { ...this.#options, signal: undefined }
    this.#tell(null)
    this.#read()
  }

  /** Gives back all it holds. What has been verified but not yet stored is stored before. */
  async release() {
    this.#stop.abort()
    await this.#rest
    await this.#acquired.then((client) => client.release(this.#id), () => {})
  }

  async #begin(model, cache) {
    this.#model = model
    this.#cache = cache
    this.#missing = new Set(model.manifest.shards)
    this.#reserved = this.#reserve()
    this.#read()
    await (this.#options.early ? Promise.race([this.#opened, this.whole]) : this.whole)
  }

  async #reserve() {
    const { wasmUrl, threads, signal } = this.#options
    this.#client = await orAborted(this.#acquired, signal)
    await this.request('open', { wasmUrl, threads, imageBytes: this.#model.manifest.image.bytes }, { signal })
  }

  #read() {
    this.failure = null
    this.whole = this.#stream()
    this.whole.catch((error) => {
      this.failure = error
      if (this.engine) this.#tell(errorToMessage(error))
    })
  }

  async #stream() {
    const { fetch, early, signal } = this.#options
    const stop = new AbortController()
    const abort = () => stop.abort(signal?.reason)
    signal?.addEventListener('abort', abort)
    this.#stop.signal.addEventListener('abort', abort)
    try {
      await Promise.all([this.#reserved, readShards(this.#model, {
        shards: [...this.#missing],
        residentFirst: early,
        cache: this.#cache,
        fetch,
        signal: stop.signal,
        onProgress: (progress) => this.#report(progress),
        take: (block) => this.#write(block, stop.signal),
        recall: async ({ offset }, bytes) =>
          (await this.request('read', { offset, bytes }, { transfer: [bytes.buffer] })).bytes,
        onRest: (stored) => { this.#rest = stored }
      })])
    } catch (error) {
      throw this.#stop.signal.aborted ? disposedError() : error
    } finally {
      abort()
      signal?.removeEventListener('abort', abort)
      this.#stop.signal.removeEventListener('abort', abort)
    }
    this.isCached = this.#fromCache === this.#model.manifest.shards.length
    this.#cache.commit(this.#model).then((isCached) => { this.isCached = isCached }, () => {})
  }

  async #write({ shard, bytes, from }, signal) {
    await this.#reserved
    const taken = await this.request('write', { shard, bytes }, { signal, transfer: [bytes.buffer] })
    if (taken.sha256 !== shard.sha256) return taken
    this.#missing.delete(shard)
    if (from === 'network') this.downloaded += shard.bytes
    if (from === 'cache') this.#fromCache++
    const { resident } = this.#model.manifest.image
    const isComplete = ![...this.#missing].some(({ offset }) => offset < resident)
    if (isComplete && !this.#isOpening) await this.#start(signal)
    return taken
  }

  async #start(signal) {
    this.#isOpening = true
    const { manifest } = this.#model
    const { kernel, preprocess = manifest.preprocess } = this.#options
    const { name, config, labels } = manifest
    const started = await this.request('start', {
      described: { name, config, labels },
      preprocess,
      maxTokens: manifest.maxTokens,
      temperature: manifest.temperature,
      isMultiLabel: manifest.problemType === 'multi_label_classification',
      kernel,
      inPlace: this.workerReason !== null
    }, { signal })
    this.engine = started
    this.#open()
  }

  /** Lets texts that wait for rows know that they wait in vain, or not any more. */
  #tell(failure) {
    this.request('fail', { failure }).catch(() => {})
  }

  #report(progress) {
    if (progress.loaded <= this.#progress) return
    this.#progress = progress.loaded
    this.#options.onProgress?.(progress)
  }
}
