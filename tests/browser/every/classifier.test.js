/**
 * classifier.test.js - the package in a page, as users have it: the same bits as in Node, whatever the page allows.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { describe } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { transform } from 'esbuild'
import { KERNELS } from '../../../js/options.js'
import { PROJECT } from '../browser.js'
import { TITLE, noBrowser } from '../drivers.js'
import { HAS_RELAXED, inNode, modules, setUp, weights } from './fixture.js'

/** Under brotli: JavaScript, minified, and WebAssembly; and the same with the sources as they are, comments and all. */
const MAX_CODE_BYTES = 80 << 10
const MAX_SOURCE_BYTES = 90 << 10
const RELAXED = /^relaxed-(dot|deep)$/
const kernels = KERNELS.filter((kernel) => kernel !== 'auto' && (HAS_RELAXED || !RELAXED.test(kernel)))

/** js/features.js with a probe of an instruction that no engine has. */
const withoutRelaxed = (bytes) => ({
  headers: { 'content-type': 'text/javascript' },
  body: bytes.toString().replace('253, 146, 2', '253, 255, 127')
})

/** What a file of the package weighs under brotli. */
async function measure(path) {
  const bytes = await readFile(join(PROJECT, path))
  const weigh = (content) => brotliCompressSync(content).length
  const minified = path.endsWith('.js') ? (await transform(bytes, { minify: true })).code : bytes
  return { path, source: weigh(bytes), minified: weigh(minified) }
}

describe(`a classifier in ${TITLE}`, { skip: noBrowser() }, () => {
  const my = setUp('classifier')

  for (const isolated of [true, false]) {
    for (const worker of [true, false]) {
      test(`${isolated ? '' : 'not '}isolated, worker ${worker}: the same bits as in Node`, async (t) => {
        const { page } = await my.open(t, { isolated })
        assert.equal(await page.evaluate(() => crossOriginIsolated), isolated)
        const { result, info, error } = await my.inPage(page, { worker })
        assert.equal(error, undefined)
        assert.deepEqual(result, my.expected)
        assert.equal(info.worker, worker)
        assert.match(info.kernel, HAS_RELAXED ? RELAXED : /^simd128$/)
      })
    }
  }

  for (const kernel of kernels) {
    test(`kernel ${kernel}: the same bits`, async (t) => {
      const { page } = await my.open(t)
      const { result, info, error } = await my.inPage(page, { kernel })
      assert.equal(error, undefined)
      assert.deepEqual(result, my.expected)
      assert.equal(info.kernel, kernel)
    })
  }

  test('an engine without relaxed SIMD: the other module, and an error for a relaxed kernel', async (t) => {
    const { server, page } = await my.open(t, { faults: HAS_RELAXED ? { '/js/features.js': withoutRelaxed } : {} })
    const { result, info } = await my.inPage(page)
    assert.deepEqual([result, info.kernel], [my.expected, 'simd128'])
    assert.deepEqual(modules(server), ['/dist/bertweet.wasm'])
    const { error } = await my.inPage(page, { kernel: 'relaxed-deep' })
    assert.equal(error.code, 'unsupported')
    assert.match(error.message, /relaxed-deep/)
  })

  for (const worker of [true, false]) {
    test(`worker ${worker}: at most ${MAX_CODE_BYTES} bytes of code until the first label`, async (t) => {
      const { server, page, visit } = await my.open(t)
      await visit()
      server.responses.length = 0
      await my.inPage(page, { worker })
      const isCode = ({ path, status, bytes }) => status === 200 && bytes > 0 && !/\.bin$|manifest\.json$/.test(path)
      const code = [...new Set(server.responses.filter(isCode).map(({ path }) => path))]
      const sizes = await Promise.all(code.map(measure))
      const total = (field) => sizes.reduce((sum, size) => sum + size[field], 0)
      t.diagnostic(`worker ${worker}: ${total('minified')} bytes, ${total('source')} as they are, in ${sizes.length} ` +
        `files: ${sizes.map(({ path, minified, source }) => `${path} ${minified} (${source})`).join(', ')}`)
      assert.ok(sizes.some(({ path }) => path.endsWith('.wasm')))
      assert.ok(total('minified') <= MAX_CODE_BYTES, `${total('minified')} bytes`)
      assert.ok(total('source') <= MAX_SOURCE_BYTES, `${total('source')} bytes`)
    })
  }

  test('bad inputs have their own error and leave the classifier usable', async (t) => {
    const { page } = await my.open(t)
    const { result } = await page.evaluate((url) => window.withClassifier({ model: url }, async (classifier) => {
      const codes = []
      for (const bad of ['é '.repeat(16384) + 'é', 5, null, ['fine', {}]]) {
        codes.push(await classifier.classify(bad).catch(({ code, message }) => `${code}: ${message}`))
      }
      return { codes, after: await classifier.classify('I love it 😍') }
    }), my.url)
    assert.match(result.codes[0], /^input: Text 0: .*32,?768/)
    assert.match(result.codes[1], /^input: .*number/)
    assert.match(result.codes[2], /^input: .*null/)
    assert.match(result.codes[3], /^input: Text 1 /)
    assert.deepEqual(result.after, my.expected.results[0])
  })

  test('a page stays alive while it works in place, and can abort', async (t) => {
    const { page } = await my.open(t)
    const options = { model: my.url, worker: false }
    const { result } = await page.evaluate((options) => window.withClassifier(options, async (classifier) => {
      const controller = new AbortController()
      let turns = 0 // of the page's own timers, while the classifier works
      const timer = setInterval(() => { if (++turns === 5) controller.abort() }, 20)
      const name = await classifier.classify(Array(100000).fill('some words'), { signal: controller.signal })
        .catch((error) => error.name)
      clearInterval(timer)
      return { name, turns }
    }), options)
    assert.deepEqual(result, { name: 'AbortError', turns: 5 })
  })

  for (const worker of [true, false]) {
    test(`the default model, worker ${worker}: lazily imported, the same bits as in Node by each kernel`, async (t) => {
      const { default: ours } = await import('../../../models/tweet-mini/index.js')
      const { server, page } = await my.open(t)
      assert.deepEqual(server.responses.filter(({ path }) => path.startsWith('/models/')), [])
      const { result } = await my.inPage(page, { worker, model: undefined })
      assert.deepEqual(result, await inNode(ours))
      assert.equal(weights(server).length, ours.manifest.shards.length)
      for (const kernel of kernels) {
        assert.deepEqual((await my.inPage(page, { worker, kernel, model: undefined })).result, result)
      }
    })
  }
})
