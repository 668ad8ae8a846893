/**
 * death.test.js - a worker that ends without a word, as when a browser is short of memory: browsers report nothing.
 */
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { TITLE, noBrowser } from '../drivers.js'
import { setUp } from './fixture.js'

describe(`a worker that ends, in ${TITLE}`, { skip: noBrowser() }, () => {
  const my = setUp('death')

  test('what waits rejects with internal; the next call starts another, from the cache', async (t) => {
    const { server, page } = await my.open(t)
    const { result, error } = await page.evaluate((url) => window.withClassifier({
      model: url,
      worker: () => {
        window.worker = new Worker('/web/worker.js', { type: 'module' })
        return window.worker
      }
    }, async (classifier) => {
      await window.until(async () => (await import('/js/index.js')).isCached(url))
      const { worker } = window
      const waits = classifier.classify(Array(100000).fill('some words to keep it busy'))
      setTimeout(() => worker.terminate(), 50)
      const code = await waits.then(() => 'answered', (error) => `${error.code}: ${error.message}`)
      const { label } = await classifier.classify('I love it 😍')
      return { code, label, isAnother: window.worker !== worker, downloaded: classifier.info.downloaded }
    }), my.url)
    assert.equal(error, undefined)
    assert.match(result.code, /^internal: The worker died \(it ended\)/)
    assert.deepEqual([result.label, result.isAnother, result.downloaded], [my.expected.results[0].label, true, 0])
    assert.equal(server.responses.filter(({ path }) => path.endsWith('.bin')).length, my.model.manifest.shards.length)
  })
})
