/**
 * node.js - long runs in Node. What a place offers: see PLACES in long.js.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { createClassifier } from '../../js/index.js'
import { binaryUrl, makeTinyModel } from '../js/tiny-model.js'
import { Work, cycle } from './work.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

/** Workers of this thread that run. */
const workers = new Set()
process.on('worker', (worker) => {
  workers.add(worker)
  worker.on('exit', () => workers.delete(worker))
})

/** All WebAssembly memories that this thread made and that were not collected. */
const memories = new Set()
const { Memory } = WebAssembly
WebAssembly.Memory = class extends Memory {
  constructor(descriptor) {
    super(descriptor)
    memories.add(new WeakRef(this))
  }
}

/** A turn of the event loop lets finalizers run; two collections take what the first one freed. */
async function measure() {
  for (let i = 0; i < 2; i++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { process: process.memoryUsage.rss(), heap: process.memoryUsage().heapUsed }
}

/** What is left of classifiers that were disposed of; workers take a while to end. */
async function left() {
  const isAlive = (reference) => reference.deref() !== undefined
  for (let tries = 0; tries < 300; tries++) {
    await measure()
    for (const reference of memories) if (!isAlive(reference)) memories.delete(reference)
    if (workers.size + memories.size === 0) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { workers: workers.size, memories: memories.size }
}

/** @param {boolean} inWorker */
export async function openNode(inWorker) {
  const options = { model: await makeTinyModel(), wasmUrl: new URL('./', binaryUrl('bertweet.wasm')) }
  let work
  let classifier
  let number = 0
  const open = async (worker) => {
    classifier = await createClassifier({ ...options, worker })
    work = new Work(classifier)
  }
  return {
    measure,
    async start() {
      await open(inWorker)
    },
    async classify(calls) {
      await work.classify(calls)
      return { wasm: work.wasm }
    },
    async cycle(count) {
      await cycle(createClassifier, options, number, count)
      number += count
      return {}
    },
    async startDeaths() {
      await open(() => new Worker(new URL('../../web/worker.js', import.meta.url)))
    },
    async die(times) {
      await work.survive(times, () => [...workers].at(-1).terminate())
      return { wasm: work.wasm }
    },
    async stop() {
      await classifier?.dispose()
      classifier = undefined
      work = undefined
      return left()
    },
    async close() {}
  }
}
