/**
 * features.js - which build of the module this machine can run.
 */

import { BertweetError } from './errors.js'

/** A function that uses one SIMD instruction (i8x16.splat): does this engine know WebAssembly SIMD? */
const SIMD_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11
]

/** The same for relaxed SIMD (i16x8.relaxed_dot_i8x16_i7x16_s). */
const RELAXED_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0,
  10, 15, 1, 13, 0, 65, 0, 253, 15, 65, 0, 253, 15, 253, 146, 2, 11
]

const accepts = (module) => WebAssembly.validate(new Uint8Array(module))

/**
 * The builds in dist/, best first. URLs are spelled out, so that bundlers find the files.
 *
 * @type {{name: string, threads: boolean, runs: () => boolean, url: () => URL}[]}
 */
const BINARIES = [
  {
    name: 'bertweet-relaxed.wasm',
    threads: false,
    runs: () => accepts(RELAXED_PROBE),
    url: () => new URL('../dist/bertweet-relaxed.wasm', import.meta.url)
  },
  {
    name: 'bertweet-relaxed-threads.wasm',
    threads: true,
    runs: () => accepts(RELAXED_PROBE),
    url: () => new URL('../dist/bertweet-relaxed-threads.wasm', import.meta.url)
  },
  {
    name: 'bertweet.wasm',
    threads: false,
    runs: () => accepts(SIMD_PROBE),
    url: () => new URL('../dist/bertweet.wasm', import.meta.url)
  },
  {
    name: 'bertweet-threads.wasm',
    threads: true,
    runs: () => accepts(SIMD_PROBE),
    url: () => new URL('../dist/bertweet-threads.wasm', import.meta.url)
  }
]

/**
 * The address of the best module that runs here.
 *
 * @param {string | null} [wasmUrl]  a module; or, with a slash at its end, the folder that holds those of dist/
 * @param {boolean} [withThreads]  a build with threads
 * @returns {string}
 * @throws {BertweetError} unsupported
 */
export function pickBinary(wasmUrl, withThreads = false) {
  if (wasmUrl && !wasmUrl.endsWith('/')) return wasmUrl
  const binary = globalThis.WebAssembly && BINARIES.find(({ threads, runs }) => threads === withThreads && runs())
  if (binary) return wasmUrl ? new URL(binary.name, wasmUrl).href : addressOf(binary).href
  throw new BertweetError('unsupported', 'This library needs WebAssembly with SIMD: Chrome 91, Firefox 89, Safari ' +
    '16.4, Node 20.16 or newer, and a page that allows it.')
}

/**
 * The address that a file of the package has unless a bundler moved it. It is taken from a module's address, which
 * bundlers get right; where import.meta.url stands alone, they write a path of the machine that they ran on.
 *
 * @param {string} path  from dist/
 * @returns {string | null} null where a bundler put the modules into the code, or lost them
 */
export function packageUrl(path) {
  try {
    return new URL(path, addressOf(BINARIES[0])).href
  } catch {
    return null
  }
}

/** @throws {BertweetError} unsupported: bundles for CommonJS have no import.meta.url */
function addressOf({ url }) {
  try {
    return url()
  } catch (cause) {
    throw new BertweetError('unsupported', 'A bundler has lost the addresses of the library\'s files. Say where they ' +
      'are with the options wasmUrl, workerUrl and model.', { cause })
  }
}
