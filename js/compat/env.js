/**
 * env.js - settings for all calls, under the names that transformers.js 4 gave them.
 */

import { CACHE_NAME } from '../cache.js'
import { BertweetError } from '../errors.js'

/** How much is logged. Nothing is, here; programs that set env.logLevel may go on. */
export const LogLevel = Object.freeze({ DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, NONE: 50 })

const isNode = !globalThis.location && Boolean(globalThis.process?.getBuiltinModule)

/** index.d.ts says what each field does. Those of the last group do nothing here. */
export const env = {
  version: '0.1.0',
  backends: { onnx: { wasm: {} } },

  allowRemoteModels: true,
  remoteHost: 'https://huggingface.co/',
  remotePathTemplate: '{model}/resolve/{revision}/',
  allowLocalModels: isNode,
  localModelPath: isNode ? './models/' : '/models/',

  useBrowserCache: true,
  cacheKey: CACHE_NAME,
  useCustomCache: false,
  customCache: null,

  fetch: (url, init) => globalThis.fetch(url, init),

  logLevel: LogLevel.WARNING,
  useFS: isNode,
  useFSCache: false,
  cacheDir: null,
  useWasmCache: false,
  experimental_useCrossOriginStorage: false
}

/**
 * The option `cache` that the settings ask for.
 *
 * @returns {Promise<boolean | import('../cache.js').ResponseCache>}
 * @throws {BertweetError} input
 */
export async function cacheOption() {
  if (env.useCustomCache) return customCache(env.customCache)
  if (!env.useBrowserCache) return false
  if (env.cacheKey === CACHE_NAME) return true
  try {
    return await globalThis.caches.open(env.cacheKey)
  } catch {
    return false // no cache here, or none allowed: never a reason to fail
  }
}

/** Theirs need no delete; an entry that is wrong then stays, and is fetched again each time. */
function customCache(cache) {
  if (typeof cache?.match !== 'function' || typeof cache.put !== 'function') {
    throw new BertweetError('input', 'env.useCustomCache is true: env.customCache must have the methods match and put.')
  }
  return {
    match: (key) => cache.match(key),
    put: (key, response) => cache.put(key, response),
    delete: async (key) => await cache.delete?.(key) ?? false
  }
}
