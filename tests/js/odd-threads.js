/**
 * odd-threads.js - web/worker.js where something is wrong with threads: workerData says what.
 */
import { workerData } from 'node:worker_threads'

const { Worker } = process.getBuiltinModule('node:worker_threads')
let made = 0

const odd = {
  'no threads': () => new URL('./missing-thread.js', import.meta.url),
  deserter: (url) => made++ === 0 ? new URL('./deserter.js', import.meta.url) : url
}[workerData]
if (odd) {
  process.getBuiltinModule('node:worker_threads').Worker = class extends Worker {
    constructor(url, options) {
      super(odd(url), options)
    }
  }
}
if (workerData === 'no module') {
  const fs = process.getBuiltinModule('node:fs/promises')
  const { readFile } = fs
  fs.readFile = async (url, ...rest) => {
    if (String(url).endsWith('-threads.wasm')) throw new Error('not there')
    return readFile(url, ...rest)
  }
}
await import('../../web/worker.js')
