/**
 * resources.test.js - memory that is given back, and a disk that is full. Chromium tells of both.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test, { after, before, describe } from 'node:test'
import { launchChromium, noChromium, startServer } from './browser.js'

const CYCLES = 20
/** Each cycle holds the default model, 18 MB: one in ten that stayed would show. */
const MAX_GROWTH_KB = 36 << 10

describe('resources in Chromium', { skip: noChromium() }, () => {
  let browser
  let server

  before(async () => {
    browser = await launchChromium()
    server = await startServer({ isolated: false })
  })
  after(async () => {
    await browser?.close()
    await server?.close()
  })

  async function open(t) {
    const context = await browser.newContext()
    t.after(() => context.close())
    const page = await context.newPage()
    await page.goto(`${server.url}tests/browser/page.html`)
    return { page, session: await context.newCDPSession(page) }
  }

  test(`${CYCLES} times loaded and disposed of: the memory of the page does not grow`, async (t) => {
    const { page, session } = await open(t)
    const whole = await browser.newBrowserCDPSession()
    const { processInfo } = await whole.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    /** Proportional set size of all renderers, when it has been collected and given back. */
    const measure = async () => {
      let least = Infinity
      for (let i = 0; i < 10; i++) { // workers end, and their memory goes, a little later
        await session.send('HeapProfiler.collectGarbage')
        const files = renderers.map((id) => readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => ''))
        const sizes = (await Promise.all(files)).map((text) => Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0))
        least = Math.min(least, sizes.reduce((sum, size) => sum + size))
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      return least
    }
    const cycle = (count) => page.evaluate(async (count) => {
      const labels = []
      for (let i = 0; i < count; i++) {
        const { result } = await window.withClassifier({ worker: i % 2 === 0 }, (classifier) =>
          classifier.classify('so good'))
        labels.push(result.label)
      }
      return labels
    }, count)
    await cycle(4)
    const start = await measure()
    assert.ok(start > 0)
    assert.deepEqual(await cycle(CYCLES), Array(CYCLES).fill('POS'))
    const end = await measure()
    t.diagnostic(`PSS ${start} kB, after ${CYCLES} cycles ${end} kB`)
    assert.ok(end - start < MAX_GROWTH_KB, `grew from ${start} to ${end} kB`)
  })

  test('no room on the disk: it works, nothing is kept, and info says so', async (t) => {
    const { page, session } = await open(t)
    const origin = server.url.replace(/\/$/, '')
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 100000 })
    const run = () => page.evaluate(() =>
      window.withClassifier({}, (classifier) => classifier.classify('so good')))
    const { result, info, error } = await run()
    assert.equal(error, undefined)
    assert.deepEqual([result.label, info.cached], ['POS', false])
    await session.send('Storage.overrideQuotaForOrigin', { origin })
    assert.equal((await run()).result.label, 'POS')
    await page.evaluate(async () => {
      const { isCached } = await import('/js/index.js')
      return window.until(() => isCached())
    })
  })
})
