/**
 * retry.js - another try where a failure may pass: later, or at another place.
 */

import { abortError } from './errors.js'
import { importLater } from './later.js'
import { isRemote, nameOf } from './source.js'

/**
 * @import { BertweetError } from './errors.js'
 * @import { Source } from './source.js'
 */

/** How often one source is asked for a file, by the code of its failure; other codes: once. */
const MAX_TRIES = { network: 4, integrity: 2 }
/** Before the second try; doubles, and is shortened by chance to as little as half, so that clients spread. */
const BACKOFF_MS = 600

/**
 * Reads a file from the first of its sources that gives it: all in their order, then again those whose failure may
 * pass, after a pause.
 *
 * @template T
 * @param {Source[]} sources  best first
 * @param {(source: Source, round: number) => Promise<T>} read
 * @param {{signal?: AbortSignal, fetch?: typeof globalThis.fetch, maxRounds?: number}} how  fetch: the caller's own
 * @returns {Promise<T>}
 * @throws {BertweetError} the first source's first error, when all have failed
 */
export async function readFromAny(sources, read, { signal, fetch, maxRounds = Infinity }) {
  /** @type {Map<Source, Error[]>} */
  const failures = new Map()
  let failure
  for (let round = 0; ; round++) {
    const worthIt = sources.filter((source) => canTry(source, failures.get(source)))
    if (round >= maxRounds) throw failure
    if (worthIt.length === 0) {
      await explain(failure, !fetch)
      throw failure
    }
    if (round > 0) await pause(BACKOFF_MS * 2 ** (round - 1) * (1 - Math.random() / 2), signal)
    for (const source of worthIt) {
      try {
        return await read(source, round)
      } catch (error) {
        if (!isOfSource(error)) throw error
        error.url ??= nameOf(source)
        failure ??= error
        failures.set(source, [...failures.get(source) ?? [], error])
      }
    }
  }
}

/** Whether another source, or another try, may do better: not where it is this side that failed. */
export const isOfSource = ({ code }) => ['network', 'integrity', 'format', 'model'].includes(code)

/** Whether a source deserves another try: where it is a server, and its last failure may pass. */
function canTry(source, failures = []) {
  const last = failures.at(-1)
  if (!last) return true
  return isRemote(source) && !isRefusal(last) && failures.length < (MAX_TRIES[last.code] ?? 1)
}

/** Whether a server has said no, and would again. @param {{status?: number}} error */
export const isRefusal = ({ status }) => status >= 400 && status < 500 && status !== 408 && status !== 429

/** Says more of a failure, where there is more to say. @param {BertweetError} error */
async function explain(error, isOurs) {
  if (!['network', 'format'].includes(error.code)) return
  const { advise } = await importLater('advice').catch(() => ({}))
  await advise?.(error, isOurs)
}

/** @param {number} ms @param {AbortSignal} [signal] */
export const pause = (ms, signal) => new Promise((resolve, reject) => {
  const abort = () => {
    clearTimeout(timer)
    reject(abortError(signal))
  }
  const timer = setTimeout(() => {
    signal?.removeEventListener('abort', abort)
    resolve()
  }, ms)
  if (signal?.aborted) abort()
  else signal?.addEventListener('abort', abort, { once: true })
})
