/**
 * later.js - modules that most pages do not need: imported when they are wanted.
 *
 * Service workers can import nothing later; service-worker.js, the entry for them, has the modules put here before.
 */

import { BertweetError, describe } from './errors.js'

export const later = {
  /** What to do about a failed fetch. */
  advice: () => import('./advice.js'),
  /** Which words made a label. */
  explain: () => import('./explain.js'),
  /** Files, in Node. */
  disk: () => import('./disk.js'),
  /** Models on this device. */
  files: () => import('./files.js'),
  /** Inference in place, where there is no worker. */
  engine: () => import('./engine.js'),
  /** Hashes on pages that are no secure context. */
  wasm: () => import('../web/wasm.js'),
  /** What is kept of a model, when it is loaded. */
  records: () => import('./records.js'),
  selfTest: () => import('./self-test.js')
}

/**
 * @template {keyof typeof later} Name
 * @param {Name} name
 * @returns {ReturnType<typeof later[Name]>}
 * @throws {BertweetError} unsupported
 */
export async function importLater(name) {
  try {
    return await later[name]()
  } catch (cause) {
    throw new BertweetError('unsupported', `A part of the library could not be imported: ${describe(cause)}. Are all ` +
      'its files on the server? In a service worker, import from \'bertweet-wasm/service-worker\'.', { cause })
  }
}
