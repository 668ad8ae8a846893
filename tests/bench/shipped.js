/**
 * shipped.js - the models that ship beside each other in one page of Chromium: milliseconds of a call, in turns, and
 * WebAssembly memory. Written is build/bench/shipped.json.
 *
 * usage: node tests/bench/shipped.js [--rounds 8] [--calls 25]
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROJECT, launchChromium, startServer } from '../browser/browser.js'

const MODELS = ['tweet-mini', 'tweet-nano']
/** Threads, texts, tokens of each. */
const CASES = [1, 2].flatMap((threads) => [[threads, 1, 16], [threads, 1, 32], [threads, 8, 32]])

const { values } = parseArgs({ options: {
  rounds: { type: 'string', default: '8' }, calls: { type: 'string', default: '25' }
} })

/** Runs in the page. @returns {Promise<Record<string, {times: number[], kernel: string, memory: number}>>} */
async function timeModels({ models, threads, texts, tokens, rounds, calls }) {
  const { createClassifier } = await import('/dist/bertweet.min.js')
  const found = {}
  for (const name of models) {
    const classifier = await createClassifier({ model: `/models/${name}/manifest.json`, threads })
    found[name] = { classifier, times: [] }
  }
  // Ids that both have, <s> first and </s> last.
  const row = (seed) => Array.from({ length: tokens }, (_, i) =>
    i === 0 ? 0 : i === tokens - 1 ? 2 : 4 + (i * 7919 + seed * 31) % 14000)
  for (let round = 0; round < rounds; round++) {
    for (const { classifier, times } of Object.values(found)) {
      for (let call = 0; call < calls; call++) {
        const rows = Array.from({ length: texts }, (_, text) => row(call + text))
        const start = performance.now()
        await classifier.logits(rows)
        times.push(performance.now() - start)
      }
    }
  }
  const results = {}
  for (const [name, { classifier, times }] of Object.entries(found)) {
    results[name] = { times, kernel: classifier.info.kernel, memory: classifier.info.memory }
    await classifier.dispose()
  }
  return results
}

const server = await startServer()
const browser = await launchChromium()
const cases = []
try {
  const page = await browser.newPage()
  await page.goto(new URL('demo/sample.txt', server.url).href)
  for (const [threads, texts, tokens] of CASES) {
    const options = { threads, texts, tokens, rounds: Number(values.rounds), calls: Number(values.calls) }
    const found = await page.evaluate(timeModels, { models: MODELS, ...options })
    for (const [model, { times, kernel, memory }] of Object.entries(found)) {
      times.sort((a, b) => a - b)
      const [fastest, median] = [times[0], times[times.length >> 1]]
      cases.push({ model, kernel, threads, texts, tokens, fastest, median, memory })
      console.log(`${model}, ${threads} threads, ${texts} x ${tokens} tokens: ${fastest.toFixed(2)} ms ` +
        `(median ${median.toFixed(2)}); ${kernel}, ${(memory / 1e6).toFixed(1)} MB`)
    }
  }
} finally {
  await browser.close()
  await server.close()
}
mkdirSync(join(PROJECT, 'build/bench'), { recursive: true })
const result = { date: new Date().toISOString(), cpu: cpus()[0].model, load: loadavg()[0], cases }
writeFileSync(join(PROJECT, 'build/bench/shipped.json'), `${JSON.stringify(result, null, 2)}\n`)
