/**
 * page-load.js - loads of one model in a page, for streaming.js: by this package, and by nothing but fetch.
 */
import { clearCache, createClassifier, isCached } from '../../js/index.js'

/** Requests at once, as many as js/shards.js makes. */
const IN_FLIGHT = 3
/** The first answer is to ids of frequent words, all in the resident part of the image. */
const COMMON = [0, 10, 200, 1000, 4000, 2]

let classifier

/**
 * Loads the model.
 *
 * @param {{model: string, cache: boolean, threads: number}} options
 * @returns {Promise<{ms: number, at: number, memory: number, threads: number}>}  ms: until every weight can be used;
 *   at: when that was, milliseconds since 1970
 */
export async function load(options) {
  const start = performance.now()
  classifier = await createClassifier(options)
  const { memory, threads } = classifier.info
  const end = performance.now()
  return { ms: end - start, at: performance.timeOrigin + end, memory, threads }
}

/** Disposes of what load has made, and of what it has cached, when that is complete. */
export async function drop({ model, cache }) {
  while (cache && !await isCached(model)) await new Promise((resolve) => setTimeout(resolve, 20))
  await classifier.dispose()
  if (cache) await clearCache(model)
}

/** Fetches the same files and drops what comes. @param {{model: string}} options */
export async function fetchOnly({ model }) {
  const start = performance.now()
  const { shards } = await (await fetch(model)).json()
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    for (let shard; (shard = shards.shift());) {
      const { body } = await fetch(new URL(shard.file, new URL(model, location.href)))
      const reader = body.getReader()
      while (!(await reader.read()).done);
    }
  }))
  return { ms: performance.now() - start }
}

/**
 * Loads the model and asks for an answer at once.
 *
 * @param {{model: string}} options
 * @returns {Promise<{loaded: number, total: number, ms: number, wholeMs: number}>}
 *   loaded: bytes that had arrived when the answer was there, after ms
 */
export async function answerEarly({ model }) {
  const start = performance.now()
  let progress
  classifier = await createClassifier({ model, early: true, cache: false, onProgress: (now) => { progress = now } })
  await classifier.logits([COMMON])
  const { loaded, total } = progress
  const ms = performance.now() - start
  await classifier.loaded
  const wholeMs = performance.now() - start
  await classifier.dispose()
  return { loaded, total, ms, wholeMs }
}
