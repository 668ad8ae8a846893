/**
 * shards.js - the way of the weights: cache or network, verified, then handed on.
 */

import { dropCached, findCached, storeCached } from './cache.js'
import { BertweetError, abortError, throwIfAborted } from './errors.js'
import { nameOf, readSource, webPage } from './source.js'

/**
 * @import { ResponseCache } from './cache.js'
 * @import { Model, Shard } from './manifest.js'
 * @import { Source } from './source.js'
 */

/** Shards in flight: enough to hide latency, few enough to hold little memory (a shard is at most 8 MiB). */
const IN_FLIGHT = 3
/** How often one source is asked for a shard, by the code of its failure; other codes: once. */
const MAX_TRIES = { network: 3, integrity: 2 }
const BACKOFF_MS = 300

/**
 * @typedef {{shard: Shard, bytes: Uint8Array<ArrayBuffer>, from: 'cache' | 'network'}} Block
 *   verified bytes of one shard, in a buffer of their own
 *
 * @typedef {{loaded: number, total: number, source: 'cache' | 'network', shard: string}} Progress
 *   loaded: bytes that have arrived; never goes back and ends at total, the manifest's bytes
 *
 * @typedef {object} ReadShardsOptions
 * @property {(bytes: Uint8Array) => Promise<string>} sha256  hex digits
 * @property {ResponseCache | null} [cache]
 * @property {typeof globalThis.fetch} [fetch]
 * @property {AbortSignal} [signal]
 * @property {(progress: Progress) => void} [onProgress]
 */

/**
 * Reads all shards of a model, several at once. Blocks come as they are ready, not in order. Nothing is yielded that
 * has not the length and the SHA-256 of the manifest.
 *
 * A cached shard that is wrong is thrown away and fetched. A shard that fails is fetched again, from each of the
 * model's sources, a bounded number of times; the error of the first source is thrown when all have failed.
 *
 * @param {Model} model
 * @param {ReadShardsOptions} options
 * @returns {AsyncGenerator<Block>}
 * @throws {BertweetError} network, integrity, format, aborted; with url and shard
 */
export async function* readShards(model, options) {
  const { shards, bytes: total } = model.manifest
  const { signal } = options
  const stop = new AbortController()
  const abort = () => stop.abort(signal.reason)
  throwIfAborted(signal)
  signal?.addEventListener('abort', abort)

  const count = progressCounter(total, options.onProgress)
  const read = (shard) => readShard(model, shard, { ...options, signal: stop.signal, count })
  const waiting = [...shards]
  /** @type {Map<Shard, Promise<Block>>} */
  const running = new Map()
  try {
    while (waiting.length > 0 || running.size > 0) {
      while (waiting.length > 0 && running.size < IN_FLIGHT) {
        const shard = waiting.shift()
        running.set(shard, read(shard))
      }
      const block = await Promise.race(running.values())
      running.delete(block.shard)
      yield block
    }
  } catch (error) {
    throw signal?.aborted ? abortError(signal) : error
  } finally {
    stop.abort()
    signal?.removeEventListener('abort', abort)
    await Promise.allSettled(running.values())
  }
}

/** A function that adds (or, after a failure, takes back) bytes and reports the highest sum so far. */
function progressCounter(total, onProgress) {
  let arrived = 0
  let loaded = 0
  return (bytes, source, { file }) => {
    arrived += bytes
    if (arrived <= loaded) return
    loaded = arrived
    onProgress?.({ loaded, total, source, shard: file })
  }
}

/** @returns {Promise<Block>} */
async function readShard(model, shard, options) {
  const cached = await readCached(shard, options)
  if (cached) return { shard, bytes: cached, from: 'cache' }

  /** @type {Map<string, Error[]>} by place */
  const failures = new Map()
  let failure
  for (let round = 0; ; round++) {
    const sources = model.sourcesOf(shard).filter((source) => canTry(source, failures.get(nameOf(source))))
    if (sources.length === 0) throw failure
    if (round > 0) await pause(BACKOFF_MS * 2 ** round * (0.5 + Math.random() / 2), options.signal)
    for (const source of sources) {
      try {
        const httpCache = round > 0 ? 'reload' : options.cache ? 'no-store' : 'default'
        const bytes = await readVerified(source, shard, 'network', { ...options, httpCache })
        model.prefer(shard, source)
        return { shard, bytes, from: 'network' }
      } catch (error) {
        if (error.code === 'aborted') throw error
        error.url ??= nameOf(source)
        error.shard = shard.file
        failure ??= error
        failures.set(nameOf(source), [...failures.get(nameOf(source)) ?? [], error])
      }
    }
  }
}

/** Whether a source deserves another try: where it is a server, and its last failure may pass. */
function canTry(source, failures = []) {
  const last = failures.at(-1)
  if (!last) return true
  if (!(source instanceof URL) || source.protocol === 'file:') return false
  const refused = last.status >= 400 && last.status < 500 && last.status !== 408 && last.status !== 429
  return !refused && failures.length < (MAX_TRIES[last.code] ?? 1)
}

/** @returns {Promise<Uint8Array | undefined>} what the cache has, if it is right; else it is thrown away */
async function readCached(shard, options) {
  const response = await findCached(options.cache, shard)
  if (!response) return undefined
  try {
    return await readVerified(response.body, shard, 'cache', options)
  } catch (error) {
    if (options.signal.aborted) throw error
    await dropCached(options.cache, shard)
    return undefined
  }
}

/**
 * Reads a shard and checks its length and hash.
 *
 * @param {Source} source
 * @param {Shard} shard
 * @param {'cache' | 'network'} from
 * @param {ReadShardsOptions & {count: Function}} options
 */
async function readVerified(source, shard, from, { sha256, count, ...options }) {
  const bytes = new Uint8Array(shard.bytes)
  let length = 0
  try {
    for await (const chunk of readSource(source, options)) {
      if (length + chunk.length > bytes.length) {
        throw new BertweetError('integrity', `Shard ${shard.file} is longer than the ${shard.bytes} bytes that the ` +
          'manifest promises. Do manifest and shards belong together?')
      }
      bytes.set(chunk, length)
      length += chunk.length
      count(chunk.length, from, shard)
    }
    if (length < bytes.length) {
      throw new BertweetError('integrity', `Shard ${shard.file} ended after ${length} of ${shard.bytes} bytes. ` +
        'Was the connection cut, or the upload?')
    }
    const hash = await sha256(bytes)
    if (hash !== shard.sha256) {
      throw new BertweetError('integrity', `Shard ${shard.file} has the SHA-256 ${hash}, not the manifest's ` +
        `${shard.sha256}. The file was changed; upload it again.`)
    }
    return bytes
  } catch (error) {
    count(-length, from, shard)
    throw isWebPage(bytes, length) && error.code === 'integrity' ? webPage(nameOf(source)) : error
  }
}

/** Some servers send their start page under any name and type. */
const isWebPage = (bytes, length) =>
  /^\s*<(!doctype|html)/i.test(new TextDecoder('latin1').decode(bytes.subarray(0, Math.min(length, 64))))

/** @param {number} ms @param {AbortSignal} signal */
const pause = (ms, signal) => new Promise((resolve, reject) => {
  const abort = () => {
    clearTimeout(timer)
    reject(abortError(signal))
  }
  const timer = setTimeout(() => {
    signal.removeEventListener('abort', abort)
    resolve()
  }, ms)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
})

/**
 * Puts verified blocks into the cache, one at a time and beside the load.
 *
 * @param {ResponseCache | null} cache
 */
export function cacheWriter(cache) {
  let last = Promise.resolve()
  let kept = cache !== null
  return {
    /**
     * Begins to store a block, after the one before is stored: at most one copy is on its way. The caller may give the
     * bytes away when this has resolved.
     *
     * @param {Block} block
     */
    async write({ shard, bytes, from }) {
      if (!cache || from === 'cache') return
      await last
      last = storeCached(cache, shard, bytes).then((stored) => { kept &&= stored })
    },
    /** @returns {Promise<boolean>} whether all shards are in the cache, once that is known */
    finished: () => last.then(() => kept)
  }
}
