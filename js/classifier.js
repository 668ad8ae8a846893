/**
 * classifier.js - loads a model and classifies with it.
 */

import { CACHE_NAME, browserCaches, cacheKey, findCached, openCache } from './cache.js'
import { acquireClient, nextClassifier } from './client.js'
import { BertweetError, asBertweetError } from './errors.js'
import { explain, maskWord, wordsOf } from './explain.js'
import { createSha256 } from './hash.js'
import { importLater } from './later.js'
import { readModel } from './manifest.js'
import {
  checkCacheOptions, checkClassifyOptions, checkIds, checkLoadOptions, checkLogitsOptions, checkTexts,
  checkSelfTestOptions, checkTokenizeOptions
} from './options.js'
import { cacheWriter, readShards } from './shards.js'

/**
 * @import { Manifest, Model, ModelOption } from './manifest.js'
 * @import { ClassifierOptions } from './options.js'
 */

/**
 * What a text was classified as.
 *
 * @typedef {object} Classification
 * @property {string} label  the best one
 * @property {number} score  its probability
 * @property {Record<string, number>} scores  of all labels, or of the topK best, best first
 * @property {number} [compound]  P(POS) - P(NEG), where the model has these labels: from -1 to 1
 * @property {string[]} [labels]  models with several labels a text: all that hold, best first
 * @property {number} tokens  ids the model saw, `<s>` and `</s>` included
 * @property {boolean} truncated  whether the text was longer than the model reads
 * @property {WordEffect[]} [explanation]  with the option explain: what each word adds to each score
 *
 * @typedef {import('./explain.js').Word & {scores: Record<string, number>, compound?: number}} WordEffect
 */

/**
 * Loads a model. Rejects with a BertweetError; after that it can be called again.
 *
 * @param {ClassifierOptions} [options]
 * @returns {Promise<Classifier>}
 */
export async function createClassifier(options = {}) {
  const checked = checkLoadOptions(options)
  const model = findModel(checked)
  model.catch(() => {}) // it may fail before open, where it is awaited, comes to it
  const connection = await open(model, checked)
  return new Classifier(await model, checked, connection)
}

/**
 * Whether all weights of a model are on this device, so that createClassifier will not download any.
 *
 * @param {ModelOption} [model]
 * @param {{signal?: AbortSignal, cache?: ClassifierOptions['cache'], fetch?: typeof globalThis.fetch}} [options]
 */
export async function isCached(model, options) {
  return await downloadSize(model, options) === 0
}

/**
 * How many bytes of weights createClassifier would download now.
 *
 * @param {ModelOption} [model]
 * @param {{signal?: AbortSignal, cache?: ClassifierOptions['cache'], fetch?: typeof globalThis.fetch}} [options]
 * @returns {Promise<number>}
 */
export async function downloadSize(model, options = {}) {
  checkCacheOptions(options)
  const cache = await openCache(options.cache)
  const { manifest, sourcesOf } = await findModel({ ...options, model })
  const sizes = await Promise.all(manifest.shards.map(async (shard) => {
    const isRemote = sourcesOf(shard).every((source) => source instanceof URL && source.protocol !== 'file:')
    return isRemote && !await findCached(cache, shard) ? shard.bytes : 0
  }))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/**
 * Removes the weights of a model from the cache; without a model, all that this library keeps there.
 *
 * @param {ModelOption} [model]
 * @param {{signal?: AbortSignal, cache?: ClassifierOptions['cache'], fetch?: typeof globalThis.fetch}} [options]
 */
export async function clearCache(model, options = {}) {
  checkCacheOptions(options)
  if (model === undefined && typeof options.cache !== 'object') {
    await browserCaches()?.delete(CACHE_NAME)
    return
  }
  const cache = await openCache(options.cache)
  const { manifest } = await findModel({ ...options, model })
  await Promise.all(manifest.shards.map((shard) => cache?.delete(cacheKey(shard))))
}

/** @param {{model?: ModelOption, fetch?: Function, signal?: AbortSignal, wasmUrl?: string | null}} options */
export async function findModel({ model, fetch, signal, wasmUrl = null }) {
  return readModel(model ?? await defaultModel(), { fetch, signal, sha256: createSha256(wasmUrl) })
}

/** The model that comes with the package, so that users of other models never see it. */
async function defaultModel() {
  try {
    return (await import('../models/tweet-mini/index.js')).default
  } catch (cause) {
    throw new BertweetError('unsupported', 'The default model cannot be imported here. In a service worker, write ' +
      'import model from \'bertweet-wasm/models/tweet-mini\' and createClassifier({ model }).', { cause })
  }
}

/**
 * Starts an engine and streams the weights into it.
 *
 * @param {Model | Promise<Model>} model
 * @param {ReturnType<typeof checkLoadOptions>} options
 */
async function open(model, options) {
  const { signal, onProgress, fetch, wasmUrl } = options
  const client = await acquireClient(options)
  const id = nextClassifier()
  const request = (method, args, how) => client.request(id, method, args, { signal, ...how })
  try {
    const [found, cache] = await Promise.all([model, openCache(options.cache)])
    const { manifest } = found
    const imageBytes = manifest.image.bytes
    const opened = request('open', { wasmUrl, imageBytes, threads: options.threads })
    opened.catch(() => {})
    const writer = cacheWriter(cache)
    const sha256 = createSha256(wasmUrl)
    for await (const block of readShards(found, { cache, fetch, signal, onProgress, sha256 })) {
      await opened
      await writer.write(block)
      await request('write', { shard: block.shard, bytes: block.bytes }, { transfer: [block.bytes.buffer] })
    }
    const started = await request('start', {
      imageBytes,
      preprocess: options.preprocess ?? manifest.preprocess,
      maxTokens: manifest.maxTokens,
      temperature: manifest.temperature,
      isMultiLabel: manifest.problemType === 'multi_label_classification',
      kernel: options.kernel,
      inPlace: client.workerReason !== null
    })
    checkSizes(manifest, started.sizes)
    const connection = { client, id, ...started, cached: false }
    writer.finished().then((cached) => { connection.cached = cached })
    return connection
  } catch (error) {
    client.release(id)
    throw asBertweetError(error, 'internal', 'The model cannot be loaded')
  }
}

/** The image must be the one that the manifest describes. */
function checkSizes({ config, labels, name }, sizes) {
  const pairs = [
    ['hidden_size', config.hidden_size, sizes.hiddenSize],
    ['num_hidden_layers', config.num_hidden_layers, sizes.numLayers],
    ['num_attention_heads', config.num_attention_heads, sizes.numHeads],
    ['intermediate_size', config.intermediate_size, sizes.intermediateSize],
    ['vocab_size', config.vocab_size, sizes.vocabSize],
    ['max_position_embeddings', config.max_position_embeddings, sizes.numPositions],
    ['number of labels', labels.length, sizes.numLabels]
  ]
  const wrong = pairs.find(([, expected, found]) => expected !== found)
  if (!wrong) return
  throw new BertweetError('model', `Model ${name}: ${wrong[0]} is ${wrong[1]} in the manifest, ${wrong[2]} in the ` +
    'image. Convert it again.')
}

/** A loaded model. Made by createClassifier. */
class Classifier {
  #model
  #options
  #connection
  /** What info tells of the connection. */
  #current
  #disposed = new AbortController()

  constructor(model, options, connection) {
    this.#model = model
    this.#options = options
    this.#current = connection
    this.#connection = Promise.resolve(connection)
  }

  /** What is loaded, and how it runs. */
  get info() {
    const { name, labels, license, source, fidelity, bytes, problemType, maxTokens, preprocess } = this.#model.manifest
    const { client, kernel, threads, threadsReason, memory, cached } = this.#current
    return {
      model: name,
      labels: [...labels],
      license,
      source,
      fidelity,
      problemType,
      preprocess: this.#options.preprocess ?? preprocess,
      maxTokens,
      bytes,
      memory,
      cached,
      kernel,
      threads,
      threadsReason,
      worker: client.workerReason === null,
      workerReason: client.workerReason
    }
  }

  /**
   * Classifies a text, or a list of texts into a list of the same order.
   *
   * @param {string | string[]} texts
   * @param {{signal?: AbortSignal, topK?: number, explain?: boolean,
   *   onProgress?: (progress: {done: number, total: number}) => void}} [options]
   *   explain: also without each word, which takes as long as one more text a word; onProgress: of texts, called as
   *   batches of them are done, lastly with done equal to total
   * @returns {Promise<Classification | Classification[]>}
   * @throws {BertweetError} input, aborted, disposed, memory, internal
   */
  async classify(texts, options = {}) {
    const { signal, onProgress, topK } = checkClassifyOptions(options)
    const list = checkTexts(texts)
    const words = options.explain ? list.map((text) => wordsOf(text, this.info.maxTokens)) : []
    const masked = words.flatMap((of, index) => of.map((word) => maskWord(list[index], word)))
    const all = list.concat(masked)
    const report = onProgress && ((done) => onProgress({ done, total: all.length }))
    const result = await this.#request('classify', { texts: all }, { signal, onProgress: report })
    this.#current.memory = result.memory
    const results = list.map((_, index) => this.#classification(result, index, topK))
    let next = list.length
    words.forEach((of, index) => {
      results[index].explanation = explain(results[index], of, of.map(() => this.#classification(result, next++)))
    })
    return typeof texts === 'string' ? results[0] : results
  }

  /**
   * The tokens of a text, as Python's tokenizer has them.
   *
   * @param {string} text
   * @param {{signal?: AbortSignal, truncation?: boolean, preprocess?: 'none' | 'pysentimiento' | 'bertweet'}} [options]
   *   truncation: cut to maxTokens, default true; preprocess: another text mode than the classifier's
   * @returns {Promise<{ids: number[], tokens: string[], text: string, truncated: boolean}>}
   *   text: after preprocessing
   */
  async tokenize(text, options = {}) {
    checkTokenizeOptions(options)
    if (Array.isArray(text)) throw new BertweetError('input', 'tokenize takes one text.')
    checkTexts(text)
    const { signal, truncation = true, preprocess } = options
    const { ids, ...rest } = await this.#request('tokenize', { text, truncation, preprocess }, { signal })
    return { ids: Array.from(ids), ...rest }
  }

  /**
   * The classification head's raw output for ready token ids.
   *
   * @param {number[] | number[][]} ids  one row or several, from `<s>` to `</s>`
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Float32Array>} rows x labels
   */
  async logits(ids, options = {}) {
    checkLogitsOptions(options)
    return this.#request('logits', { rows: checkIds(ids, this.#current.sizes) }, options)
  }

  /**
   * Replays the self-test of the model's manifest on this machine: the reference's token ids, the fp32 path's scores
   * within a tolerance, and the bits of the logits that were computed at conversion.
   *
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<import('./self-test.js').SelfTestResult>}
   * @throws {BertweetError} model (the manifest has no self-test), unsupported (later.js),
   *   aborted, disposed, memory, internal
   */
  async selfTest(options = {}) {
    checkSelfTestOptions(options)
    const { runSelfTest } = await importLater('selfTest')
    const { manifest } = this.#model
    return runSelfTest({
      manifest,
      preprocess: this.#options.preprocess ?? manifest.preprocess,
      tokenize: async (text, preprocess) => (await this.tokenize(text, { ...options, preprocess })).ids,
      logits: (rows) => this.logits(rows, options),
      sha256: createSha256(this.#options.wasmUrl)
    })
  }

  /** Gives back all memory. Calls that wait reject with `disposed`. Safe to call twice. */
  async dispose() {
    if (this.#disposed.signal.aborted) return
    this.#disposed.abort()
    const { client, id } = await this.#connection.catch(() => this.#current)
    client.release(id)
  }

  /** For `await using`; engines without the symbol have this one under another. */
  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    return this.dispose()
  }

  async #request(method, args, { signal, onProgress }) {
    const { client, id } = await this.#connected()
    this.#checkUsable()
    try {
      return await client.request(id, method, args, { signal, onProgress })
    } catch (error) {
      this.#checkUsable()
      throw error
    }
  }

  /** The connection; a new one, from the cache, where the worker has died. */
  #connected() {
    this.#checkUsable()
    const options = { ...this.#options, signal: this.#disposed.signal, onProgress: undefined }
    const reopen = async () => this.#current = await open(this.#model, options)
    this.#connection = this.#connection.then((last) => last.client.isEnded ? reopen() : last, reopen)
    return this.#connection
  }

  #checkUsable() {
    if (this.#disposed.signal.aborted) throw new BertweetError('disposed', 'The classifier was disposed of.')
  }

  /** @returns {Classification} */
  #classification({ scores: all, tokens, truncated }, index, topK) {
    const { labels, problemType, thresholds } = this.#model.manifest
    const row = all.subarray(index * labels.length, (index + 1) * labels.length)
    const ranked = labels.map((label, i) => ({ label, score: row[i], threshold: thresholds?.[i] ?? 0.5 }))
      .sort((a, b) => b.score - a.score)
    const [{ label, score }] = ranked
    const scores = topK ? ranked.slice(0, topK).map((entry) => [entry.label, entry.score])
      : labels.map((name, i) => [name, row[i]])
    const result = { label, score, scores: Object.fromEntries(scores) }
    const [negative, positive] = [labels.indexOf('NEG'), labels.indexOf('POS')]
    if (negative >= 0 && positive >= 0) result.compound = row[positive] - row[negative]
    if (problemType === 'multi_label_classification') {
      result.labels = ranked.filter((entry) => entry.score >= entry.threshold).map((entry) => entry.label)
    }
    return { ...result, tokens: tokens[index], truncated: truncated[index] === 1 }
  }
}
