/**
 * workers.js - starts workers: of browsers and of Node, from the page's own origin and from elsewhere.
 */

import { describe } from './errors.js'

/** A worker that says nothing for so long will not start: its script never came, or is another. */
const START_MS = 60000

/**
 * A running worker.
 *
 * @typedef {object} Port
 * @property {(message: object, transfer?: Transferable[]) => void} post
 * @property {() => void} end
 * @property {(busy: boolean) => void} keepAlive  whether Node should wait for it; at first it does not
 */

/**
 * The ways to make a worker of a module, to be tried in order. Each may throw; so may the worker itself, later.
 *
 * @param {string | null} url  null where only bundlers know it
 * @param {() => Worker} [make]  the first way in browsers, spelled out where bundlers see it
 * @returns {(() => Worker)[]}
 */
export function waysToStart(url, make = () => new Worker(url, { type: 'module' })) {
  if (!globalThis.Worker) {
    const node = globalThis.process?.getBuiltinModule?.('node:worker_threads')
    return [() => {
      if (!node) throw new Error('there are no workers here')
      // The program's own flags are not for the worker; with some (--input-type) it would not start.
      return new node.Worker(new URL(url), { execArgv: [] })
    }]
  }
  // Workers must come from the page's own origin; a module of one line may import one from elsewhere.
  const isForeign = url && new URL(url).origin !== globalThis.origin
  return isForeign ? [make, () => importingWorker(url)] : [make]
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
 * Starts a worker in the first way that works, and waits until it says { ready: true }.
 *
 * @param {(() => Worker)[]} ways  each makes a browser's worker or Node's
 * @param {{receive: (message: any) => void, died: (what: string) => void}} handlers
 *   receive: gets later messages; died: called if the worker fails after it was ready, perhaps twice
 * @returns {Promise<Port>}
 * @throws {Error} whose message says what each way failed of
 */
export async function startWorker(ways, handlers) {
  const reasons = []
  for (const make of ways) {
    try {
      return await waitForWorker(make(), handlers)
    } catch (error) {
      reasons.push(describe(error))
    }
  }
  throw new Error(reasons.join('; '))
}

/**
 * Workers that have not ended. While one starts, nothing else may hold it but its own listeners, and Firefox has
 * collected such workers.
 *
 * @type {Set<object>}
 */
const living = new Set()

/** @returns {Promise<Port>} */
function waitForWorker(worker, handlers) {
  living.add(worker)
  const end = () => {
    living.delete(worker)
    worker.terminate()
  }
  const port = {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    end,
    keepAlive: (busy) => busy ? worker.ref?.() : worker.unref?.()
  }
  return new Promise((resolve, reject) => {
    let runs = false
    const receive = (message) => {
      // web/worker.js: a lock that it holds as long as it lives.
      if (message.lock) return navigator.locks.request(message.lock, () => fail('it ended')).catch(() => {})
      if (!message.ready) return handlers.receive(message)
      runs = true
      clearTimeout(timer)
      port.keepAlive(false)
      resolve(port)
    }
    const fail = (what) => {
      clearTimeout(timer)
      if (runs) handlers.died(what)
      end()
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
    const timer = setTimeout(() => fail('it did not start in time'), START_MS)
  })
}
