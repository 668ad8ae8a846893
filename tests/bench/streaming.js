/**
 * streaming.js - what loading costs beside the wire: time, memory, and how much must come before the first answer.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '../../web/serve.js'
import { PROJECT, launchChromium } from '../browser/browser.js'
import { summarise } from './latency.js'
import { openTab } from './tab.js'

/** What is loaded in each round, in turns. */
const WAYS = {
  fetch: ['fetchOnly', {}],
  cacheOff: ['load', { cache: false }],
  cacheOn: ['load', { cache: true }]
}
/** The links in whose way the server is, bits a second; none: as fast as this machine is. */
const LINKS = { local: undefined, gigabit: 1e9, slow: 80e6 }
/** How far a link may fall behind and catch up again, for timers are coarse. */
const LAG_MS = 20
const PIECE_NBYTES = 64 << 10

/**
 * Loads a model from a server on this machine, again and again in one tab of Chromium; what comes is never kept by the
 * HTTP cache. Then to see the memory that it takes, and once over a slow link.
 *
 * @param {import('./models.js').BenchModel} model
 * @param {number} rounds
 */
export async function measureLoad(model, rounds) {
  const { image } = JSON.parse(await readFile(model.ours, 'utf8'))
  const times = {}
  let ready
  for (const link of ['local', 'gigabit']) {
    const measured = await withTab(LINKS[link], (tab, wire) => timeLoads(tab, model.urls.ours, rounds, wire))
    times[link] = measured.times
    ready = measured.ready
  }
  const { heap, memory } = await withTab(LINKS.local, (tab) => watchMemory(tab, model.urls.ours, rounds))
  const early = await withTab(LINKS.slow, (tab) => run(tab, 'answerEarly', { model: model.urls.ours }))
  return { times, ready, heap, wasm: memory, wasmBesideWeights: memory - image.bytes, early }
}

async function withTab(link, use) {
  const intercept = link && throttle(link / 8)
  const headers = (path) => path.endsWith('.bin') ? { 'cache-control': 'no-store' } : undefined
  const wire = { lastSent: 0 }
  const onResponse = ({ path }) => {
    if (path.endsWith('.bin')) wire.lastSent = performance.timeOrigin + performance.now()
  }
  const server = await serve({ root: PROJECT, headers, intercept, onResponse })
  const browser = await launchChromium()
  try {
    const tab = await openTab(browser, `${server.url}tests/bench/page.html`)
    await tab.evaluate(async () => { globalThis.loading = await import('/tests/bench/page-load.js') })
    return await use(tab, wire)
  } finally {
    await browser.close()
    await server.close()
  }
}

/** Calls a function of page-load.js. */
const run = (tab, name, options) =>
  tab.evaluate(([name, options]) => globalThis.loading[name](options), [name, options])

/** ready: milliseconds from when the server had sent the last byte until every weight could be used, cache off. */
async function timeLoads(tab, model, rounds, wire) {
  const ready = []
  const times = Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [way, [name, how]] of Object.entries(WAYS)) {
      await tab.send('HeapProfiler.collectGarbage')
      const options = { ...how, model, threads: 1 }
      const { ms, at } = await run(tab, name, options)
      if (name === 'load') await run(tab, 'drop', options)
      if (round === 0) continue // the first one compiles and fills file caches
      times[way].push(ms)
      if (way === 'cacheOff') ready.push(at - wire.lastSent)
    }
  }
  return {
    times: Object.fromEntries(Object.entries(times).map(([way, list]) => [way, summarise(list)])),
    ready: summarise(ready)
  }
}

/**
 * Looks at the heaps while a model loads, as often as it can, cache off and on. WebAssembly memory is shared with a
 * second thread, so that it is not among what they hold.
 */
async function watchMemory(tab, model, rounds) {
  const heap = { start: await restOf(tab), peak: 0, samples: 0 }
  let memory
  for (let round = 0; round < rounds; round++) {
    const options = { model, cache: round % 2 === 1, threads: 2 }
    let isLoading = true
    const loading = run(tab, 'load', options).finally(() => { isLoading = false })
    while (isLoading) {
      const bytes = await tab.heapBytes()
      if (bytes) heap.samples++
      heap.peak = Math.max(heap.peak, bytes)
    }
    const loaded = await loading
    if (loaded.threads !== 2) throw new Error('The page runs no threads.')
    memory = loaded.memory
    heap.rest = await restOf(tab)
    await run(tab, 'drop', options)
  }
  return { heap, memory }
}

async function restOf(tab) {
  await tab.send('HeapProfiler.collectGarbage')
  return tab.heapBytes()
}

/** For serve: sends shards as one link of so many bytes a second would, whatever the number of requests. */
function throttle(speed) {
  let free = 0
  return async (path, request, response) => {
    if (!path.endsWith('.bin')) return false
    const bytes = await readFile(join(PROJECT, path))
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length })
    for (let at = 0; at < bytes.length; at += PIECE_NBYTES) {
      const piece = bytes.subarray(at, at + PIECE_NBYTES)
      free = Math.max(free, performance.now() - LAG_MS) + 1000 * piece.length / speed
      if (free > performance.now()) await sleep(free - performance.now())
      if (!response.write(piece)) await once(response, 'drain')
    }
    response.end()
    return true
  }
}
