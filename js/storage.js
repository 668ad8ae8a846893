/**
 * storage.js - questions about models before they are loaded: what is on this device, what is not.
 */

import { clearBrowserCache, openCache } from './cache.js'
import { BertweetError } from './errors.js'
import { createSha256 } from './hash.js'
import { readModel } from './manifest.js'
import { checkCacheOptions } from './options.js'
import { isRemote } from './source.js'

/**
 * @import { WeightCache } from './cache.js'
 * @import { Model, ModelOption } from './manifest.js'
 * @import { ClassifierOptions } from './options.js'
 *
 * @typedef {{signal?: AbortSignal, cache?: ClassifierOptions['cache'], fetch?: typeof globalThis.fetch}} CacheOptions
 */

/**
 * Whether all of a model is on this device, its manifest too: createClassifier needs no network then.
 *
 * @param {ModelOption} [model]
 * @param {CacheOptions} [options]
 */
export async function isCached(model, options = {}) {
  const [found, cache] = await open(model, options)
  return found.url !== null && found.id !== null ? await cache.record(found.id) === found.text
    : await missingBytes(found, cache) === 0
}

/**
 * How many bytes of weights createClassifier would download now.
 *
 * @param {ModelOption} [model]
 * @param {CacheOptions} [options]
 * @returns {Promise<number>}
 */
export async function downloadSize(model, options = {}) {
  return missingBytes(...await open(model, options))
}

/**
 * Removes the weights of a model from the cache; without a model, all that this library keeps there.
 *
 * @param {ModelOption} [model]
 * @param {CacheOptions} [options]
 */
export async function clearCache(model, options = {}) {
  if (model === undefined && typeof options.cache !== 'object') {
    checkCacheOptions(options)
    await clearBrowserCache()
    return
  }
  const [found, cache] = await open(model, options)
  await cache.remove(found)
}

async function open(model, options) {
  checkCacheOptions(options)
  const cache = await openCache(options.cache)
  return [await findModel({ ...options, model, cache }), cache]
}

/** @param {Model} model @param {WeightCache} cache */
async function missingBytes({ manifest, sourcesOf }, cache) {
  const sizes = await Promise.all(manifest.shards.map(async (shard) =>
    sourcesOf(shard).every(isRemote) && !await cache.find(shard) ? shard.bytes : 0))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/**
 * @param {{model?: ModelOption, fetch?: Function, signal?: AbortSignal, wasmUrl?: string | null,
 *   cache?: ClassifierOptions['cache'] | WeightCache | Promise<WeightCache>}} options
 * @returns {Promise<Model>}
 */
export async function findModel({ model, fetch, signal, cache, wasmUrl = null }) {
  const opened = await openCache(await cache)
  return readModel(model ?? await defaultModel(), { fetch, signal, cache: opened, sha256: createSha256(wasmUrl) })
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
