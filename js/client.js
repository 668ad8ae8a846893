/**
 * client.js - requests to a Host, in a worker where there can be one.
 *
 * Classifiers that ask for the same worker share it; it ends with the last of them.
 */

import {
  BertweetError, abortError, asBertweetError, describe, disposedError, errorFromMessage, throwIfAborted
} from './errors.js'
import { packageUrl } from './features.js'
import { importLater } from './later.js'
import { startWorker, waysToStart } from './workers.js'

/** @type {Map<unknown, Promise<Client>>} clients in use, by what was asked for */
const clients = new Map()
let lastClassifier = 0

/**
 * A client for one more classifier.
 *
 * @param {{worker: boolean | (() => Worker), workerUrl: string | null}} options
 *   worker: true where possible; a function makes the worker itself
 * @returns {Promise<Client>}
 * @throws {BertweetError} unsupported
 */
export async function acquireClient({ worker, workerUrl }) {
  const key = typeof worker === 'function' ? worker : worker && (workerUrl ?? true)
  if (!clients.has(key)) {
    const forget = () => clients.delete(key)
    const started = Client.start(worker, workerUrl, forget)
    started.catch(forget)
    clients.set(key, started)
  }
  const client = await clients.get(key)
  // One that ended while it was waited for is not of use any more.
  if (client.isEnded) return acquireClient({ worker, workerUrl })
  client.users++
  return client
}

/** A new number for the messages of a classifier. */
export const nextClassifier = () => ++lastClassifier

/** Requests and answers over one port. */
class Client {
  /** @type {import('./workers.js').Port} */
  #port
  #onEnd
  #lastRequest = 0
  /** @type {Map<number, {resolve: Function, reject: Function, onProgress?: Function, stack?: string}>} */
  #pending = new Map()

  /** Classifiers that use it. */
  users = 0
  isEnded = false
  /** Why there is no worker; null where there is one. @type {string | null} */
  workerReason = null

  /**
   * @param {boolean | (() => Worker)} worker
   * @param {string | null} workerUrl
   * @param {() => void} onEnd
   */
  static async start(worker, workerUrl, onEnd) {
    const client = new Client(onEnd)
    if (worker === false) {
      await client.#workInPlace('the option worker is false')
      return client
    }
    const died = (what) =>
      client.end(new BertweetError('internal', `The worker died (${what}). The next call starts a new one.`))
    try {
      client.#port = await startWorker(workerMakers(worker, workerUrl),
        { receive: (message) => client.receive(message), died })
    } catch (error) {
      await client.#workInPlace(describe(error))
    }
    return client
  }

  constructor(onEnd) {
    this.#onEnd = onEnd
  }

  async #workInPlace(reason) {
    const { Host } = await importLater('engine')
    const host = new Host((message) => this.receive(message))
    this.#port = { post: (message) => { host.receive(message) }, end: () => host.end(), keepAlive() {} }
    this.workerReason = reason
  }

  /**
   * Asks the host for something.
   *
   * @param {number} classifier
   * @param {string} method  of Engine
   * @param {object} [args]
   * @param {{signal?: AbortSignal, transfer?: Transferable[], onProgress?: (done: number) => void}} [options]
   * @returns {Promise<any>}
   * @throws {BertweetError}
   */
  async request(classifier, method, args, { signal, transfer, onProgress } = {}) {
    throwIfAborted(signal)
    if (this.isEnded) throw new BertweetError('internal', 'The worker has ended.')
    const id = ++this.#lastRequest
    const { stack } = new Error()
    const abort = () => {
      this.#port.post({ id, abort: true })
      this.#settle(id)?.reject(abortError(signal))
    }
    signal?.addEventListener('abort', abort)
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(id, { resolve, reject, onProgress, stack })
        this.#port.keepAlive(true)
        this.#port.post({ id, classifier, method, args }, transfer)
      })
    } catch (error) {
      if (this.#pending.has(id)) this.#settle(id) // it could not be sent: nobody will answer
      throw asBertweetError(error, 'internal', 'The worker cannot be asked')
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Ends the engine of a classifier, and the worker with the last one. @param {number} classifier */
  release(classifier) {
    if (this.isEnded) return
    if (--this.users === 0) this.end(disposedError())
    else this.request(classifier, 'close').catch(() => {})
  }

  /** No answers will come any more. @param {BertweetError} error  for those who wait */
  end(error) {
    if (this.isEnded) return
    this.isEnded = true
    this.#onEnd()
    this.#port?.end()
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }

  /** @param {{id: number, done?: number, result?: any, error?: object}} message  done: not the answer yet */
  receive({ id, done, result, error }) {
    if (done !== undefined) {
      this.#pending.get(id)?.onProgress?.(done)
      return
    }
    const request = this.#settle(id)
    if (error) request?.reject(errorFromMessage(error, request.stack))
    else request?.resolve(result)
  }

  #settle(id) {
    const request = this.#pending.get(id)
    this.#pending.delete(id)
    if (this.#pending.size === 0) this.#port.keepAlive(false)
    return request
  }
}

/** @param {true | (() => Worker)} worker @param {string | null} workerUrl */
function workerMakers(worker, workerUrl) {
  if (typeof worker === 'function') return [worker]
  // The one place that spells the worker's path out for bundlers, in the way that they know.
  return waysToStart(workerUrl ?? packageUrl('../web/worker.js'), workerUrl ? undefined
    : () => new Worker(new URL('../web/worker.js', import.meta.url), { type: 'module' }))
}
