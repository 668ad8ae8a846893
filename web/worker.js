/**
 * worker.js - the worker: a Host behind messages. A module worker in browsers, a worker thread in Node.
 */

import { Host } from '../js/engine.js'

const port = globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort ?? globalThis.self
const host = new Host((message, transfer) => port.postMessage(message, transfer))
port.onmessage = ({ data }) => host.receive(data)
port.postMessage({ ready: true })

// A lock that is held as long as the worker lives tells the page of a death that browsers do not report.
if (port === globalThis.self && globalThis.navigator?.locks) {
  const name = `bertweet-wasm worker ${crypto.randomUUID()}`
  const hold = () => {
    port.postMessage({ lock: name })
    return new Promise(() => {})
  }
  navigator.locks.request(name, hold).catch(() => {}) // refused, as in frames of no origin
}
