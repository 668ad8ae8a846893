/**
 * odd-memory.js - WebAssembly on a machine that gives no memory whenever it is told so. A worker of this module is
 * web/worker.js on such a machine; its workerData are the switches.
 */
import { isMainThread, workerData } from 'node:worker_threads'

/** What can be refused: the place of each in the switches. */
export const REFUSED = { memory: 0, sharedMemory: 1, growth: 2 }
/** How the refusal is thrown: as V8 and WebKit do (0), or as Firefox does (1). */
export const WORDS = 3

/** Switches, all off, that workers see at once. */
export const makeSwitches = () => new Int32Array(new SharedArrayBuffer(16))

/** Lets this thread's WebAssembly heed the switches. @param {Int32Array} switches */
export function heed(switches) {
  const { Memory } = WebAssembly
  const { grow } = Memory.prototype
  const isOn = (place) => Atomics.load(switches, place) === 1
  const refuse = (what) => {
    if (isOn(WORDS)) throw 'out of memory'
    throw new RangeError(`${what}: could not allocate memory`)
  }
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor) {
      if (isOn(descriptor.shared ? REFUSED.sharedMemory : REFUSED.memory)) refuse('WebAssembly.Memory()')
      super(descriptor)
    }
  }
  Memory.prototype.grow = function(delta) {
    if (isOn(REFUSED.growth)) refuse('WebAssembly.Memory.grow()')
    return grow.call(this, delta)
  }
}

if (!isMainThread) {
  heed(workerData)
  await import('../../web/worker.js')
}
