/**
 * together.test.js - several things at once: calls in order while other models load and fail, two tabs, a tab that is
 * closed in the middle of a load.
 */
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { TITLE, noBrowser } from '../drivers.js'
import { KEEPS_CACHES, TEXTS, setUp, weights } from './fixture.js'

describe(`several at once in ${TITLE}`, { skip: noBrowser() }, () => {
  const my = setUp('together')

  test('50 calls keep their order and their answers, while loads of other models start and fail', async (t) => {
    const html = () => ({ headers: { 'content-type': 'text/html' }, body: '<!doctype html>' })
    const { page } = await my.open(t, { faults: { '/bad/manifest.json': html, '/worse/manifest.json': 'refuse' } })
    const { result, error } = await page.evaluate(({ model, texts }) =>
      window.withClassifier({ model }, async (classifier) => {
        const { createClassifier } = await import('/js/index.js')
        const ended = []
        const calls = Array.from({ length: 50 }, async (_, i) => {
          const one = await classifier.classify(texts[i % texts.length])
          ended.push(i)
          return one
        })
        const others = await Promise.all(Array.from({ length: 9 }, async (_, i) => {
          const url = [model, '/bad/manifest.json', '/missing/manifest.json'][i % 3]
          return createClassifier({ model: url, cache: false }).then(async (other) => {
            await other.dispose()
            return 'ok'
          }, ({ code }) => code)
        }))
        return { results: await Promise.all(calls), ended, others }
      }), { model: my.url, texts: TEXTS })
    assert.equal(error, undefined)
    assert.deepEqual(result.ended, Array.from({ length: 50 }, (_, i) => i))
    assert.deepEqual(result.others, Array(3).fill(['ok', 'format', 'network']).flat())
    result.results.forEach((one, i) => assert.deepEqual(one, my.expected.results[i % TEXTS.length]))
  })

  test('a load that fails offline succeeds online, in the same page', async (t) => {
    const { server, page } = await my.open(t)
    const paths = [my.url, ...my.model.manifest.shards.map((_, i) => my.shardPath(i))]
    for (const path of paths) server.faults[path] = 'refuse'
    const offline = await my.inPage(page)
    assert.equal(offline.error.code, 'network')
    for (const path of paths) delete server.faults[path]
    assert.deepEqual((await my.inPage(page)).result, my.expected)
  })

  test('two tabs load at once: both are right, and so is the cache', async (t) => {
    const { server, page } = await my.open(t)
    const other = await my.browser.newPage()
    t.after(() => other.close())
    await other.goto(`${server.url}tests/browser/page.html`)
    const begin = (tab) => tab.evaluate((model) => {
      window.loading = window.withClassifier({ model }, (classifier) => classifier.classify('I love it 😍'))
    }, my.url)
    const end = (tab) => tab.evaluate(() => window.loading)
    await begin(page)
    await begin(other)
    for (const { result, error } of [await end(page), await end(other)]) {
      assert.equal(error, undefined)
      assert.deepEqual(result, my.expected.results[0])
    }
    await page.evaluate(async (url) => {
      const { isCached } = await import('/js/index.js')
      return window.until(() => isCached(url))
    }, my.url)
    server.responses.length = 0
    assert.deepEqual((await my.inPage(page)).result, my.expected)
    assert.deepEqual(weights(server), [])
  })

  test('a tab closed in the middle of a load: the next one fetches what is missing', async (t) => {
    const last = my.model.manifest.shards.length - 1
    const late = [my.shardPath(last - 1), my.shardPath(last)]
    const { server, page } = await my.open(t, { faults: { [late[0]]: 'hang', [late[1]]: 'hang' } })
    const tab = await my.browser.newPage()
    await tab.goto(`${server.url}tests/browser/page.html`)
    await tab.evaluate((model) => {
      window.withClassifier({ model })
    }, my.url)
    // Three of five shards arrive; the tab is closed when they are kept.
    await tab.evaluate((count) => window.until(async () => {
      const keys = (await caches.keys()).length > 0 ? await (await caches.open('bertweet-wasm')).keys() : []
      return keys.length >= count
    }), last - 1)
    await tab.close()
    for (const path of late) delete server.faults[path]
    server.responses.length = 0
    assert.deepEqual((await my.inPage(page)).result, my.expected)
    const fetched = weights(server).filter(({ bytes }) => bytes > 0) // not those that hung
    // A driven WebKitGTK forgets an origin's caches when a page of it is closed: all is fetched again, once.
    const expected = KEEPS_CACHES ? late : my.model.manifest.shards.map((_, i) => my.shardPath(i))
    assert.deepEqual(fetched.map(({ path }) => path).sort(), expected.sort())
    const missing = my.model.manifest.shards.slice(-expected.length).reduce((sum, { bytes }) => sum + bytes, 0)
    assert.equal(fetched.reduce((sum, { bytes }) => sum + bytes, 0), missing)
  })
})
