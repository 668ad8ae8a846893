/**
 * deserter.js - a thread that takes a chunk of work and ends. It does by hand what src/pool.c does: the number of
 * chunks left is 64 bytes into the session.
 */
import { parentPort } from 'node:worker_threads'

let words
parentPort.on('message', ({ memory, session }) => {
  if (memory) {
    words = new Int32Array(memory.buffer)
    parentPort.postMessage({ loaded: true })
    return
  }
  const left = (session + 64) / 4
  for (;;) {
    const found = Atomics.load(words, left)
    if (found > 0 && Atomics.compareExchange(words, left, found, found - 1) === found) process.exit()
  }
})
parentPort.postMessage({ ready: true })
