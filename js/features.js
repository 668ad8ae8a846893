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
 * @type {{runs: () => boolean, url: () => URL}[]}
 */
const BINARIES = [
  {
    runs: () => accepts(RELAXED_PROBE),
    url: () => new URL('../dist/bertweet-relaxed.wasm', import.meta.url)
  },
  {
    runs: () => accepts(SIMD_PROBE),
    url: () => new URL('../dist/bertweet.wasm', import.meta.url)
  }
]

/**
 * The address of the best module that runs here.
 *
 * @returns {string}
 * @throws {BertweetError} unsupported
 */
export function pickBinary() {
  const binary = globalThis.WebAssembly && BINARIES.find(({ runs }) => runs())
  if (binary) return binary.url().href
  throw new BertweetError('unsupported', 'This library needs WebAssembly with SIMD: Chrome 91, Firefox 89, Safari ' +
    '16.4, Node 20.16 or newer, and a page that allows it.')
}
