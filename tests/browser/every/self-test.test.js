/**
 * self-test.test.js - classifier.selfTest() in a page: what Node converted gives the same bits there, and a damaged
 * model says so by name.
 */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { makeTinyModel, writeModel } from '../../js/tiny-model.js'
import { PROJECT, startServer } from '../browser.js'
import { BROWSER, TITLE, noBrowser, openBrowser } from '../drivers.js'

const MODEL = `build/test/${BROWSER}-self-test`
const DAMAGED = `build/test/${BROWSER}-self-test-damaged`

describe(`selfTest in ${TITLE}`, { skip: noBrowser() }, () => {
  let browser
  let server

  before(async () => {
    browser = await openBrowser()
    server = await startServer({ isolated: false })
    const model = await makeTinyModel()
    await writeModel(join(PROJECT, MODEL), model)
    const { selfTest } = model.manifest
    const texts = selfTest.texts.map((entry) => ({ ...entry, ids: entry.ids.map((id) => id > 3 ? id - 1 : id) }))
    const manifest = { ...model.manifest, preprocess: 'none', selfTest: { ...selfTest, texts } }
    await writeModel(join(PROJECT, DAMAGED), { ...model, manifest })
  })
  after(async () => {
    await browser?.close()
    await server?.close()
    for (const folder of [MODEL, DAMAGED]) await rm(join(PROJECT, folder), { recursive: true, force: true })
  })

  /** The result in a page. */
  async function run(options) {
    const page = await browser.newPage()
    try {
      await page.goto(`${server.url}tests/browser/page.html`)
      const { result, error } = await page.evaluate((options) =>
        window.withClassifier(options, (classifier) => classifier.selfTest()), options)
      assert.equal(error, undefined)
      return result
    } finally {
      await page.close()
    }
  }

  test('ids, scores and bits, in a worker and in the page', async () => {
    for (const worker of [true, false]) {
      const { scores, ...result } = await run({ model: `/${MODEL}/manifest.json`, worker })
      assert.deepEqual(result, { passed: true, texts: 13, ids: { same: 13 }, bits: 'same', findings: [] })
      assert.ok(scores.maxDifference <= scores.tolerance)
    }
  })

  test('a damaged model, and another text mode, by name', async () => {
    const damaged = await run({ model: `/${DAMAGED}/manifest.json`, preprocess: 'pysentimiento' })
    assert.equal(damaged.passed, false)
    assert.equal(damaged.bits, 'other')
    assert.match(damaged.findings.find(({ kind }) => kind === 'vocabulary').message, /lower by 1: .* shifted by 1 row/)
    const mode = await run({ model: `/${MODEL}/manifest.json`, preprocess: 'bertweet' })
    assert.equal(mode.bits, 'same')
    assert.deepEqual(mode.findings.map(({ kind }) => kind), ['text-mode'])
  })
})
