/**
 * threads.test.js - threads in Chromium: where there can be some, where not, and what info says about it.
 */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { createClassifier } from '../../js/index.js'
import { makeTinyModel, writeModel } from '../js/tiny-model.js'
import { PROJECT, launchChromium, noChromium, startServer } from './browser.js'

const MODEL = 'build/test/threads-model'
const TEXTS = Array.from({ length: 40 }, (_, i) => `text number ${i} ${'word '.repeat(i * 7 % 100)} 😍`)
const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"

describe('threads in Chromium', { skip: noChromium() }, () => {
  let browser
  let expected

  before(async () => {
    browser = await launchChromium()
    const model = await makeTinyModel()
    await writeModel(join(PROJECT, MODEL), model)
    const classifier = await createClassifier({ model, threads: 1 })
    expected = await classifier.classify(TEXTS)
    await classifier.dispose()
  })
  after(async () => {
    await browser?.close()
    await rm(join(PROJECT, MODEL), { recursive: true, force: true })
  })

  /** Classifies in a fresh page on a server of its own; checks the results. @returns info, and what was fetched */
  async function inPage(t, options, settings, library) {
    const server = await startServer(settings)
    const context = await browser.newContext()
    t.after(async () => {
      await context.close()
      await server.close()
    })
    const page = await context.newPage()
    await page.goto(`${server.url}tests/browser/page.html`)
    const { result, info, error } = await page.evaluate(({ options, texts, library }) =>
      window.withClassifier(options, async (classifier) => {
        const results = await classifier.classify(texts)
        const { tokens } = await classifier.tokenize(texts[0])
        return { results, tokens }
      }, library), { options: { model: `/${MODEL}/manifest.json`, ...options }, texts: TEXTS, library })
    assert.equal(error, undefined)
    assert.deepEqual(result.results, expected)
    assert.equal(result.tokens[0], '<s>')
    assert.deepEqual(await page.evaluate(() => window.violations), [])
    return { info, fetched: server.responses.map(({ path }) => path) }
  }

  for (const threads of [2, 3]) {
    test(`${threads} threads in an isolated page: the same bits`, async (t) => {
      const { info, fetched } = await inPage(t, { threads })
      assert.deepEqual([info.threads, info.threadsReason], [threads, null])
      assert.ok(fetched.includes('/dist/bertweet-relaxed-threads.wasm'))
      assert.ok(!fetched.includes('/dist/bertweet-relaxed.wasm'))
    })
  }

  test('plain SIMD, two threads, a strict policy', async (t) => {
    const headers = { 'content-security-policy': STRICT }
    const { info } = await inPage(t, { threads: 2, kernel: 'simd128' }, { headers })
    assert.deepEqual([info.threads, info.kernel], [2, 'simd128'])
  })

  for (const file of ['js/index.js', 'dist/bertweet.min.js']) {
    test(`${file} from another origin, two threads`, async (t) => {
      const library = await startServer({ headers: { 'access-control-allow-origin': '*' } })
      t.after(() => library.close())
      const { info } = await inPage(t, { threads: 2 }, {}, library.url + file)
      assert.deepEqual([info.threads, info.threadsReason], [2, null])
    })
  }

  const single = {
    'a page that is not isolated': [{ threads: 2 }, { isolated: false }, /not cross-origin isolated.*COOP.*COEP/],
    'in the page': [{ threads: 2, worker: false }, {}, /in the page/],
    'one asked for': [{ threads: 1 }, {}, /option threads is 1/],
    'no script of theirs': [{ threads: 2 }, { faults: { '/web/thread.js': () => ({ status: 404, body: '' }) } },
      /refused/],
    'no module of theirs': [{ threads: 2 },
      { faults: { '/dist/bertweet-relaxed-threads.wasm': () => ({ status: 404, body: '' }) } }, /404/],
    'a module without threads': [{ threads: 2, wasmUrl: '/dist/bertweet-relaxed.wasm' }, {}, /build without threads/]
  }
  for (const [what, [options, settings, reason]] of Object.entries(single)) {
    test(`${what}: one thread, and why`, async (t) => {
      const { info } = await inPage(t, options, settings)
      assert.equal(info.threads, 1)
      assert.match(info.threadsReason, reason)
    })
  }

  test('a module with threads in a page that is not isolated: one thread', async (t) => {
    const { info } = await inPage(t, { wasmUrl: '/dist/bertweet-relaxed-threads.wasm' }, { isolated: false })
    assert.equal(info.threads, 1)
  })

  test('disposing ends the workers, twenty times over', async (t) => {
    const server = await startServer()
    const page = await browser.newPage()
    t.after(() => Promise.all([page.close(), server.close()]))
    await page.goto(`${server.url}tests/browser/page.html`)
    for (let i = 0; i < 20; i++) {
      const use = (model) => window.withClassifier({ model, threads: 3 }, (classifier) => classifier.classify('fine'))
      const { info, error } = await page.evaluate(use, `/${MODEL}/manifest.json`)
      assert.deepEqual([info?.threads, error], [3, undefined])
    }
  })
})
