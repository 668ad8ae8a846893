/**
 * compile.js - a WebAssembly module from its address, compiled while it arrives.
 */

import { viteAdvice } from '../js/advice.js'
import { BertweetError, describe, orAborted } from '../js/errors.js'
import { decodeText } from './text.js'

/** A module has 140 KB. What has not brought them after so long has stalled, however slow it is. */
const LIMIT_MS = 120000

/** @type {Map<string, Promise<WebAssembly.Module>>} */
const modules = new Map()

/**
 * Compiles a module while it arrives. Calls with the same URL share one module; a failed call can be repeated.
 *
 * @param {string} url  absolute
 * @returns {Promise<WebAssembly.Module>}
 * @throws {BertweetError} network, format, unsupported
 */
export function compile(url) {
  if (!modules.has(url)) {
    const compiled = fetchModule(url)
    modules.set(url, compiled)
    compiled.catch(() => modules.delete(url))
  }
  return modules.get(url)
}

/** @param {string} url */
async function fetchModule(url) {
  if (typeof WebAssembly !== 'object') {
    throw new BertweetError('unsupported', 'This environment has no WebAssembly.')
  }
  const node = globalThis.process?.getBuiltinModule
  if (node && url.startsWith('file:')) {
    const bytes = await node('node:fs/promises').readFile(new URL(url)).catch((cause) => fetchFailed(url, cause))
    return compileBytes(bytes, url)
  }
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), LIMIT_MS)
  try {
    return await orAborted(fetchAndCompile(url, limit.signal), limit.signal)
  } catch (error) {
    if (limit.signal.aborted) fetchFailed(url, new Error(`it did not arrive in ${LIMIT_MS / 1000} seconds`))
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** @param {string} url @param {AbortSignal} signal */
async function fetchAndCompile(url, signal) {
  const response = await fetch(url, { signal }).catch((cause) => fetchFailed(url, cause))
  if (!response.ok) fetchFailed(url, new Error(`HTTP status ${response.status}`))
  if (WebAssembly.compileStreaming && response.headers.get('content-type')?.startsWith('application/wasm')) {
    return WebAssembly.compileStreaming(response).catch((cause) => streamingFailed(url, cause))
  }
  return compileBytes(await response.arrayBuffer().catch((cause) => fetchFailed(url, cause)), url)
}

/** Of what fails, only a module that is refused is a CompileError; the rest is the body's. @returns {never} */
function streamingFailed(url, cause) {
  if (cause instanceof WebAssembly.CompileError) compileFailed(url, cause)
  fetchFailed(url, cause)
}

/** @returns {never} */
function fetchFailed(url, cause) {
  throw new BertweetError('network', `Could not fetch ${url}: ${describe(cause)}. Serve dist/ beside the library's ` +
    'other files, or say where it is with the option wasmUrl.', { url, cause })
}

/** @returns {never} */
function compileFailed(url, cause) {
  throw new BertweetError('unsupported', `Could not compile ${url}: ${describe(cause)}. A page with a Content ` +
    'Security Policy needs script-src \'wasm-unsafe-eval\'; browsers need WebAssembly SIMD.', { url, cause })
}

/** @param {BufferSource} bytes @param {string} url */
function compileBytes(bytes, url) {
  const magic = new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0).subarray(0, 4)
  if (decodeText(magic) !== '\0asm') {
    throw new BertweetError('format', `${url} is not a WebAssembly module; does the server answer with a web page?` +
      viteAdvice(url), { url })
  }
  return WebAssembly.compile(bytes).catch((cause) => compileFailed(url, cause))
}
