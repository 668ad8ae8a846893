/**
 * worker.js - the worker: a Host behind messages. A module worker in browsers, a worker thread in Node.
 */

import { Host } from '../js/engine.js'

const port = globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort ?? globalThis.self
const host = new Host((message, transfer) => port.postMessage(message, transfer))
port.onmessage = ({ data }) => host.receive(data)
port.postMessage({ ready: true })
