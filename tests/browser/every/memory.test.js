/**
 * memory.test.js - no memory in browsers, refused by the engines themselves: at the start (simulated in WebKitGTK,
 * which has too many addresses), and when a long text needs more. tests/js/memory.test.js has other ways, simulated.
 */
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { TITLE, noBrowser } from '../drivers.js'
import { setUp } from './fixture.js'

const PAGE_NBYTES = 65536
/** Takes more room than a classifier has at first. */
const LONG = 'many words '.repeat(2900)
const ADVICE = /Dispose of classifiers .*smaller model/

describe(`no memory in ${TITLE}`, { skip: noBrowser() }, () => {
  const my = setUp('memory')

  test('none to start with: an error that says what to do; with memory again, it loads', async (t) => {
    const { page } = await my.open(t)
    const { isReal, refused, results } = await page.evaluate(async (model) => {
      const [{ createClassifier }, { exhaustMemory }] =
        await Promise.all([import('/js/index.js'), import('/tests/browser/odd-memory.js')])
      const load = () => createClassifier({ model, worker: false })
      const { release, isReal } = exhaustMemory()
      const refused = await load().then(() => null, ({ code, message }) => ({ code, message }))
      release()
      let classifier
      await window.until(async () => { // what was released is there again when it has been collected
        classifier = await load().catch(({ code }) => {
          if (code !== 'memory') throw new Error(code)
        })
        return classifier
      })
      const results = await classifier.classify(['I love it 😍'])
      await classifier.dispose()
      return { isReal, refused, results }
    }, my.url)
    t.diagnostic(isReal ? 'refused by the engine' : 'the engine has more addresses than a test can take: simulated')
    assert.equal(refused?.code, 'memory')
    assert.match(refused.message, /^Could not reserve \d+ bytes and start the module: .*memory\. /)
    assert.match(refused.message, ADVICE)
    assert.deepEqual(results, [my.expected.results[0]])
  })

  for (const worker of [true, false]) {
    test(`no more later, worker ${worker}: an error of that text, the rest goes on`, async (t) => {
      const { page } = await my.open(t)
      const { error, info: { memory } } = await page.evaluate((model) => window.withClassifier({ model }), my.url)
      assert.equal(error, undefined)
      const { result, error: other } = await page.evaluate(async ({ model, worker, pages, long }) => {
        const { limitMemory } = await import('/tests/browser/odd-memory.js')
        if (!worker) limitMemory(pages)
        const start = () => new Worker(`/tests/browser/odd-memory.js?pages=${pages}`, { type: 'module' })
        return window.withClassifier({ model, worker: worker && start }, async (classifier) => {
          const text = 'I love it 😍'
          const outcomes = await Promise.allSettled([classifier.classify(text), classifier.classify(['ok', long]),
            classifier.tokenize(long), classifier.classify(text)])
          const told = outcomes.map(({ value, reason }) => value ?? { code: reason.code, message: reason.message })
          return { outcomes: told, memory: classifier.info.memory }
        })
      }, { model: my.url, worker, pages: memory / PAGE_NBYTES, long: LONG })
      assert.equal(other, undefined)
      const [before, long, tokens, after] = result.outcomes
      for (const { code, message } of [long, tokens]) {
        assert.equal(code, 'memory', message)
        assert.match(message, /^No memory for \d+ more bytes: /)
        assert.match(message, ADVICE)
      }
      assert.deepEqual([before, after], [my.expected.results[0], my.expected.results[0]])
      assert.equal(result.memory, memory)
    })
  }
})
