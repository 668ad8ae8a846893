/**
 * workers.js - a model in several workers at once, each with a copy of its own: texts need not wait for each other.
 */

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

import { MODEL_OPTIONS, openClassifier } from './model.js'
import { parseNumber } from './options.js'

const MAX_THREADS = 256

export const WORKER_OPTIONS = {
  ...MODEL_OPTIONS,
  threads: { value: 'NUMBER', help: 'workers, each with a copy of the model in memory; auto: one a core; default: 1' },
}

/**
 * @typedef {object} Workers
 * @property {object} info  as a classifier's
 * @property {number} count
 * @property {(texts: string[], options: {signal?: AbortSignal}) => Promise<object[]>} classify  in the worker that has
 *   least to do
 * @property {() => Promise<void>} dispose
 *
 * @param {{threads?: string, model?: string, kernel?: string, preprocess?: string}} values
 * @param {import('./run.js').Io} io
 * @returns {Promise<Workers>}
 */
export async function openWorkers({ threads, ...values }, io) {
  const count = threads === 'auto' ? availableParallelism() : parseNumber(threads, 'threads', MAX_THREADS, 1) ?? 1
  const startWorker = () => new Worker(new URL('../../web/worker.js', import.meta.url), { execArgv: [] })
  /** @type {{classifier: Awaited<ReturnType<typeof openClassifier>>, texts: number}[]} texts: that wait or run there */
  const workers = []
  const dispose = async () => { await Promise.all(workers.map(({ classifier }) => classifier.dispose())) }
  try {
    for (let index = 0; index < count; index++) {
      // A function of its own is a worker of its own.
      const classifier = await openClassifier({ ...values, worker: () => startWorker() }, io)
      workers.push({ classifier, texts: 0 })
    }
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    info: workers[0].classifier.info,
    count,
    async classify(texts, options) {
      const worker = workers.reduce((best, other) => other.texts < best.texts ? other : best)
      worker.texts += texts.length
      try {
        return await worker.classifier.classify(texts, options)
      } finally {
        worker.texts -= texts.length
      }
    },
    dispose,
  }
}
