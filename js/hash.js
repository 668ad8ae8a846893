/**
 * hash.js - SHA-256: the browser's, or the module's on pages that are not a secure context.
 */

import { pickBinary } from './features.js'
import { importLater } from './later.js'

/**
 * A function from bytes to the hex digits of their SHA-256.
 *
 * @param {string | null} wasmUrl  where the module is, if not in its usual place
 * @returns {(bytes: Uint8Array) => Promise<string>}
 */
export function createSha256(wasmUrl) {
  const subtle = globalThis.crypto?.subtle
  /** @type {Promise<import('../web/wasm.js').Wasm>} */
  let wasm
  return async (bytes) => {
    if (subtle) return toHex(new Uint8Array(await subtle.digest('SHA-256', bytes)))
    wasm ??= openModule(pickBinary(wasmUrl))
    return toHex((await wasm).sha256(bytes))
  }
}

/** @param {string} url */
async function openModule(url) {
  const { Wasm, compile } = await importLater('wasm')
  return Wasm.create(await compile(url), 0)
}

/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
