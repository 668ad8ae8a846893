/**
 * page.js - runs combinations of table.js in a page; faults.test.js looks at what comes out.
 */

/** No load takes so long, whatever happens to it. */
const HANG_MS = 120000

/**
 * Runs combinations, several at once: each lane takes its own one after the other.
 *
 * @param {{combinations: object[], url: string, hashes: string[], damaged: number}[][]} lanes
 * @param {string} text  what each classifies
 * @returns {Promise<object[]>} of each combination: id, what became of it, and of the load after it
 */
window.runCombinations = async (lanes, text) => {
  const library = await import('/js/index.js')
  const results = await Promise.all(lanes.map(async (lane) => {
    const done = []
    for (const combination of lane) done.push(await runOne(library, combination, text))
    return done
  }))
  return results.flat()
}

/** @param {{id: number, cache: string, url: string, hashes: string[], partial: number, damaged: number}} combination */
async function runOne({ createClassifier, isCached, clearCache }, combination, text) {
  const { id, cache, url } = combination
  const model = `${url}manifest.json`
  const load = () => outcome(async () => {
    const classifier = await createClassifier({ model, cache: cache !== 'off' })
    try {
      return await classifier.classify(text)
    } finally {
      await classifier.dispose()
    }
  })
  const step = { id }
  try {
    if (cache !== 'empty' && cache !== 'off') {
      step.before = await load()
      await inTime(window.until(async () => await isCached(model) && await hasRecord(model)))
      await spoilCache(combination, model)
    }
    await fetch(`${url}begin`)
    step.during = await load()
    await fetch(`${url}end`)
    step.after = await load()
    if (cache !== 'off') await clearCache(model)
  } catch (error) {
    step.failure = `${error}`
  }
  return step
}

/** Whether the model can be loaded without its server: its manifest is kept last. */
const hasRecord = async (model) =>
  (await (await caches.open('bertweet-wasm')).keys()).some((key) => isRecord(key, model))

const isRecord = ({ url }, model) => url.includes(encodeURIComponent(model))

/** Takes from the cache what a tab that was closed early would not have put there, or damages one entry. */
async function spoilCache({ cache, hashes, partial, damaged }, model) {
  const store = await caches.open('bertweet-wasm')
  const keys = await store.keys()
  const keyOf = (hash) => keys.find(({ url }) => url.includes(hash))
  if (cache === 'partial') {
    const record = keys.filter((key) => isRecord(key, model))
    for (const key of [...record, ...hashes.slice(partial).map(keyOf)]) await store.delete(key)
  } else if (cache === 'corrupt') {
    const key = keyOf(hashes[damaged])
    const bytes = new Uint8Array(await (await store.match(key)).arrayBuffer())
    bytes[bytes.length >> 1] ^= 1
    await store.put(key, new Response(bytes))
  }
}

/** A result, or an error as plain data. */
async function outcome(run) {
  try {
    return { result: await inTime(run()) }
  } catch ({ code, message, url, shard, status }) {
    return { error: { code, message, url, shard, status } }
  }
}

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
const inTime = (promise) => {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('hangs'), { code: 'hangs' })), HANG_MS)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
