/**
 * threads.js - workers that help an engine: how many there may be, and their life.
 *
 * They need shared memory, so a page that is cross-origin isolated, and an engine that may wait, so a worker of its
 * own. Where they cannot be, one thread does all, and the reason is told.
 */

import { describe } from './errors.js'
import { packageUrl } from './features.js'
import { startWorker, waysToStart } from './workers.js'

/** More gain nothing for a model of this size, and weigh on the machine. */
const MOST_AUTOMATIC = 4
/** How long a thread may take to start, ms; the others do not wait for it. */
const START_MS = 5000

/** @typedef {{count: number, reason: string | null}} Plan  threads, the engine's own included, and why not more */

/**
 * How many threads an engine should have here.
 *
 * @param {'auto' | number} wanted
 * @returns {Plan}
 */
export function planThreads(wanted) {
  const one = (reason) => ({ count: 1, reason })
  if (wanted === 1) return one('the option threads is 1')
  const node = globalThis.process?.getBuiltinModule
  if (!node && !globalThis.crossOriginIsolated) {
    return one('the page is not cross-origin isolated (it needs the headers COOP and COEP)')
  }
  if (globalThis.document) return one('the engine runs in the page, which may not wait for threads')
  if (wanted !== 'auto') return { count: wanted, reason: null }
  const cores = node ? node('node:os').availableParallelism() : navigator.hardwareConcurrency ?? 1
  const count = Math.min(MOST_AUTOMATIC, Math.ceil(cores / 2))
  return { count, reason: count === 1 ? `'auto' takes one of ${cores} cores` : null }
}

/** The threads that help one engine. */
export class Threads {
  /** @type {import('./workers.js').Port[]} */
  #ports = []
  #reason = null
  /** After that threads come too late. */
  #isComplete = false

  /**
   * Starts workers, which load the module.
   *
   * @param {WebAssembly.Module} module
   * @param {WebAssembly.Memory} memory  shared
   * @param {number} count  without the engine's own
   */
  static async start(module, memory, count) {
    const threads = new Threads()
    const deadline = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('a thread did not start in time')), START_MS)
      timer.unref?.()
    })
    deadline.catch(() => {})
    const starts = Array.from({ length: count }, () => Promise.race([threads.#startOne(module, memory), deadline]))
    for (const { reason } of await Promise.allSettled(starts)) {
      if (reason) threads.#reason = describe(reason)
    }
    threads.#isComplete = true
    return threads
  }

  async #startOne(module, memory) {
    const url = packageUrl('../web/thread.js')
    // Spelled out for bundlers.
    const make = () => new Worker(new URL('../web/thread.js', import.meta.url), { type: 'module' })
    let port
    await new Promise((resolve, reject) => {
      const died = (what) => reject(new Error(`a thread could not start (${what})`))
      startWorker(waysToStart(url, make), { receive: resolve, died }).then((started) => {
        port = started
        port.keepAlive(true)
        port.post({ module, memory })
      }).catch(reject)
    })
    port.keepAlive(false)
    if (this.#isComplete) port.end()
    else this.#ports.push(port)
  }

  /** @returns {Plan} */
  get plan() {
    return { count: 1 + this.#ports.length, reason: this.#reason }
  }

  /**
   * Sends the threads to work.
   *
   * @param {(thread: number) => {session: number, stack: number}} place  addresses for the thread of this number
   */
  help(place) {
    this.#ports.forEach((port, index) => port.post({ thread: index + 1, ...place(index + 1) }))
  }

  end() {
    for (const port of this.#ports) port.end()
    this.#ports = []
  }
}
