/**
 * locks.js - turns among the tabs and workers of a site, by Web Locks where there are any.
 */

import { abortError } from './errors.js'

/** A turn that does not come for so long is not waited for: the one who has it may be frozen. */
const PATIENCE_MS = 60000

/**
 * Waits for a turn.
 *
 * @param {string} name
 * @param {AbortSignal} [signal]
 * @returns {Promise<(() => void) | null>}  ends the turn; null where it did not come
 * @throws {BertweetError} aborted
 */
export function takeTurn(name, signal) {
  if (!globalThis.navigator?.locks) return Promise.resolve(null)
  const waiting = new AbortController()
  const abort = () => waiting.abort()
  const timer = setTimeout(abort, PATIENCE_MS)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  return new Promise((resolve, reject) => {
    const turn = () => new Promise((end) => {
      settle()
      resolve(end)
    })
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    navigator.locks.request(name, { signal: waiting.signal }, turn).catch(() => {
      settle()
      if (signal?.aborted) reject(abortError(signal))
      else resolve(null) // refused, or too long
    })
  })
}
