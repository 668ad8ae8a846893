/**
 * chromium.js - long runs in a page of Chromium. What a place offers: see PLACES in long.js.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PROJECT, launchChromium, startServer } from '../browser/browser.js'
import { makeTinyModel, writeModel } from '../js/tiny-model.js'

const FOLDER = 'build/long/model'
const MEASUREMENTS = 3

export async function openChromium() {
  await rm(join(PROJECT, FOLDER), { recursive: true, force: true })
  await writeModel(join(PROJECT, FOLDER), await makeTinyModel())
  const server = await startServer()
  const browser = await launchChromium(['--enable-blink-features=ForceEagerMeasureMemory'])
  const page = await browser.newPage()
  await page.goto(`${server.url}tests/browser/page.html`)
  await page.evaluate(async (model) => {
    const [{ createClassifier }, { Work, cycle }] =
      await Promise.all([import('/js/index.js'), import('/tests/long/work.js')])
    let number = 0
    window.long = {
      async open(worker) {
        window.classifier = await createClassifier({ model, worker })
        window.work = new Work(window.classifier)
      },
      cycle: (count) => cycle(createClassifier, { model }, (number += count) - count, count),
      makeWorker: () => window.lastWorker = new Worker('/web/worker.js', { type: 'module' })
    }
  }, `${server.url}${FOLDER}/`)
  const whole = await browser.newBrowserCDPSession()
  const { processInfo } = await whole.send('SystemInfo.getProcessInfo')
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)

  return {
    /**
     * The page's own measurement collects before, and counts its workers, their WebAssembly included. Once in twenty
     * times it still counts 1 to 1.5 MB that the next one, 30 ms later, does not: of several the least is held.
     */
    async measure() {
      const heap = await page.evaluate(async (times) => {
        const sizes = []
        while (sizes.length < times) sizes.push((await performance.measureUserAgentSpecificMemory()).bytes)
        return Math.min(...sizes)
      }, MEASUREMENTS)
      const files = renderers.map((id) => readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => ''))
      const sizes = (await Promise.all(files)).map((text) => Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0))
      return { process: 1024 * sizes.reduce((sum, size) => sum + size), heap }
    },
    start: () => page.evaluate(() => window.long.open(true)),
    classify: (calls) => page.evaluate(async (calls) => {
      await window.work.classify(calls)
      return { wasm: window.work.wasm }
    }, calls),
    cycle: (count) => page.evaluate((count) => window.long.cycle(count).then(() => ({})), count),
    startDeaths: () => page.evaluate(() => window.long.open(window.long.makeWorker)),
    die: (times) => page.evaluate(async (times) => {
      await window.work.survive(times, () => window.lastWorker.terminate())
      return { wasm: window.work.wasm }
    }, times),
    stop: () => page.evaluate(async () => {
      await window.classifier?.dispose()
      window.classifier = undefined
      return {}
    }),
    async close() {
      await browser.close()
      await server.close()
    }
  }
}
