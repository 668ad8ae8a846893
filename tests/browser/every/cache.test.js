/**
 * cache.test.js - weights stay on the device: what a second visit fetches.
 */
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { TITLE, noBrowser } from '../drivers.js'
import { setUp, weights } from './fixture.js'

describe(`the cache in ${TITLE}`, { skip: noBrowser() }, () => {
  const my = setUp('cache')

  /** Waits until the model is in the cache, which is filled beside the load. */
  const cached = (page) => page.evaluate(async (url) => {
    const { isCached } = await import('/js/index.js')
    return window.until(() => isCached(url))
  }, my.url)

  test('the second visit fetches no weights; a spoilt entry is fetched again, alone', async (t) => {
    const { server, page, revisit } = await my.open(t)
    assert.deepEqual((await my.inPage(page)).result, my.expected)
    assert.equal(weights(server).length, my.model.manifest.shards.length)
    await cached(page)

    server.responses.length = 0
    await revisit()
    const second = await my.inPage(page)
    assert.deepEqual([second.result, second.info.cached], [my.expected, true])
    assert.equal(weights(server).length, 0)

    await page.evaluate(async (sha256) => {
      const cache = await caches.open('bertweet-wasm')
      const key = (await cache.keys()).find(({ url }) => url.includes(sha256))
      const bytes = new Uint8Array(await (await cache.match(key)).arrayBuffer())
      bytes[bytes.length >> 1] ^= 1
      await cache.put(key, new Response(bytes))
    }, my.model.manifest.shards[1].sha256)
    await revisit()
    assert.deepEqual((await my.inPage(page)).result, my.expected)
    assert.deepEqual(weights(server).map(({ path }) => path), [my.shardPath(1)])

    server.responses.length = 0
    await revisit()
    assert.deepEqual((await my.inPage(page, { cache: false })).result, my.expected)
    assert.equal(weights(server).length, my.model.manifest.shards.length)
  })

  test('isCached, downloadSize and clearCache', async (t) => {
    const { page } = await my.open(t)
    const look = () => page.evaluate(async (url) => {
      const { isCached, downloadSize } = await import('/js/index.js')
      return [await isCached(url), await downloadSize(url)]
    }, my.url)
    assert.deepEqual(await look(), [false, my.model.manifest.bytes])
    await my.inPage(page)
    await cached(page)
    assert.deepEqual(await look(), [true, 0])
    await page.evaluate(async () => (await import('/js/index.js')).clearCache())
    assert.deepEqual(await look(), [false, my.model.manifest.bytes])
  })

  test('clearCache leaves nothing, though it is called while a load is still being stored', async (t) => {
    const { page } = await my.open(t)
    const left = await page.evaluate(async (model) => {
      const { createClassifier, clearCache } = await import('/js/index.js')
      const left = []
      for (let i = 0; i < 8; i++) {
        await (await createClassifier({ model })).dispose()
        await clearCache(i % 2 ? model : undefined)
        await new Promise((resolve) => setTimeout(resolve, 50))
        left.push((await (await caches.open('bertweet-wasm')).keys()).length)
      }
      return left
    }, my.url)
    assert.deepEqual(left, Array(8).fill(0))
  })
})
