/**
 * cache.js - weights kept on the device: shards under the hash of their contents, and for each model a record of its
 * manifest, written last, so that what has a record is complete.
 *
 * A cache never makes a load fail: what it cannot give is fetched, what it cannot take is not kept. What it gives is
 * verified like everything else, by the reader.
 */

import { BertweetError, describe } from './errors.js'
import { importLater } from './later.js'
import { takeTurn } from './locks.js'

/**
 * @import { Model, Shard } from './manifest.js'
 */

/** Name of the library's cache in the browser's Cache API. */
export const CACHE_NAME = 'bertweet-wasm'
/** An address that is nobody's, as the Cache API wants one. */
const ORIGIN = 'https://bertweet-wasm.invalid/'
const RECORDS = `${ORIGIN}model?`
/** A cache that takes longer for anything is not asked any more. */
const PATIENCE_MS = 20000

/**
 * What this page does to each store (the browser's caches, or an object of the option): one thing after the other, so
 * that what is removed is not put there again by what was on its way.
 *
 * @type {WeakMap<object, Promise<unknown>>}
 */
const queues = new WeakMap()

/** Does something after all that was begun. @template T @param {object} place @param {() => T | Promise<T>} use */
function inQueue(place, use) {
  const turn = (queues.get(place) ?? Promise.resolve()).then(use)
  queues.set(place, turn.catch(() => {}))
  return turn
}

/**
 * What a cache must do, in the words of the Cache API: keys are URLs, values Responses.
 *
 * @typedef {object} ResponseCache
 * @property {(key: string) => Promise<Response | undefined>} match
 * @property {(key: string, response: Response) => Promise<unknown>} put
 * @property {(key: string) => Promise<unknown>} delete
 */

/**
 * The key of a shard, equal for all mirrors.
 *
 * @param {{sha256: string}} shard
 */
export const cacheKey = (shard) => ORIGIN + shard.sha256

/** @param {string} id  of a Model */
const recordKey = (id) => RECORDS + encodeURIComponent(id)

/**
 * The browser's caches, where there are any; frames of no origin may not even look.
 *
 * @returns {CacheStorage | undefined}
 */
function browserCaches() {
  try {
    return globalThis.caches
  } catch {
    return undefined
  }
}

/**
 * The cache behind the option `cache`.
 *
 * @param {boolean | ResponseCache | WeightCache} [option]  true: the browser's, where there is one
 * @returns {Promise<WeightCache>}
 * @throws {BertweetError} input
 */
export async function openCache(option = true) {
  if (option instanceof WeightCache) return option
  if (option === false) return new WeightCache(null, 'the option cache is false')
  if (option === true) {
    const caches = browserCaches()
    if (!caches) return new WeightCache(null, 'there is no Cache API here; in browsers, it needs https')
    try {
      return new WeightCache(await inTime(caches.open(CACHE_NAME)), null, caches)
    } catch (error) {
      return new WeightCache(null, reasonOf(error))
    }
  }
  if (['match', 'put', 'delete'].some((method) => typeof option?.[method] !== 'function')) {
    throw new BertweetError('input', 'The option cache must be true, false or an object with match, put and delete.')
  }
  return new WeightCache(option)
}

/** Removes all that the library keeps in the browser's caches, and what is on its way there. */
export async function clearBrowserCache() {
  const caches = browserCaches()
  if (caches) await inQueue(caches, () => caches.delete(CACHE_NAME))
}

/** Keeps shards and records in a ResponseCache, or in none. */
export class WeightCache {
  #store
  /** Whose queue it uses. */
  #place
  /** Whether it is the browser's. */
  #isBrowsers
  /** Whether other tabs that use it wait for each other. */
  #takesTurns

  /** Why it does not keep everything; null where it does. @type {string | null} */
  reason

  /**
   * @param {ResponseCache | null} store
   * @param {string | null} [reason]  why there is none
   * @param {CacheStorage} [caches]  of the browser, where store is one of these
   */
  constructor(store, reason = null, caches = undefined) {
    this.#store = store
    this.#place = caches ?? store
    this.#isBrowsers = this.#takesTurns = caches !== undefined
    this.reason = reason
  }

  get exists() {
    return this.#store !== null
  }

  /** @param {Shard} shard @returns {Promise<Response | undefined>} */
  find(shard) {
    return this.#match(cacheKey(shard))
  }

  /** Throws a shard away. @param {Shard} shard */
  drop(shard) {
    return this.#delete(cacheKey(shard))
  }

  /**
   * Waits for the turn to do something: of several tabs that load a model, one fetches each shard.
   *
   * @param {string} name
   * @param {AbortSignal} [signal]
   * @returns {Promise<(() => void) | null>}  ends the turn; null where turns are not taken
   */
  async turn(name, signal) {
    if (!this.#takesTurns) return null
    const end = await takeTurn(`${CACHE_NAME} ${name}`, signal)
    if (!end) this.#takesTurns = false // once was enough to wait in vain
    return end
  }

  /**
   * Stores a shard when its turn comes: one is on its way at a time.
   *
   * @param {Shard} shard
   * @param {() => Promise<Uint8Array>} read
   *   gives its bytes, verified, which are the caller's again at the end; if it throws, there are none any more
   * @returns {Promise<void>} ends when it is stored, or cannot be
   */
  async store(shard, read) {
    if (!this.#store) return
    await inQueue(this.#place, async () => {
      const bytes = await read().catch(() => null)
      // Chromium's cache takes a stream with half the work that it has with a copy; others may read after put.
      if (bytes) await this.#put(cacheKey(shard), this.#isBrowsers ? streamOf(bytes) : bytes)
    })
  }

  /**
   * The manifest of a model that is wholly here.
   *
   * @param {string} id
   * @returns {Promise<string | undefined>}
   */
  async record(id) {
    const response = await this.#match(recordKey(id))
    return this.#attempt(() => response?.text())
  }

  /**
   * Writes the record of a model.
   *
   * @param {string} id
   * @param {string} text  of its manifest
   * @returns {Promise<boolean | undefined>} whether it is stored
   */
  writeRecord(id, text) {
    return this.#put(recordKey(id), text)
  }

  /** @param {string} id */
  dropRecord(id) {
    return this.#delete(recordKey(id))
  }

  /**
   * Ends a load: records the model, if all of it is here.
   *
   * @param {Model} model
   * @returns {Promise<boolean>} whether it is
   */
  async commit(model) {
    if (!this.#store || model.id === null) return false
    return inQueue(this.#place, async () => {
      const { commit } = await importLater('records')
      return this.exists && commit(this, model)
    })
  }

  /** Removes a model, the version that is recorded and this one. @param {Model} model */
  async remove(model) {
    if (!this.#store) return
    await inQueue(this.#place, async () => {
      const { remove } = await importLater('records')
      await remove(this, model)
    })
  }

  #match(key) {
    return this.#attempt(() => this.#store?.match(key))
  }

  #delete(key) {
    return this.#attempt(() => this.#store?.delete(key))
  }

  #put(key, body) {
    return this.#attempt(async () => {
      await this.#store?.put(key, new Response(body))
      return this.exists
    })
  }

  /** All records, where the cache can list its keys. @returns {Promise<string[]>} */
  async records() {
    const requests = await this.#attempt(() => this.#store?.keys?.()) ?? []
    const responses = await Promise.all(requests.map(({ url }) => url.startsWith(RECORDS) && this.#match(url)))
    return Promise.all(responses.filter(Boolean).map((response) => response.text()))
  }

  /** The result of a function, or undefined where it throws, with the reason. @template T @param {() => T} use */
  async #attempt(use) {
    try {
      return await inTime(use())
    } catch (error) {
      this.reason = reasonOf(error)
      if (error?.name === 'TimeoutError') this.#store = null
      return undefined
    }
  }
}

/** @param {Uint8Array} bytes  read as they go, not copied */
const streamOf = (bytes) => new ReadableStream({
  start(controller) {
    controller.enqueue(bytes)
    controller.close()
  }
})

const reasonOf = (error) => `${error?.name}: ${describe(error)}`

/** A promise that does not take too long. @template T @param {Promise<T>} promise */
const inTime = (promise) => new Promise((resolve, reject) => {
  const timer = setTimeout(() => reject(new DOMException('the cache does not answer', 'TimeoutError')), PATIENCE_MS)
  Promise.resolve(promise).then(resolve, reject).finally(() => clearTimeout(timer))
})
