/**
 * module-cache.js - keeps the WebAssembly module on the device beside the weights, for the private page, whose policy
 * forbids every connection, to its own host too.
 */

import { pickBinary } from '../js/features.js'

const CACHE = 'bertweet-wasm-demo'

/** Keeps the module that this machine runs. */
export async function keepModule() {
  const cache = await globalThis.caches?.open(CACHE)
  await cache?.add(pickBinary())
}

/** The module kept, as a blob: URL; null if there is none. @returns {Promise<string | null>} */
export async function keptModule() {
  const cache = await globalThis.caches?.open(CACHE)
  const response = await cache?.match(pickBinary())
  return response ? URL.createObjectURL(await response.blob()) : null
}
