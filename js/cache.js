/**
 * cache.js - shards kept on the device, under the hash of their contents.
 *
 * A cache never makes a load fail: what it cannot give is fetched, what it cannot take is not kept. What it gives is
 * verified like everything else, by the reader.
 */

import { BertweetError } from './errors.js'

/** Name of the library's cache in the browser's Cache API. */
export const CACHE_NAME = 'bertweet-wasm'

/**
 * What a cache must do, in the words of the Cache API: keys are URLs, values Responses.
 *
 * @typedef {object} ResponseCache
 * @property {(key: string) => Promise<Response | undefined>} match
 * @property {(key: string, response: Response) => Promise<unknown>} put
 * @property {(key: string) => Promise<unknown>} delete
 */

/**
 * The key of a shard: an address that is nobody's, as the Cache API wants one, equal for all mirrors.
 *
 * @param {{sha256: string}} shard
 */
export const cacheKey = (shard) => `https://bertweet-wasm.invalid/${shard.sha256}`

/**
 * The browser's caches, where there are any; frames of no origin may not even look.
 *
 * @returns {CacheStorage | undefined}
 */
export function browserCaches() {
  try {
    return globalThis.caches
  } catch {
    return undefined
  }
}

/**
 * The cache behind the option `cache`.
 *
 * @param {boolean | ResponseCache} [option]  true: the browser's, where there is one
 * @returns {Promise<ResponseCache | null>}
 * @throws {BertweetError} input
 */
export async function openCache(option = true) {
  if (option === false) return null
  if (option === true) return await attempt(() => browserCaches()?.open(CACHE_NAME)) ?? null
  if (['match', 'put', 'delete'].some((method) => typeof option?.[method] !== 'function')) {
    throw new BertweetError('input', 'The option cache must be true, false or an object with match, put and delete.')
  }
  return option
}

/**
 * @param {ResponseCache | null} cache
 * @param {{sha256: string}} shard
 * @returns {Promise<Response | undefined>}
 */
export const findCached = (cache, shard) => attempt(() => cache?.match(cacheKey(shard)))

/**
 * @param {ResponseCache | null} cache
 * @param {{sha256: string}} shard
 * @param {Uint8Array} bytes  verified
 * @returns {Promise<boolean>} whether they are kept
 */
export async function storeCached(cache, shard, bytes) {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) }
  return await attempt(async () => {
    await cache.put(cacheKey(shard), new Response(bytes, { headers }))
    return true
  }) ?? false
}

/**
 * @param {ResponseCache | null} cache
 * @param {{sha256: string}} shard
 */
export const dropCached = (cache, shard) => attempt(() => cache?.delete(cacheKey(shard)))

/** The result of a function, or undefined where it throws. @template T @param {() => Promise<T>} use */
async function attempt(use) {
  try {
    return await use()
  } catch {
    return undefined
  }
}
