/**
 * compat.test.js - bertweet-wasm/compat in a page: the host, the browser's cache, and what a page is told.
 */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { createClassifier } from '../../js/index.js'
import { makeTinyModel, writeModel } from '../js/tiny-model.js'
import { PROJECT, launchChromium, noChromium, startServer } from './browser.js'

const HUB = 'build/test/compat-hub'
const TEXTS = ['I love it 😍', 'why would anyone do this :(']

describe('bertweet-wasm/compat in Chromium', { skip: noChromium() }, () => {
  let browser
  let model
  let expected

  before(async () => {
    browser = await launchChromium()
    model = await makeTinyModel()
    await writeModel(join(PROJECT, HUB, 'me/tiny/resolve/main/bertweet-wasm'), model)
    const classifier = await createClassifier({ model })
    expected = (await classifier.classify(TEXTS)).map(({ label, score }) => ({ label, score }))
    await classifier.dispose()
  })
  after(async () => {
    await browser?.close()
    await rm(join(PROJECT, HUB), { recursive: true, force: true })
  })

  /** A page, and what it asks its server for. */
  async function open(t) {
    const server = await startServer({ isolated: false })
    const context = await browser.newContext()
    const page = await context.newPage()
    t.after(async () => {
      await context.close()
      await server.close()
    })
    await page.goto(`${server.url}tests/browser/page.html`)
    return { server, page }
  }

  /** Loads a model from the hub beside the page, with changed settings, and classifies. */
  const load = (page, id, settings = {}) => page.evaluate(async ({ id, texts, hub, settings }) => {
    const { env, pipeline, ModelRegistry } = await import('/js/compat/index.js')
    Object.assign(env, { remoteHost: new URL(`/${hub}/`, location.href).href }, settings)
    const events = []
    try {
      const classifier = await pipeline('sentiment-analysis', id, { progress_callback: (event) => events.push(event) })
      const results = await classifier(texts)
      await classifier.dispose()
      return { results, events, worker: classifier.native.info.worker, cached: await ModelRegistry.is_cached(id) }
    } catch ({ code, status, message }) {
      return { error: { code, status, message } }
    }
  }, { id, texts: TEXTS, hub: HUB, settings })

  const weights = ({ responses }) => responses.filter(({ path }) => path.endsWith('.bin')).length

  test('an id is looked for on the host alone; the second load finds the weights in the cache', async (t) => {
    const { server, page } = await open(t)
    const first = await load(page, 'me/tiny')
    assert.deepEqual([first.results, first.worker], [expected, true])
    assert.equal(weights(server), model.manifest.shards.length)
    assert.deepEqual(server.responses.filter(({ path }) => path.startsWith('/models/')), [])
    await page.waitForFunction(async (count) => (await (await caches.open('bertweet-wasm')).keys()).length >= count,
      model.manifest.shards.length)
    const second = await load(page, 'me/tiny')
    assert.deepEqual([second.results, second.cached], [expected, true])
    assert.equal(weights(server), model.manifest.shards.length)
    assert.deepEqual(second.events.at(-1), { status: 'ready', task: 'text-classification', model: 'me/tiny' })
    assert.equal(second.events.filter(({ status }) => status === 'progress_total').at(-1).progress, 100)
  })

  test('without a network: a model that is wholly in the cache', async (t) => {
    const { server, page } = await open(t)
    await load(page, 'me/tiny')
    await page.waitForFunction(async () => {
      const { ModelRegistry } = await import('/js/compat/index.js')
      return ModelRegistry.is_cached('me/tiny')
    })
    server.faults[`/${HUB}/me/tiny/resolve/main/bertweet-wasm/manifest.json`] = 'refuse'
    const { results, cached } = await load(page, 'me/tiny')
    assert.deepEqual([results, cached], [expected, true])
  })

  test('cacheKey names the cache; useBrowserCache false uses none', async (t) => {
    const { server, page } = await open(t)
    await load(page, 'me/tiny', { useBrowserCache: false })
    assert.deepEqual(await page.evaluate(() => caches.keys()), [])
    await load(page, 'me/tiny', { useBrowserCache: true, cacheKey: 'other' })
    await page.waitForFunction(async (count) => (await (await caches.open('other')).keys()).length >= count,
      model.manifest.shards.length)
    assert.equal(weights(server), 2 * model.manifest.shards.length)
  })

  test('a repository without our files: how to convert it', async (t) => {
    const { page } = await open(t)
    const { error } = await load(page, 'me/none')
    assert.deepEqual([error.code, error.status], ['network', 404])
    assert.match(error.message, /npx bertweet-wasm convert me\/none/)
  })
})
