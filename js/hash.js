/**
 * hash.js - SHA-256: the browser's, or the module's on pages that are not a secure context.
 */

import { pickBinary } from './features.js'
import { Wasm, compile } from '../web/wasm.js'

/**
 * A function from bytes to the hex digits of their SHA-256.
 *
 * @param {string | null} wasmUrl  where the module is, if not in its usual place
 * @returns {(bytes: Uint8Array) => Promise<string>}
 */
export function createSha256(wasmUrl) {
  const subtle = globalThis.crypto?.subtle
  /** @type {Promise<Wasm>} */
  let wasm
  return async (bytes) => {
    if (subtle) return toHex(new Uint8Array(await subtle.digest('SHA-256', bytes)))
    wasm ??= compile(wasmUrl ?? pickBinary()).then((module) => Wasm.create(module, 0))
    return toHex((await wasm).sha256(bytes))
  }
}

/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
