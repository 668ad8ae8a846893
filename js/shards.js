/**
 * shards.js - the way of the weights: from cache or server, to who verifies and uses them, and kept.
 */

import { BertweetError, abortError, throwIfAborted } from './errors.js'
import { isOfSource, isRefusal, pause, readFromAny } from './retry.js'
import { fillFrom, isRemote, nameOf, webPage } from './source.js'

/**
 * @import { WeightCache } from './cache.js'
 * @import { Model, Shard } from './manifest.js'
 * @import { Source } from './source.js'
 */

/**
 * Shards at once, on their way from a server or the cache, being verified, placed or kept: enough to hide latency and
 * hashes, and few, for each has a buffer of the largest shard's size, 8 MiB. Four were not faster.
 */
const AT_ONCE = 3
/**
 * Shards that came faster than this, bytes a millisecond, are stored when all are there: beside such a link storing
 * would be the slowest part of a load. What comes more slowly is stored as it comes, so that a load that is cut short
 * can go on where it was.
 */
const FAST_LINK = 32 << 10
/** How long the end of a body may take when all its bytes are there; some servers never send it. */
const TRAILER_MS = 200

/**
 * @typedef {'cache' | 'network' | 'file'} Origin  file: a disk, a Blob or an array
 *
 * @typedef {object} Block  what arrived as one shard: as many bytes as it should have
 * @property {Shard} shard
 * @property {Uint8Array<ArrayBuffer>} bytes  in a buffer that is the taker's until it gives it back
 * @property {Origin} from
 *
 * @typedef {object} Taken
 * @property {Uint8Array<ArrayBuffer>} bytes  the block's, which the taker does not need any more
 * @property {string} sha256  of them, hex digits
 *
 * @typedef {{buffer: ArrayBuffer, ms: number}} Arrived  what holds a shard, and how long its bytes took
 *
 * @typedef {{loaded: number, total: number, source: Origin, shard: string}} Progress
 *   loaded: bytes that have arrived; never goes back and ends at total, the manifest's bytes
 *
 * @typedef {object} ReadShardsOptions
 * @property {(block: Block) => Promise<Taken>} take
 *   computes the SHA-256 of a block, and uses the block only if it is the shard's. Called for several at once, as they
 *   are there, not in order; for a shard again where it was another hash.
 * @property {(shard: Shard, bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>} [recall]
 *   fills bytes with those of a raw shard that was taken, and gives them back
 * @property {(stored: Promise<unknown>) => void} [onRest]
 *   called at the end, though it be a failure, if recall is needed until stored settles
 * @property {WeightCache} [cache]
 * @property {typeof globalThis.fetch} [fetch]
 * @property {AbortSignal} [signal]
 * @property {(progress: Progress) => void} [onProgress]
 * @property {Shard[]} [shards]  those to read; default all
 * @property {boolean} [residentFirst]  not to begin with the image's tail before all else has arrived
 */

/**
 * Reads the shards of a model, several at once, and gives them to a taker, which verifies them: bytes are hashed where
 * they are used, in the worker, while the page reads the next ones. What came from a server and was right is kept in
 * the cache, which nobody waits for.
 *
 * Storing may lag behind by the whole model: no buffer is kept for it, the bytes are asked for again.
 *
 * A cached shard that is wrong is thrown away and fetched. A shard that fails is fetched again, from each of the
 * model's sources, a bounded number of times; the error of the first source is thrown when all have failed.
 *
 * @param {Model} model
 * @param {ReadShardsOptions} options
 * @returns {Promise<void>} when all have been taken
 * @throws {BertweetError} network, integrity, format, memory, aborted, with url and shard; and what take throws
 */
export async function readShards(model, options) {
  const { manifest } = model
  const { signal, shards = manifest.shards } = options
  throwIfAborted(signal)
  const stop = new AbortController()
  const abort = () => stop.abort(signal.reason)
  signal?.addEventListener('abort', abort)
  const reader = new ShardReader(model, { ...options, signal: stop.signal })
  const [resident, tail] = options.residentFirst ? split(shards, manifest.image.resident) : [shards, []]
  try {
    await inLanes(resident, (shard) => reader.read(shard))
    await inLanes(tail, (shard) => reader.read(shard))
  } catch (error) {
    stop.abort()
    throw signal?.aborted ? abortError(signal) : error
  } finally {
    signal?.removeEventListener('abort', abort)
    reader.storeRest()
  }
}

/** Shards without which nothing runs, and the rest. */
const split = (shards, resident) =>
  [shards.filter(({ offset }) => offset < resident), shards.filter(({ offset }) => offset >= resident)]

/** Does something for all items in order, for some of them at once. */
async function inLanes(items, use) {
  const waiting = [...items]
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let item; (item = waiting.shift());) await use(item)
  }))
}

class ShardReader {
  #model
  #options
  #count
  #buffers
  /** Begin to store what has waited for the end. @type {(() => Promise<void>)[]} */
  #rest = []

  /** @param {Model} model @param {ReadShardsOptions} options */
  constructor(model, options) {
    const { bytes: total, shards } = model.manifest
    const missing = (options.shards ?? shards).reduce((sum, { bytes }) => sum + bytes, 0)
    this.#model = model
    this.#options = options
    this.#count = progressCounter(total - missing, total, options.onProgress)
    this.#buffers = new BufferPool(Math.max(...shards.map(({ bytes }) => bytes)))
  }

  /** @param {Shard} shard */
  async read(shard) {
    const { cache, signal } = this.#options
    const sources = this.#model.sourcesOf(shard)
    if (!sources.some(isRemote)) {
      this.#buffers.give((await this.#readAny(shard, sources, 'file')).buffer)
      return
    }
    if (await this.#readCached(shard)) return
    const end = await cache?.turn(shard.sha256, signal)
    let kept
    try {
      // Another tab may have stored it meanwhile.
      if (end && await this.#readCached(shard)) return
      kept = this.#keep(shard, await this.#readAny(shard, sources, 'network'))
    } finally {
      Promise.resolve(kept).then(end)
    }
  }

  /** Stores what was not to slow the load down. */
  storeRest() {
    if (this.#rest.length > 0) this.#options.onRest(Promise.all(this.#rest.map((store) => store())))
    this.#rest = []
  }

  /** Stores a shard, now or at the end, and gives its buffer back. @param {Shard} shard @param {Arrived} arrived */
  async #keep(shard, { buffer, ms }) {
    const { cache, recall, signal } = this.#options
    // Nobody stores the rest any more after a failure.
    if (cache?.exists && recall && !signal.aborted && shard.encoding === 'raw' && shard.bytes >= FAST_LINK * ms) {
      this.#buffers.give(buffer)
      await new Promise((resolve) => this.#rest.push(() => this.#keepRecalled(shard).finally(resolve)))
      return
    }
    await cache?.store(shard, async () => new Uint8Array(buffer, 0, shard.bytes))
    this.#buffers.give(buffer)
  }

  /** @param {Shard} shard */
  async #keepRecalled(shard) {
    let buffer
    await this.#options.cache.store(shard, async () => {
      buffer = await this.#buffers.take()
      const bytes = await this.#options.recall(shard, new Uint8Array(buffer, 0, shard.bytes))
      buffer = bytes.buffer
      return bytes
    })
    if (buffer) this.#buffers.give(buffer)
  }

  /** @returns {Promise<boolean>} whether the cache had it; what is wrong there is thrown away */
  async #readCached(shard) {
    const { cache, signal } = this.#options
    const response = await cache?.find(shard)
    if (!response) return false
    try {
      this.#buffers.give((await this.#readOne(response.body, shard, 'cache', {})).buffer)
      return true
    } catch (error) {
      if (signal.aborted || !isOfSource(error)) throw error
      await cache.drop(shard)
      return false
    }
  }

  /**
   * Reads a shard from the first source that has it, and has it taken.
   *
   * @param {Shard} shard
   * @param {Source[]} sources
   * @param {Origin} from
   * @returns {Promise<Arrived>}
   */
  async #readAny(shard, sources, from) {
    const { cache, fetch, signal } = this.#options
    try {
      return await readFromAny(sources, async (source, round) => {
        const read = (httpCache) => this.#readOne(source, shard, from, { fetch, httpCache })
        const readOld = () => read('default').catch((error) => {
          // The browser itself may have kept an answer that is over at the server.
          if (from === 'network' && (error.code === 'format' || isRefusal(error))) return read('reload')
          throw error
        })
        const arrived = await (round > 0 ? read('reload') : cache?.exists ? read('no-store') : readOld())
        this.#model.prefer(shard, source)
        return arrived
      }, { fetch, signal })
    } catch (error) {
      if (isOfSource(error)) error.shard ??= shard.file
      throw error
    }
  }

  /**
   * Reads a shard from a source, and has it taken. When its bytes are right, the end of the body is not waited for:
   * some servers never send it.
   *
   * @returns {Promise<Arrived>}
   */
  async #readOne(source, shard, from, how) {
    const { signal, take } = this.#options
    const stop = new AbortController()
    const abort = () => stop.abort()
    signal.addEventListener('abort', abort)
    const room = { buffer: await this.#buffers.take(), size: shard.bytes, length: 0 }
    const pieces = fillFrom(room, source, { ...how, signal: stop.signal })
    const end = () => {
      signal.removeEventListener('abort', abort)
      abort()
      pieces.return().catch(() => {})
    }
    const start = performance.now()
    let counted = 0
    let trailer
    try {
      throwIfAborted(signal)
      while (room.length < room.size) {
        const { done, value } = await pieces.next()
        if (done) throw tooShort(shard, room.length)
        const wanted = value - Math.max(0, room.length - room.size)
        counted += wanted
        this.#count(wanted, from, shard)
      }
      throwIfAborted(signal)
      const ms = performance.now() - start
      const taken = take({ shard, bytes: new Uint8Array(room.buffer, 0, room.size), from })
      trailer = Promise.race([pieces.next().catch(() => {}), pause(TRAILER_MS)])
      const { bytes: { buffer }, sha256 } = await taken
      room.buffer = buffer
      if (sha256 === shard.sha256) return { buffer, ms }
      await trailer
      throw room.length > room.size ? tooLong(shard) : changed(shard, sha256)
    } catch (error) {
      this.#count(-counted, from, shard)
      const isPage = error.code === 'integrity' && isWebPage(room)
      this.#buffers.give(room.buffer)
      throw isPage ? webPage(nameOf(source)) : error
    } finally {
      // A connection whose body has ended can be used again.
      if (trailer) trailer.then(end)
      else end()
    }
  }
}

const tooShort = ({ file, bytes }, length) => new BertweetError('integrity', `Shard ${file} ended after ${length} of ` +
  `${bytes} bytes. Was the connection cut, or the upload?`)
const tooLong = ({ file, bytes }) => new BertweetError('integrity', `Shard ${file} is longer than the ${bytes} bytes ` +
  'that the manifest promises. Do manifest and shards belong together?')
const changed = ({ file, sha256 }, hash) => new BertweetError('integrity', `Shard ${file} has the SHA-256 ${hash}, ` +
  `not the manifest's ${sha256}. The file was changed; upload it again.`)

/** Some servers send their start page under any name and type. @param {import('./source.js').Room} room */
const isWebPage = ({ buffer, length }) => buffer.byteLength > 0 &&
  /^\s*<(!doctype|html)/i.test(new TextDecoder('latin1').decode(new Uint8Array(buffer, 0, Math.min(length, 64))))

/** A function that adds (or, after a failure, takes back) bytes and reports the highest sum so far. */
function progressCounter(start, total, onProgress) {
  let arrived = start
  let loaded = start
  return (bytes, source, { file }) => {
    arrived += bytes
    if (arrived <= loaded) return
    loaded = arrived
    onProgress?.({ loaded, total, source, shard: file })
  }
}

/** At most AT_ONCE buffers of one size, used again and again. */
class BufferPool {
  #size
  #free = AT_ONCE
  /** @type {ArrayBuffer[]} */
  #spare = []
  /** @type {(() => void)[]} */
  #waiting = []

  constructor(size) {
    this.#size = size
  }

  /** @returns {Promise<ArrayBuffer>} when there is one */
  async take() {
    if (this.#free > 0) this.#free--
    else await new Promise((resolve) => this.#waiting.push(resolve))
    try {
      return this.#spare.pop() ?? new ArrayBuffer(this.#size)
    } catch (cause) {
      throw new BertweetError('memory', `No memory for a shard of ${this.#size} bytes. Close other pages or ` +
        'programs, or use a smaller model.', { cause })
    }
  }

  /** @param {ArrayBuffer} buffer  one that was taken; what has been detached meanwhile is replaced */
  give(buffer) {
    if (buffer.byteLength === this.#size) this.#spare.push(buffer)
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
