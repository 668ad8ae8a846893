/**
 * tab.js - a tab of Chromium that playwright does not know: in those it does, DevTools keeps up to 200 MB of response
 * bodies. It is driven by messages within messages, and so are its workers.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/** A worker that does not answer for so long is busy, or waits for work without listening, as threads do. */
const PATIENCE_MS = 50

/**
 * Opens a tab in the browser's own profile.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @returns {Promise<Target>}
 */
export async function openTab(browser, url) {
  const cdp = await browser.newBrowserCDPSession()
  const { targetId } = await cdp.send('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await cdp.send('Target.attachToTarget', { targetId, flatten: false })
  const tab = new Target((message) => cdp.send('Target.sendMessageToTarget', { sessionId, message }))
  cdp.on('Target.receivedMessageFromTarget', ({ message }) => tab.receive(JSON.parse(message)))
  await tab.followWorkers()
  await tab.send('Page.navigate', { url })
  await tab.evaluate(() => document.readyState === 'complete' || new Promise((resolve) => { onload = resolve }))
  return tab
}

/** A tab, or a worker of one. */
class Target {
  #post
  #last = 0
  /** @type {Map<number, {resolve: Function, reject: Function}>} */
  #waiting = new Map()
  /** By their sessions. @type {Map<string, Target>} */
  #workers = new Map()
  /** Bytes, when last asked. */
  #heap = 0
  #buffers = 0
  /** @type {Promise<number> | null} */
  #reading = null

  /** @param {(message: string) => Promise<unknown>} post */
  constructor(post) {
    this.#post = post
  }

  /** @param {string} method  of the DevTools protocol @param {object} [params] */
  async send(method, params) {
    const id = ++this.#last
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    answered.catch(() => {})
    await this.#post(JSON.stringify({ id, method, params }))
    return answered
  }

  receive({ id, method, params, result, error }) {
    if (id) {
      const { resolve, reject } = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error) reject(new Error(error.message))
      else resolve(result)
    } else if (method === 'Target.attachedToTarget') {
      const { sessionId } = params
      const worker = new Target((message) => this.send('Target.sendMessageToTarget', { sessionId, message }))
      this.#workers.set(sessionId, worker)
      worker.followWorkers().catch(() => {}) // ended meanwhile
    } else if (method === 'Target.detachedFromTarget') {
      this.#workers.get(params.sessionId)?.end()
      this.#workers.delete(params.sessionId)
    } else if (method === 'Target.receivedMessageFromTarget') {
      this.#workers.get(params.sessionId)?.receive(JSON.parse(params.message))
    }
  }

  /** Nobody answers any more. */
  end() {
    for (const worker of this.#workers.values()) worker.end()
    for (const { reject } of this.#waiting.values()) reject(new Error('The target has ended.'))
    this.#waiting.clear()
  }

  /** Gets to know the workers that are started. */
  followWorkers() {
    return this.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
  }

  /** The result of a function that is run in the page. @param {Function} run @param {unknown} [argument]  JSON */
  async evaluate(run, argument) {
    const expression = `(${run})(${JSON.stringify(argument)})`
    const how = { expression, awaitPromise: true, returnByValue: true }
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', how)
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  /**
   * Bytes of the heaps of JavaScript and DOM, and of what ArrayBuffers hold, workers included. Memory that threads
   * share does not count. Nothing is counted twice: where a buffer may have gone from a worker to the page meanwhile,
   * or a worker with buffers is busy, there is no answer.
   *
   * @returns {Promise<number | null>}
   */
  async heapBytes() {
    const all = this.#withWorkers()
    const awake = all.slice(1).filter((worker) => !worker.#reading)
    const ask = () => Promise.race([Promise.all(awake.map((worker) => worker.#readHeap())), sleep(PATIENCE_MS)])
      .catch(() => undefined) // ended meanwhile
    const before = await ask()
    await this.#readHeap()
    const after = await ask()
    const isStale = all.slice(1).some((worker) => !awake.includes(worker) && worker.#buffers > 1e6)
    if (!before || !after || before.join() !== after.join() || isStale) return null
    return all.reduce((sum, target) => sum + target.#heap + target.#buffers, 0)
  }

  #withWorkers() {
    return [this, ...[...this.#workers.values()].flatMap((worker) => worker.#withWorkers())]
  }

  /** @returns {Promise<number>} bytes of its ArrayBuffers */
  #readHeap() {
    this.#reading ??= this.send('Runtime.getHeapUsage').then((sizes) => {
      this.#heap = sizes.usedSize + sizes.embedderHeapUsedSize
      this.#buffers = sizes.backingStorageSize
      return this.#buffers
    }).finally(() => { this.#reading = null })
    return this.#reading
  }
}
