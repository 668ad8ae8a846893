/**
 * loading.js - what a page costs before and beside the calls: time to the first label, bytes over the wire, memory.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, constants } from 'node:zlib'
import { chromium } from 'playwright-core'
import { PROJECT, findChromium, launchChromium, startServer } from '../browser/browser.js'
import { ENGINES, openRequest, openUrl } from './engines.js'
import { summarise } from './latency.js'
import { openTab } from './tab.js'

/** What a static host with hashed names sends; without it nothing would be warm. */
const HEADERS = { 'cache-control': 'public, max-age=31536000, immutable' }
/** Rows of a large batch: 64 texts of 128 tokens. */
const LARGE_BATCH = { texts: 64, tokens: 128 }

/**
 * Times from the start of a navigation to the first logits: cold in a new profile, warm in the same profile after a
 * restart of the browser. The server is local.
 *
 * @param {string} name  of a page engine
 * @param {import('./models.js').BenchModel} model
 * @param {number} rounds
 */
export async function measureStart(name, model, rounds) {
  const server = await startServer({ headers: HEADERS })
  const address = openUrl(server.url, openRequest(ENGINES[name], model))
  const times = { cold: [], warm: [] }
  let wire
  try {
    for (let round = 0; round < rounds; round++) {
      const profile = await mkdtemp(join(tmpdir(), 'bertweet-bench-'))
      try {
        server.responses.length = 0
        times.cold.push(await visit(profile, address))
        const cold = await countBytes(server.responses)
        server.responses.length = 0
        times.warm.push(await visit(profile, address))
        wire = { cold, warm: await countBytes(server.responses) }
      } finally {
        await rm(profile, { recursive: true, force: true, maxRetries: 5 })
      }
    }
  } finally {
    await server.close()
  }
  return { cold: summarise(times.cold), warm: summarise(times.warm), wire }
}

async function visit(profile, address) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run']
  })
  try {
    const page = context.pages()[0] ?? await context.newPage()
    await page.goto(address)
    const { ms } = await page.evaluate(() => globalThis.opened)
    await page.evaluate(() => globalThis.bench.stored())
    await sleep(500) // what is still being written to the browser's own cache
    return ms
  } finally {
    await context.close()
  }
}

/** Weights and code, as sent; the code also as a host with brotli would send it. */
async function countBytes(responses) {
  const bytes = { weights: 0, code: 0, codeBrotli: 0 }
  for (const { path, bytes: sent } of responses) {
    if (/\/build\/bench\/(models|onnx)\//.test(path)) {
      bytes.weights += sent
    } else if (sent > 0) {
      bytes.code += sent
      bytes.codeBrotli += brotli(await readFile(join(PROJECT, path)))
    }
  }
  return bytes
}

const sizes = new Map()

function brotli(content) {
  const key = `${content.length} ${content.subarray(0, 64).toString('latin1')}`
  if (!sizes.has(key)) {
    sizes.set(key, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length)
  }
  return sizes.get(key)
}

/**
 * Memory of a page's renderer process in bytes, as Linux counts what is resident: before the engine is loaded, at its
 * peak over the cases, after it was disposed of; and what it keeps then without pages of files, as what has run of
 * Chromium's own program stays resident. For ours also all of its WebAssembly memory after a large batch.
 *
 * @param {string} name  of a page engine
 * @param {import('./models.js').BenchModel} model
 * @param {import('./latency.js').Case[]} cases
 * @param {string} url  of the server
 */
export async function measureMemory(name, model, cases, url) {
  const browser = await launchChromium()
  try {
    const page = await openTab(browser, `${url}tests/bench/page.html`)
    await settle(page)
    const empty = await memoryOfRenderers(browser)
    const call = (method, argument) => page.evaluate(([method, argument]) => globalThis.bench[method](argument),
      [method, argument])
    await call('open', openRequest(ENGINES[name], model))
    for (const { rows } of cases) await call('measure', { rows, ms: 1 })
    const pid = grownMost(empty, await memoryOfRenderers(browser))
    const start = empty.get(pid)
    const loaded = await memoryOf(pid)
    await call('dispose')
    await settle(page)
    const disposed = await memoryOf(pid)
    const kept = disposed.own - start.own
    const result = { start: start.now, peak: loaded.peak, loaded: loaded.now, disposed: disposed.now, kept }
    if (ENGINES[name].page !== 'ours') return result
    await call('open', openRequest(ENGINES[name], model))
    const rows = Array.from({ length: LARGE_BATCH.texts }, (_, index) => model.row(LARGE_BATCH.tokens, index + 1))
    await call('measure', { rows, ms: 1 })
    const { memory, bytes } = await call('info')
    return { ...result, wasm: memory, wasmBesideWeights: memory - bytes }
  } finally {
    await browser.close()
  }
}

/** By process number: the page's, and spare ones that Chromium keeps. */
async function memoryOfRenderers(browser) {
  const cdp = await browser.newBrowserCDPSession()
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo')
  const pids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
  return new Map(await Promise.all(pids.map(async (pid) => [pid, await memoryOf(pid)])))
}

/** The process that holds the page: the one that a model made larger. */
function grownMost(before, after) {
  const growth = (pid) => (after.get(pid)?.peak ?? 0) - before.get(pid).now
  return [...before.keys()].reduce((best, pid) => growth(pid) > growth(best) ? pid : best)
}

async function settle(page) {
  for (let i = 0; i < 3; i++) {
    await page.send('HeapProfiler.collectGarbage')
    await sleep(400)
  }
}

async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const field = (name) => 1024 * Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))[1])
  return { now: field('VmRSS'), peak: field('VmHWM'), own: field('RssAnon') + field('RssShmem') }
}
