/**
 * odd-memory.js - little memory in a page, or in a worker of this module, which is web/worker.js with less memory:
 * `?pages=100` says how much.
 */

/** Memories made from now on end after so many pages of 64 KB; the engine itself refuses more. @param {number} pages */
export function limitMemory(pages) {
  const { Memory } = WebAssembly
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor) {
      super({ ...descriptor, maximum: Math.min(descriptor.maximum, pages) })
    }
  }
}

/** Engines that have given so many memories, or so long, would give more than a test can take. */
const ENOUGH = 2000
const ENOUGH_MS = 4000

/**
 * Takes addresses until the engine has none left for another memory. Where it has too many, the next memory is refused
 * in an engine's words all the same.
 *
 * @returns {{release: () => void, isReal: boolean}}
 */
export function exhaustMemory() {
  const { Memory } = WebAssembly
  let kept = []
  const release = () => {
    kept = []
    WebAssembly.Memory = Memory
  }
  const begin = performance.now()
  try {
    while (kept.length < ENOUGH && performance.now() - begin < ENOUGH_MS) {
      kept.push(new Memory({ initial: 1, maximum: 65536 }))
    }
  } catch {
    return { release, isReal: true }
  }
  WebAssembly.Memory = class {
    constructor() {
      throw new RangeError('Out of memory')
    }
  }
  return { release, isReal: false }
}

if (!globalThis.document) {
  limitMemory(Number(new URLSearchParams(globalThis.location.search).get('pages')))
  await import('/web/worker.js')
}
