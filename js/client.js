/**
 * client.js - requests to a Host, in a worker where there can be one.
 *
 * Classifiers that ask for the same worker share it; it ends with the last of them.
 */

import { BertweetError, abortError, describe, errorFromMessage, throwIfAborted } from './errors.js'
import { packageUrl } from './features.js'
import { importLater } from './later.js'

/**
 * A way to a host.
 * @typedef {object} Port
 * @property {(message: object, transfer?: Transferable[]) => void} post
 * @property {() => void} end
 * @property {(busy: boolean) => void} keepAlive  whether Node should wait for it
 */

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
  #port
  #onEnd
  #lastRequest = 0
  /** @type {Map<number, {resolve: Function, reject: Function, stack?: string}>} */
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
    const reasons = []
    for (const make of workerMakers(worker, workerUrl)) {
      try {
        client.#port = await openWorker(make(), client)
        return client
      } catch (error) {
        reasons.push(describe(error))
      }
    }
    await client.#workInPlace(reasons.join('; '))
    return client
  }

  constructor(onEnd) {
    this.#onEnd = onEnd
  }

  async #workInPlace(reason) {
    const { Host } = await importLater('engine')
    const host = new Host((message) => this.receive(message))
    this.#port = { post: (message) => { host.receive(message) }, end() {}, keepAlive() {} }
    this.workerReason = reason
  }

  /**
   * Asks the host for something.
   *
   * @param {number} classifier
   * @param {string} method  of Engine
   * @param {object} [args]
   * @param {{signal?: AbortSignal, transfer?: Transferable[]}} [options]
   * @returns {Promise<any>}
   * @throws {BertweetError}
   */
  async request(classifier, method, args, { signal, transfer } = {}) {
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
        this.#pending.set(id, { resolve, reject, stack })
        this.#port.keepAlive(true)
        this.#port.post({ id, classifier, method, args }, transfer)
      })
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Ends the engine of a classifier, and the worker with the last one. @param {number} classifier */
  release(classifier) {
    if (this.isEnded) return
    if (--this.users === 0) this.end(new BertweetError('disposed', 'The classifier was disposed of.'))
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

  /** @param {{id: number, result?: any, error?: object}} message */
  receive({ id, result, error }) {
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

/**
 * The ways to make a worker, to be tried in order. Each may throw; so may the worker itself, later.
 *
 * @param {true | (() => Worker)} worker
 * @param {string | null} workerUrl
 * @returns {(() => Worker)[]}
 */
function workerMakers(worker, workerUrl) {
  if (typeof worker === 'function') return [worker]
  const url = workerUrl ?? packageUrl('../web/worker.js')
  if (!globalThis.Worker) {
    const node = globalThis.process?.getBuiltinModule?.('node:worker_threads')
    return [() => {
      if (!node) throw new Error('there are no workers here')
      // The program's own flags are not for the worker; with some (--input-type) it would not start.
      return new node.Worker(new URL(url), { execArgv: [] })
    }]
  }
  // The one place that spells the worker's path out for bundlers, in the way that they know.
  const direct = workerUrl ? () => new Worker(workerUrl, { type: 'module' })
    : () => new Worker(new URL('../web/worker.js', import.meta.url), { type: 'module' })
  // Workers must come from the page's own origin; a module of one line may import one from elsewhere.
  const isForeign = url && new URL(url).origin !== globalThis.origin
  return isForeign ? [direct, () => importingWorker(url)] : [direct]
}

/** @param {string} url */
function importingWorker(url) {
  const blob = new Blob([`import ${JSON.stringify(url)}`], { type: 'text/javascript' })
  const blobUrl = URL.createObjectURL(blob)
  const worker = new Worker(blobUrl, { type: 'module' })
  worker.addEventListener('message', () => URL.revokeObjectURL(blobUrl), { once: true })
  return worker
}

/**
 * Waits until a worker says that it runs.
 *
 * @param {Worker} worker  a browser's or Node's
 * @param {Client} client
 * @returns {Promise<Port>}
 */
function openWorker(worker, client) {
  const port = {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    end: () => worker.terminate(),
    keepAlive: (busy) => busy ? worker.ref?.() : worker.unref?.()
  }
  return new Promise((resolve, reject) => {
    let runs = false
    const receive = (message) => {
      if (!message.ready) return client.receive(message)
      runs = true
      port.keepAlive(false)
      resolve(port)
    }
    const fail = (what) => {
      if (runs) client.end(new BertweetError('internal', `The worker died (${what}). The next call starts a new one.`))
      worker.terminate()
      reject(new Error(`the worker was refused (${what})`))
    }
    if (worker.addEventListener) {
      worker.addEventListener('message', ({ data }) => receive(data))
      worker.addEventListener('error', ({ message }) => fail(message || 'not found, no JavaScript, or against the CSP'))
    } else {
      worker.on('message', receive)
      worker.on('error', ({ message }) => fail(message))
      worker.on('exit', (code) => fail(`exit code ${code}`))
    }
  })
}
