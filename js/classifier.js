/**
 * classifier.js - loads a model and classifies with it.
 */

import { openCache } from './cache.js'
import { disposedError } from './errors.js'
import { createSha256 } from './hash.js'
import { importLater } from './later.js'
import { Load } from './load.js'
import {
  checkClassifyOptions, checkIds, checkLoadOptions, checkLogitsOptions, checkTexts, checkSelfTestOptions,
  checkTokenizeOptions
} from './options.js'
import { findModel } from './storage.js'

/** @import { ClassifierOptions } from './options.js' */

/**
 * What a text was classified as.
 *
 * @typedef {object} Classification
 * @property {string} label  the best one
 * @property {number} score  its probability
 * @property {Record<string, number>} scores  of all labels, or of the topK best, best first; JavaScript itself puts
 *   labels that are integers before others, ascending
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
  const cache = openCache(checked.cache)
  const model = findModel({ ...checked, cache })
  model.catch(() => {}) // it may fail before Load, where it is awaited, comes to it
  const load = await Load.start(model, cache, checked)
  return new Classifier(await model, cache, checked, load)
}

/** A loaded model. Made by createClassifier. */
class Classifier {
  #model
  #cache
  #options
  /** The last load; where its worker has died, the next call begins another. @type {Promise<Load>} */
  #load
  /** What info tells of: the last load that succeeded. @type {Load} */
  #current
  #disposed = new AbortController()

  constructor(model, cache, options, load) {
    this.#model = model
    this.#cache = cache
    this.#options = options
    this.#current = load
    this.#load = Promise.resolve(load)
  }

  /**
   * Resolves when all weights are there, which with the option early may be later than createClassifier. Rejects with
   * what the load failed of, and the next call that needs what is missing tries again; with `disposed` after dispose.
   *
   * @returns {Promise<void>}
   */
  get loaded() {
    return this.#current.whole
  }

  /** What is loaded, and how it runs. */
  get info() {
    const { name, labels, license, source, fidelity, bytes, problemType, maxTokens, preprocess } = this.#model.manifest
    const { engine, downloaded, isCached, cacheReason, workerReason } = this.#current
    return {
      model: name,
      labels: [...labels],
      license,
      source,
      fidelity,
      problemType,
      preprocess: this.#options.preprocess ?? preprocess,
      maxTokens,
      url: this.#model.url,
      bytes,
      downloaded,
      cached: isCached,
      cacheReason: isCached ? null : cacheReason,
      memory: engine.memory,
      kernel: engine.kernel,
      threads: engine.threads,
      threadsReason: engine.threadsReason,
      worker: workerReason === null,
      workerReason
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
   * @throws {BertweetError} input, aborted, disposed, memory, unsupported (of explain: later.js), internal
   */
  async classify(texts, options = {}) {
    const { signal, onProgress, topK } = checkClassifyOptions(options)
    const list = checkTexts(texts)
    const occlusion = options.explain ? (await importLater('explain')).occlude(list, this.info.maxTokens) : null
    const all = occlusion ? list.concat(occlusion.texts) : list
    const report = onProgress && ((done) => onProgress({ done, total: all.length }))
    const result = await this.#request('classify', { texts: all }, { signal, onProgress: report })
    this.#current.engine.memory = result.memory
    const results = list.map((_, index) => this.#classification(result, index, topK))
    const masked = occlusion?.texts.map((_, index) => this.#classification(result, list.length + index))
    occlusion?.explain(results, masked)
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
    checkTexts([text])
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
    return this.#request('logits', { rows: checkIds(ids, this.#current.engine.sizes) }, options)
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
    const load = await this.#load.catch(() => this.#current)
    await load.release()
  }

  /** For `await using`; engines without the symbol have this one under another. */
  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    return this.dispose()
  }

  async #request(method, args, { signal, onProgress }) {
    const load = await this.#usableLoad()
    this.#checkUsable()
    if (load.failure) load.retry()
    try {
      return await load.request(method, args, { signal, onProgress })
    } finally {
      this.#checkUsable() // dispose comes before what else may have happened
    }
  }

  /** The load; a new one, from the cache, where the worker has died. */
  #usableLoad() {
    this.#checkUsable()
    const options = { ...this.#options, signal: this.#disposed.signal, onProgress: undefined }
    const reload = async () => this.#current = await Load.start(this.#model, this.#cache, options)
    this.#load = this.#load.then((last) => last.isEnded ? reload() : last, reload)
    return this.#load
  }

  #checkUsable() {
    if (this.#disposed.signal.aborted) throw disposedError()
  }

  /** @returns {Classification} */
  #classification({ scores: all, tokens, truncated }, index, topK) {
    const { labels, problemType, thresholds } = this.#model.manifest
    const row = all.subarray(index * labels.length, (index + 1) * labels.length)
    const entries = labels.map((label, i) => ({ label, score: row[i], threshold: thresholds?.[i] ?? 0.5 }))
    const ranked = [...entries].sort((a, b) => b.score - a.score)
    const [{ label, score }] = ranked
    const shown = topK ? ranked.slice(0, topK) : entries
    const result = { label, score, scores: Object.fromEntries(shown.map((entry) => [entry.label, entry.score])) }
    const [negative, positive] = [labels.indexOf('NEG'), labels.indexOf('POS')]
    if (negative >= 0 && positive >= 0) result.compound = row[positive] - row[negative]
    if (problemType === 'multi_label_classification') {
      result.labels = ranked.filter((entry) => entry.score >= entry.threshold).map((entry) => entry.label)
    }
    return { ...result, tokens: tokens[index], truncated: truncated[index] === 1 }
  }
}
