/**
 * classifier.test.js - the package in Chromium, as pages use it, on a tiny model and on the default one.
 */
import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { createClassifier } from '../../js/index.js'
import { KERNELS } from '../../js/options.js'
import { makeTinyModel, writeModel } from '../js/tiny-model.js'
import { PROJECT, flipBit, launchChromium, noChromium, startServer } from './browser.js'

const MODEL = 'build/test/browser-model'
const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"
const MAX_CODE_BYTES = 80 << 10

/** js/features.js with a probe of an instruction that no engine has. */
const withoutRelaxed = (bytes) => ({
  headers: { 'content-type': 'text/javascript' },
  body: bytes.toString().replace('253, 146, 2', '253, 255, 127')
})

const TEXTS = [
  'I love it 😍', '', 'a\0b', 'lone \ud800 surrogate \udc00', 'why would anyone do this :(', 'word '.repeat(400),
  '@someone https://a.test #tag &amp; more', 'é '.repeat(16384)
]

describe('in Chromium', { skip: noChromium() }, () => {
  let browser
  let model
  let expected

  before(async () => {
    browser = await launchChromium()
    model = await makeTinyModel()
    await writeModel(join(PROJECT, MODEL), model)
    expected = await inNode(model)
  })
  after(async () => {
    await browser?.close()
    await rm(join(PROJECT, MODEL), { recursive: true, force: true })
  })

  /** What Node makes of the texts: results, tokens, logits. */
  async function inNode(model) {
    const classifier = await createClassifier({ model })
    const results = await classifier.classify(TEXTS)
    const ids = await Promise.all(TEXTS.map(async (text) => (await classifier.tokenize(text)).ids))
    const logits = Array.from(await classifier.logits(ids))
    await classifier.dispose()
    return { results, ids, logits }
  }

  /** A fresh profile with a page on a server of its own. */
  async function open(t, { url, ...options } = {}) {
    const server = await startServer({ isolated: false, ...options })
    const context = await browser.newContext()
    const page = await context.newPage()
    t.after(async () => {
      await context.close()
      await server.close()
    })
    const visit = () => page.goto(`${url?.(server) ?? server.url}tests/browser/page.html`)
    await visit()
    return { server, page, visit }
  }

  /** Loads a model in a page and gets what inNode gets. */
  const inPage = (page, options = {}, library = '/js/index.js') =>
    page.evaluate(({ options, texts, library }) => window.withClassifier(options, async (classifier) => {
      const list = JSON.parse(texts) // escaped, as lone surrogates do not cross otherwise
      const results = await classifier.classify(list)
      const ids = await Promise.all(list.map(async (text) => (await classifier.tokenize(text)).ids))
      return { results, ids, logits: Array.from(await classifier.logits(ids)) }
    }, library), { options: { model: `/${MODEL}/manifest.json`, ...options }, texts: JSON.stringify(TEXTS), library })

  const weights = ({ responses }) => responses.filter(({ path }) => path.endsWith('.bin'))

  for (const isolated of [true, false]) {
    for (const worker of [true, false]) {
      test(`${isolated ? '' : 'not '}isolated, worker ${worker}: the same bits as in Node`, async (t) => {
        const { page } = await open(t, { isolated })
        assert.equal(await page.evaluate(() => crossOriginIsolated), isolated)
        const { result, info, error } = await inPage(page, { worker })
        assert.equal(error, undefined)
        assert.deepEqual(result, expected)
        assert.equal(info.worker, worker)
        assert.match(info.kernel, /^relaxed-(dot|deep)$/)
      })
    }
  }

  for (const kernel of KERNELS.slice(1)) {
    test(`kernel ${kernel}: the same bits`, async (t) => {
      const { page } = await open(t)
      const { result, info, error } = await inPage(page, { kernel })
      assert.equal(error, undefined)
      assert.deepEqual(result, expected)
      assert.equal(info.kernel, kernel)
    })
  }

  test('an engine without relaxed SIMD: the other module, and an error for a relaxed kernel', async (t) => {
    const { server, page } = await open(t, { faults: { '/js/features.js': withoutRelaxed } })
    const { result, info } = await inPage(page)
    assert.deepEqual([result, info.kernel], [expected, 'simd128'])
    const modules = server.responses.map(({ path }) => path).filter((path) => path.endsWith('.wasm'))
    assert.deepEqual([...new Set(modules)], ['/dist/bertweet.wasm'])
    const { error } = await inPage(page, { kernel: 'relaxed-deep' })
    assert.equal(error.code, 'unsupported')
    assert.match(error.message, /relaxed-deep/)
  })

  for (const worker of [true, false]) {
    test(`a page with a strict policy, worker ${worker}: it works, and nothing is reported`, async (t) => {
      const { page } = await open(t, { headers: { 'content-security-policy': STRICT } })
      const complaints = []
      page.on('console', (message) => complaints.push(message.text()))
      const { result, info } = await inPage(page, { worker })
      assert.deepEqual(result, expected)
      assert.equal(info.worker, worker)
      assert.deepEqual(await page.evaluate(() => window.violations), [])
      assert.deepEqual(complaints.filter((text) => /policy/i.test(text)), [])
    })
  }

  test('a policy without wasm-unsafe-eval: an error that says so', async (t) => {
    const headers = { 'content-security-policy': STRICT.replace(" 'wasm-unsafe-eval'", '') }
    const { page } = await open(t, { headers })
    const { error } = await inPage(page)
    assert.equal(error.code, 'unsupported')
    assert.match(error.message, /wasm-unsafe-eval/)
  })

  for (const worker of [true, false]) {
    test(`worker ${worker}: at most ${MAX_CODE_BYTES} bytes of code until the first label`, async (t) => {
      const { server, page, visit } = await open(t)
      await visit()
      server.responses.length = 0
      await inPage(page, { worker })
      const isCode = ({ path, status, bytes }) => status === 200 && bytes > 0 && !/\.bin$|manifest\.json$/.test(path)
      const code = server.responses.filter(isCode)
      const sizes = await Promise.all(code.map(async ({ path }) =>
        [path, brotliCompressSync(await readFile(join(PROJECT, path))).length]))
      const total = sizes.reduce((sum, [, size]) => sum + size, 0)
      t.diagnostic(`worker ${worker}: ${total} bytes in ${sizes.length} responses: ` +
        sizes.map(([path, size]) => `${path} ${size}`).join(', '))
      assert.ok(sizes.some(([path]) => path.endsWith('.wasm')))
      assert.ok(total <= MAX_CODE_BYTES, `${total} bytes`)
    })
  }

  const html = '<!doctype html><title>Home</title>'
  const faults = {
    'HTML instead of a shard': [() => ({ headers: { 'content-type': 'text/html' }, body: html }), 'format', /web page/],
    'HTML without its type': [() => html, 'format', /web page/],
    'one bit flipped': [(bytes) => flipBit(bytes, 12345), 'integrity', /SHA-256/],
    'a shard cut short': [(bytes) => bytes.subarray(1), 'integrity', /ended after/],
    'a dropped connection': ['cut', 'network', /Could not fetch|failed|network/i],
    'no connection': ['refuse', 'network', /online/],
    'status 404': [() => ({ status: 404, body: '' }), 'network', /404/]
  }
  for (const [what, [fault, code, message]] of Object.entries(faults)) {
    test(`${what}: ${code} with the URL, and the page can load when it is over`, async (t) => {
      const path = `/${MODEL}/${model.manifest.shards[2].file}`
      const { server, page } = await open(t, { faults: { [path]: fault } })
      const { error } = await inPage(page)
      assert.deepEqual([error.code, error.url], [code, server.url + path.slice(1)])
      assert.equal(error.shard, path.split('/').pop())
      assert.match(error.message, message)
      delete server.faults[path]
      assert.deepEqual((await inPage(page)).result, expected)
    })
  }

  test('bad inputs have their own error and leave the classifier usable', async (t) => {
    const { page } = await open(t)
    const { result } = await page.evaluate((url) => window.withClassifier({ model: url }, async (classifier) => {
      const codes = []
      for (const bad of ['é '.repeat(16384) + 'é', 5, null, ['fine', {}]]) {
        codes.push(await classifier.classify(bad).catch(({ code, message }) => `${code}: ${message}`))
      }
      return { codes, after: await classifier.classify('I love it 😍') }
    }), `/${MODEL}/manifest.json`)
    assert.match(result.codes[0], /^input: Text 0: .*32,?768/)
    assert.match(result.codes[1], /^input: .*number/)
    assert.match(result.codes[2], /^input: .*null/)
    assert.match(result.codes[3], /^input: Text 1 /)
    assert.deepEqual(result.after, expected.results[0])
  })

  test('the second visit fetches no weights; a spoilt entry is fetched again, alone', async (t) => {
    const { server, page, visit } = await open(t)
    assert.deepEqual((await inPage(page)).result, expected)
    assert.equal(weights(server).length, model.manifest.shards.length)
    await page.waitForFunction(async (count) =>
      (await (await caches.open('bertweet-wasm')).keys()).length === count, model.manifest.shards.length)

    server.responses.length = 0
    await visit()
    const second = await inPage(page)
    assert.deepEqual([second.result, second.info.cached], [expected, true])
    assert.equal(weights(server).length, 0)

    await page.evaluate(async () => {
      const cache = await caches.open('bertweet-wasm')
      const [, key] = await cache.keys()
      const bytes = new Uint8Array(await (await cache.match(key)).arrayBuffer())
      bytes[bytes.length >> 1] ^= 1
      await cache.put(key, new Response(bytes))
    })
    await visit()
    assert.deepEqual((await inPage(page)).result, expected)
    assert.equal(weights(server).length, 1)

    server.responses.length = 0
    await visit()
    assert.deepEqual((await inPage(page, { cache: false })).result, expected)
    assert.equal(weights(server).length, model.manifest.shards.length)
  })

  test('isCached, downloadSize and clearCache', async (t) => {
    const { page } = await open(t)
    const look = () => page.evaluate(async (url) => {
      const { isCached, downloadSize } = await import('/js/index.js')
      return [await isCached(url), await downloadSize(url)]
    }, `/${MODEL}/manifest.json`)
    assert.deepEqual(await look(), [false, model.manifest.bytes])
    await inPage(page)
    await page.waitForFunction(async (url) => (await import('/js/index.js')).isCached(url), `/${MODEL}/manifest.json`)
    assert.deepEqual(await look(), [true, 0])
    await page.evaluate(async () => (await import('/js/index.js')).clearCache())
    assert.deepEqual(await look(), [false, model.manifest.bytes])
  })

  test('no worker to be had: in place, and info says why', async (t) => {
    const { page } = await open(t, { faults: { '/web/worker.js': () => ({ status: 404, body: '' }) } })
    const { result, info } = await inPage(page)
    assert.deepEqual(result, expected)
    assert.equal(info.worker, false)
    assert.match(info.workerReason, /refused/)
  })

  test('a part that comes later does not come: an error that says so; then it does', async (t) => {
    const { server, page } = await open(t, { faults: { '/js/engine.js': () => ({ status: 503, body: '' }) } })
    const { error } = await inPage(page, { worker: false })
    assert.equal(error.code, 'unsupported')
    assert.match(error.message, /part of the library.*service worker/)
    delete server.faults['/js/engine.js']
    assert.deepEqual((await inPage(page, { worker: false })).result, expected)
  })

  test('imported from another origin: a worker by way of a blob, else in place', async (t) => {
    const library = await startServer({ isolated: false, headers: { 'access-control-allow-origin': '*' } })
    t.after(() => library.close())
    const { page } = await open(t)
    const free = await inPage(page, {}, `${library.url}js/index.js`)
    assert.deepEqual([free.result, free.info.worker], [expected, true])

    const policy = `script-src 'self' 'wasm-unsafe-eval' ${library.url}; connect-src *; worker-src 'self'`
    const strict = await open(t, { headers: { 'content-security-policy': policy } })
    const bound = await inPage(strict.page, {}, `${library.url}js/index.js`)
    assert.deepEqual([bound.result, bound.info.worker], [expected, false])
  })

  test('a page that is no secure context: the module computes the hashes', async (t) => {
    const plain = await launchChromium(['--host-resolver-rules=MAP plain.test 127.0.0.1'])
    t.after(() => plain.close())
    const path = `/${MODEL}/${model.manifest.shards[2].file}`
    const server = await startServer({ isolated: false, faults: { [path]: (bytes) => flipBit(bytes, 1) } })
    t.after(() => server.close())
    const page = await plain.newPage()
    await page.goto(`${server.url.replace('127.0.0.1', 'plain.test')}tests/browser/page.html`)
    assert.equal(await page.evaluate(() => isSecureContext || crypto.subtle !== undefined), false)
    assert.equal((await inPage(page)).error.code, 'integrity')
    delete server.faults[path]
    assert.deepEqual((await inPage(page)).result, expected)
  })

  test('a page stays alive while it works in place, and can abort', async (t) => {
    const { page } = await open(t)
    const options = { model: `/${MODEL}/manifest.json`, worker: false }
    const { result } = await page.evaluate((options) => window.withClassifier(options, async (classifier) => {
      const controller = new AbortController()
      let longest = 0
      let last = performance.now()
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      }, 5)
      setTimeout(() => controller.abort(), 300)
      const name = await classifier.classify(Array(100000).fill('some words'), { signal: controller.signal })
        .catch((error) => error.name)
      clearInterval(timer)
      return { name, longest }
    }), options)
    assert.equal(result.name, 'AbortError')
    assert.ok(result.longest < 250, `blocked for ${result.longest} ms`)
  })

  test('in a service worker, in place', async (t) => {
    const { page } = await open(t)
    const answer = await page.evaluate(async ({ model, text }) => {
      await navigator.serviceWorker.register('service-worker.js', { type: 'module' })
      const { active } = await navigator.serviceWorker.ready
      const { port1, port2 } = new MessageChannel()
      const answered = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data) })
      active.postMessage({ model, text }, [port2])
      return answered
    }, { model: `/${MODEL}/manifest.json`, text: TEXTS[0] })
    assert.deepEqual(answer.result, expected.results[0])
    assert.equal(answer.passed, true)
    assert.deepEqual([answer.info.worker, answer.info.workerReason], [false, 'there are no workers here'])
  })

  for (const worker of [true, false]) {
    test(`the default model, worker ${worker}: lazily imported, the same bits as in Node by each kernel`, async (t) => {
      const { default: ours } = await import('../../models/tweet-mini/index.js')
      const { server, page } = await open(t)
      assert.deepEqual(server.responses.filter(({ path }) => path.startsWith('/models/')), [])
      const { result } = await inPage(page, { worker, model: undefined })
      assert.deepEqual(result, await inNode(ours))
      assert.equal(weights(server).length, ours.manifest.shards.length)
      for (const kernel of KERNELS.slice(1)) {
        assert.deepEqual((await inPage(page, { worker, kernel, model: undefined })).result, result)
      }
    })
  }
})
