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
 * @param {{ownCache?: boolean, options?: object}} way  of WAYS
 * @returns {Promise<object[]>} of each combination: id, what became of it, and of the load after it
 */
window.runCombinations = async (lanes, text, { ownCache = false, options }) => {
  const library = await import('/js/index.js')
  const store = ownCache ? makeCache() : await caches.open('bertweet-wasm')
  const how = { library, text, store, options: { ...options, cache: ownCache ? store : true } }
  const results = await Promise.all(lanes.map(async (lane) => {
    const done = []
    for (const combination of lane) done.push(await runOne(combination, how))
    return done
  }))
  return results.flat()
}

/** @param {{id: number, cache: string, url: string, hashes: string[], partial: number, damaged: number}} combination */
async function runOne(combination, { library: { createClassifier, isCached, clearCache }, text, store, options }) {
  const { id, cache, url } = combination
  const model = `${url}manifest.json`
  const load = () => outcome(async () => {
    const classifier = await createClassifier({ ...options, model, cache: cache !== 'off' && options.cache })
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
      await inTime(window.until(() => isCached(model, { cache: options.cache })))
      await spoilCache(combination, model, store)
    }
    await fetch(`${url}begin`)
    step.during = await load()
    await fetch(`${url}end`)
    step.after = await load()
    if (cache !== 'off') await clearCache(model, { cache: options.cache })
  } catch (error) {
    step.failure = `${error}`
  }
  return step
}

/** Takes from the cache what a tab that was closed early would not have put there, or damages one entry. */
async function spoilCache({ cache, hashes, partial, damaged }, model, store) {
  const keys = (await store.keys()).map(({ url }) => url)
  const keyOf = (hash) => keys.find((key) => key.includes(hash))
  if (cache === 'partial') {
    const record = keys.find((key) => key.includes(encodeURIComponent(model)))
    for (const key of [record, ...hashes.slice(partial).map(keyOf)]) await store.delete(key)
  } else if (cache === 'corrupt') {
    const key = keyOf(hashes[damaged])
    const bytes = new Uint8Array(await (await store.match(key)).arrayBuffer())
    bytes[bytes.length >> 1] ^= 1
    await store.put(key, new Response(bytes))
  }
}

/** A cache in memory, in the shape of the Cache API. */
function makeCache() {
  const entries = new Map()
  return {
    keys: async () => [...entries.keys()].map((url) => ({ url })),
    match: async (key) => entries.has(key) ? new Response(entries.get(key)) : undefined,
    put: async (key, response) => { entries.set(key, await response.arrayBuffer()) },
    delete: async (key) => entries.delete(key)
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
