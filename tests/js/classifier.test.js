import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, describe } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { BertweetError, clearCache, createClassifier, downloadSize, isCached } from '../../js/index.js'
import { makeCache, makeFetch } from './fake-model.js'
import { binaryUrl, makeTinyModel, writeModel } from './tiny-model.js'

const model = await makeTinyModel()
const { manifest } = model
const texts = [
  'I love it 😍', '', 'ok', 'a\0b', '@someone says: https://a.test is BAD!!! #sad', 'lone \ud800 surrogate',
  'long '.repeat(300), '\ufeffmark', 'ünïcödé naïve café', 'x'.repeat(500)
]

async function start(t, options = {}) {
  const classifier = await createClassifier({ model, wasmUrl: binaryUrl('bertweet.wasm'), ...options })
  t.after(() => classifier.dispose())
  return classifier
}

test('what is done to a list while it is classified changes nothing', async (t) => {
  for (const worker of [true, false]) {
    const classifier = await start(t, { worker })
    const expected = await classifier.classify(['one', 'two'])
    for (const change of [(list) => { list.length = 0 }, (list) => list.push('x'), (list) => { list[0] = 5 }]) {
      const list = ['one', 'two']
      const call = classifier.classify(list)
      change(list)
      assert.deepEqual(await call, expected)
    }
  }
})

function isClassification({ label, score, scores, compound, tokens, truncated }) {
  assert.deepEqual(Object.keys(scores), manifest.labels)
  assert.equal(scores[label], score)
  assert.equal(score, Math.max(...Object.values(scores)))
  assert.ok(Math.abs(Object.values(scores).reduce((a, b) => a + b) - 1) < 1e-6)
  assert.equal(compound, scores.POS - scores.NEG)
  assert.ok(tokens >= 2 && tokens <= 128)
  assert.equal(typeof truncated, 'boolean')
}

for (const worker of [true, false]) {
  describe(`worker: ${worker}`, () => {
    test('one text and a list of texts, bit for bit the same', async (t) => {
      const classifier = await start(t, { worker })
      const { info } = classifier
      assert.equal(info.worker, worker)
      assert.equal(info.workerReason === null, worker)
      const batch = await classifier.classify(texts)
      const single = []
      for (const text of texts) single.push(await classifier.classify(text))
      assert.deepEqual(batch, single)
      batch.forEach(isClassification)
      assert.deepEqual([batch[6].tokens, batch[6].truncated], [128, true])
      assert.deepEqual([batch[1].tokens, batch[1].truncated], [2, false])
      assert.ok(new Set(batch.map(({ score }) => score)).size > 5)
    })

    test('more texts than fit a batch keep their order', async (t) => {
      const classifier = await start(t, { worker })
      const many = Array.from({ length: 300 }, (_, i) => `text number ${i} ${'word '.repeat(i % 40)}`)
      const results = await classifier.classify(many)
      for (const i of [0, 7, 150, 299]) assert.deepEqual(results[i], await classifier.classify(many[i]))
    })

    test('a long list reports how far it is', async (t) => {
      const classifier = await start(t, { worker })
      const many = Array.from({ length: 300 }, (_, i) => `text number ${i} ${'word '.repeat(i % 40)}`)
      const reports = []
      const results = await classifier.classify(many, { onProgress: (progress) => { reports.push(progress) } })
      assert.deepEqual(results, await classifier.classify(many))
      assert.ok(reports.length > 3)
      assert.deepEqual(reports.at(-1), { done: 300, total: 300 })
      reports.reduce((before, { done, total }) => {
        assert.ok(done > before && total === 300)
        return done
      }, 0)
      const one = []
      const onProgress = ({ done, total }) => { one.push(done, total) }
      await classifier.classify('two words', { explain: true, onProgress })
      assert.deepEqual(one, [3, 3])
      await assert.rejects(classifier.classify('x', { onProgress: 1 }), { code: 'input', message: /onProgress/ })
    })

    test('an empty list', async (t) => {
      assert.deepEqual(await (await start(t, { worker })).classify([]), [])
    })

    test('tokenize and logits agree with classify', async (t) => {
      const classifier = await start(t, { worker })
      const rows = []
      for (const text of texts) {
        const { ids, tokens, truncated } = await classifier.tokenize(text)
        assert.equal(ids.length, tokens.length)
        assert.deepEqual([ids[0], ids.at(-1), tokens[0], tokens.at(-1)], [0, 2, '<s>', '</s>'])
        assert.deepEqual([ids.length, truncated], await classifier.classify(text).then((r) => [r.tokens, r.truncated]))
        rows.push(ids)
      }
      const logits = await classifier.logits(rows)
      assert.equal(logits.length, 3 * texts.length)
      assert.deepEqual(await classifier.logits(rows[0]), logits.slice(0, 3))
      const results = await classifier.classify(texts)
      results.forEach(({ label }, i) => {
        const row = Array.from(logits.slice(3 * i, 3 * i + 3))
        assert.equal(label, manifest.labels[row.indexOf(Math.max(...row))])
      })
    })

    test('tokens: words cut into pieces, surrogates kept, the text after preprocessing', async (t) => {
      const classifier = await start(t, { worker })
      const { tokens, text } = await classifier.tokenize('@someone \ud800 😍')
      assert.match(text, /^@USER \ud800 .*emoji/)
      assert.ok(tokens.some((token) => token.includes('\ud800')))
      const pieces = (await classifier.tokenize('xqzvwkjq')).tokens.slice(1, -1)
      assert.equal(pieces.join('').replaceAll('@@', ''), 'xqzvwkjq')
      assert.ok(pieces.length > 1 && pieces.slice(0, -1).every((piece) => piece.endsWith('@@')))
      assert.ok((await classifier.tokenize('long '.repeat(300), { truncation: false })).ids.length > 300)
    })

    test('preprocess can be chosen', async (t) => {
      const classifier = await start(t, { worker, preprocess: 'none' })
      assert.equal(classifier.info.preprocess, 'none')
      assert.equal((await classifier.tokenize('@someone')).text, '@someone')
    })

    test('bad inputs have their own error and harm nothing', async (t) => {
      const classifier = await start(t, { worker })
      for (const bad of [undefined, null, 5, {}, new String('x')]) {
        await assert.rejects(classifier.classify(bad), { code: 'input' })
        await assert.rejects(classifier.classify(['fine', bad]), { code: 'input', message: /Text 1 must be a string/ })
        await assert.rejects(classifier.tokenize(bad), { code: 'input' })
        await assert.rejects(classifier.logits(bad), { code: 'input' })
      }
      const limit = 'é '.repeat(16384)
      assert.equal((await classifier.classify(limit)).truncated, true)
      await assert.rejects(classifier.classify(['fine', `${limit}é`]), { code: 'input', message: /Text 1: .*32,?768/ })
      await assert.rejects(classifier.classify('x', { topk: 2 }), { code: 'input', message: /no option topk/ })
      await assert.rejects(classifier.classify('x', { topK: 0 }), { code: 'input' })
      for (const ids of [[[]], [[0, manifest.config.vocab_size]], [[0, -1]], [[0, 1.5]], [Array(129).fill(4)], ['x']]) {
        await assert.rejects(classifier.logits(ids), { code: 'input' }, JSON.stringify(ids))
      }
      const view = new DataView(new ArrayBuffer(8))
      for (const ids of [view, [view], [[0, 2], view], [[0, 2n]]]) {
        await assert.rejects(classifier.logits(ids), { code: 'input', message: /^(Row|Expected)/ })
      }
      // A row may carry what no message can.
      const row = Object.assign([0, 2], { handler() {} })
      assert.deepEqual(await classifier.logits([row]), await classifier.logits([[0, 2]]))
      // Not even copied.
      const before = classifier.info.memory
      const endless = 'x'.repeat(2 ** 29 - 30)
      await assert.rejects(classifier.classify(endless), { code: 'input', message: /Text 0: .*32,?768/ })
      assert.equal((await classifier.classify('fine') && classifier.info.memory), before)
      assert.equal((await classifier.logits([])).length, 0)
      assert.equal((await classifier.classify('fine')).tokens > 2, true)
    })

    test('a text of nothing but emoji, whose names take much more room than they', async (t) => {
      const classifier = await start(t, { worker })
      const { ids } = await classifier.tokenize('🧑🏿‍❤️‍💋‍🧑🏾'.repeat(3000), { truncation: false })
      assert.ok(ids.length > 30000)
    })

    test('mode none has no limit', async (t) => {
      const classifier = await start(t, { worker, preprocess: 'none' })
      assert.equal((await classifier.classify('word '.repeat(100000))).truncated, true)
    })

    test('concurrent calls answer in the order in which they were made', async (t) => {
      const classifier = await start(t, { worker })
      const order = []
      const calls = Array.from({ length: 50 }, (_, i) =>
        classifier.classify('word '.repeat(1 + (i * 37) % 90)).then((result) => { order.push(i); return result }))
      const results = await Promise.all(calls)
      assert.deepEqual(order, Array.from({ length: 50 }, (_, i) => i))
      assert.deepEqual(results[3], await classifier.classify('word '.repeat(1 + 111 % 90)))
    })

    test('abort: before, while queued, while running; the rest of the queue goes on', async (t) => {
      const classifier = await start(t, { worker })
      const long = Array(200000).fill('some words to keep it busy for a while')
      const expected = { name: 'AbortError', code: 'aborted' }
      await assert.rejects(classifier.classify('x', { signal: AbortSignal.abort() }), expected)
      const [running, queued] = [new AbortController(), new AbortController()]
      const first = classifier.classify(long, { signal: running.signal })
      const second = classifier.classify('second', { signal: queued.signal })
      const third = classifier.classify('third')
      setTimeout(() => queued.abort('not wanted'), 20)
      setTimeout(() => running.abort('enough'), 60)
      const began = performance.now()
      await assert.rejects(second, { code: 'aborted', cause: 'not wanted' })
      await assert.rejects(first, { code: 'aborted', cause: 'enough' })
      assert.deepEqual(await third, await classifier.classify('third'))
      assert.ok(performance.now() - began < 3000, 'the engine gave up soon')
    })

    test('dispose: twice, calls that wait and later ones reject', async (t) => {
      const classifier = await start(t, { worker })
      const waits = classifier.classify(Array(20000).fill('some words'))
      const other = await start(t, { worker })
      setTimeout(() => classifier.dispose(), 20)
      await assert.rejects(waits, { code: 'disposed' })
      await classifier.dispose()
      await assert.rejects(classifier.classify('x'), { code: 'disposed' })
      await assert.rejects(classifier.tokenize('x'), { code: 'disposed' })
      await assert.rejects(classifier.logits([[0, 2]]), { code: 'disposed' })
      assert.equal((await other.classify('x')).truncated, false)
    })

    test('topK', async (t) => {
      const classifier = await start(t, { worker })
      const { scores, label } = await classifier.classify('so good', { topK: 2 })
      const all = await classifier.classify('so good')
      const ranked = Object.entries(all.scores).sort((a, b) => b[1] - a[1])
      assert.deepEqual(Object.entries(scores), ranked.slice(0, 2))
      assert.equal(label, ranked[0][0])
    })
  })
}

test('a kernel can be chosen, with the same bits; relaxed ones are in another module', async (t) => {
  const expected = await (await start(t)).classify(texts)
  for (const worker of [true, false]) {
    for (const kernel of ['scalar', 'simd128', 'simd128-deep']) {
      const classifier = await start(t, { kernel, worker })
      assert.equal(classifier.info.kernel, kernel)
      assert.deepEqual(await classifier.classify(texts), expected)
    }
    await assert.rejects(start(t, { kernel: 'relaxed-deep', worker }), { code: 'unsupported', message: /relaxed-deep/ })
  }
  await assert.rejects(start(t, { kernel: 'fastest' }), { code: 'input', message: /kernel must be one of auto/ })
})

test('info tells what is loaded', async (t) => {
  const { info } = await start(t)
  const kernel = process.arch === 'arm64' ? 'simd128-deep' : 'simd128'
  assert.deepEqual(
    [info.model, info.labels, info.preprocess, info.maxTokens, info.bytes, info.threads, info.cached, info.kernel],
    ['tiny', ['NEG', 'NEU', 'POS'], 'pysentimiento', 128, manifest.bytes, 1, false, kernel])
  assert.deepEqual(info.license, manifest.license)
  assert.ok(info.memory > manifest.image.bytes && info.memory < manifest.image.bytes + (24 << 20))
  assert.ok(info.threadsReason.length > 0)
})

test('a model with several labels a text has those above their thresholds', async (t) => {
  const labels = { 0: 'hateful', 1: 'targeted', 2: 'aggressive' }
  const multi = await makeTinyModel({ id2label: labels, problem_type: 'multi_label_classification' })
  const classifier = await start(t, { model: multi })
  const results = await classifier.classify(texts)
  for (const { label, score, scores, labels: holding, compound } of results) {
    assert.equal(compound, undefined)
    assert.equal(scores[label], score)
    assert.deepEqual(new Set(holding), new Set(Object.keys(scores).filter((name) => scores[name] >= 0.5)))
  }
  const strict = await start(t, { model: { ...multi, manifest: { ...multi.manifest, thresholds: [1, 0, 1] } } })
  assert.ok((await strict.classify(texts)).every(({ labels: holding }) => holding.join() === 'targeted'))
})

test('labels that are integers: scores are theirs by name, the order is that of info.labels', async (t) => {
  const expected = (await (await start(t)).classify('so good')).scores
  const labels = ['7', 'POS', '0']
  const classifier = await start(t, { model: { ...model, manifest: { ...manifest, labels } } })
  assert.deepEqual(classifier.info.labels, labels)
  const { scores } = await classifier.classify('so good')
  assert.deepEqual(labels.map((label) => scores[label]), Object.values(expected))
  assert.deepEqual(Object.keys(scores), ['0', '7', 'POS']) // what README and index.d.ts say
})

test('temperature flattens the scores, not the label', async (t) => {
  const classifier = await start(t)
  const warm = await start(t, { model: { ...model, manifest: { ...manifest, temperature: 4 } } })
  const [a, b] = [await classifier.classify('so good'), await warm.classify('so good')]
  assert.equal(a.label, b.label)
  assert.ok(b.score < a.score)
})

describe('loading', () => {
  const served = Object.fromEntries(Object.entries(model.files).map(([name, bytes]) => [`/m/${name}`, bytes]))
  served['/m/manifest.json'] = JSON.stringify(manifest)
  const url = 'http://a.test/m/manifest.json'
  const middle = `/m/${manifest.shards[2].file}`

  test('from a path and a file URL', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'model-'))
    after(() => rm(folder, { recursive: true }))
    await writeModel(folder, model)
    const path = join(folder, 'manifest.json')
    const expected = await (await start(t)).classify(texts)
    for (const place of [path, pathToFileURL(path), pathToFileURL(path).href, { url: path }]) {
      assert.deepEqual(await (await start(t, { model: place })).classify(texts), expected)
    }
  })

  test('a failed load can be repeated, and another classifier does not notice', async (t) => {
    const other = await start(t)
    let online = false
    const { fetch } = makeFetch(served, { [middle]: () => online ? undefined : new Response('', { status: 404 }) })
    const missing = { code: 'network', status: 404, url: `http://a.test${middle}` }
    let ended
    const worker = () => {
      const made = new Worker(new URL('../../web/worker.js', import.meta.url))
      ended = new Promise((resolve) => made.on('exit', resolve))
      return made
    }
    await assert.rejects(createClassifier({ model: url, fetch, worker }), missing)
    const awake = setInterval(() => {}, 1000) // idle workers do not keep Node running, and so not this test
    await ended
    clearInterval(awake)
    assert.equal((await other.classify('x')).truncated, false)
    online = true
    assert.deepEqual(await (await start(t, { model: url, fetch })).classify(texts), await other.classify(texts))
  })

  test('abort during the load, and before it', async () => {
    const controller = new AbortController()
    const { fetch } = makeFetch(served, { [middle]: () => { controller.abort('leaving') } })
    const aborted = { name: 'AbortError', code: 'aborted', cause: 'leaving' }
    await assert.rejects(createClassifier({ model: url, fetch, signal: controller.signal }), aborted)
    await assert.rejects(createClassifier({ model: url, fetch, signal: controller.signal }), aborted)
  })

  test('an image that is not the manifest\'s is refused before it runs', async () => {
    const zeros = new Uint8Array(manifest.shards[0].bytes)
    const { createHash } = await import('node:crypto')
    const shards = structuredClone(manifest.shards)
    shards[0].sha256 = createHash('sha256').update(zeros).digest('hex')
    const files = { ...model.files, [shards[0].file]: zeros }
    await assert.rejects(createClassifier({ model: { manifest: { ...manifest, shards }, files } }), { code: 'format' })
    const load = (changes) => createClassifier({ model: { ...model, manifest: { ...manifest, ...changes } } })
    const config = { ...manifest.config, num_hidden_layers: 3 }
    await assert.rejects(load({ config }), { code: 'model', message: /num_hidden_layers is 3.*, 2 in/ })
    await assert.rejects(load({ labels: ['NEG', 'POS'] }), { code: 'model', message: /number of labels/ })
  })

  test('progress ends at the total; the cache spares the second download', async (t) => {
    const cache = makeCache()
    const { fetch, log } = makeFetch(served)
    const events = []
    const options = { cache, fetch }
    assert.equal(await downloadSize(url, options), manifest.bytes)
    assert.equal(await isCached(url, options), false)
    const first = await start(t, { model: url, ...options, onProgress: (event) => events.push(event) })
    assert.deepEqual(events.map(({ loaded }) => loaded), events.map(({ loaded }) => loaded).toSorted((a, b) => a - b))
    assert.equal(events.at(-1).loaded, manifest.bytes)
    while (!first.info.cached) await new Promise((resolve) => setTimeout(resolve, 5)) // written beside the load
    assert.equal(await isCached(url, options), true)
    log.length = 0
    const second = await start(t, { model: url, ...options })
    assert.deepEqual(log, ['/m/manifest.json'])
    assert.deepEqual(await second.classify(texts), await first.classify(texts))
    await clearCache(url, options)
    assert.equal(await downloadSize(url, options), manifest.bytes)
    assert.equal(cache.entries.size, 0)
  })

  test('without crypto.subtle the module hashes', async (t) => {
    const { subtle } = crypto
    t.after(() => Object.defineProperty(crypto, 'subtle', { value: subtle, configurable: true }))
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true })
    await start(t)
    const { file } = manifest.shards[2]
    const files = { ...model.files, [file]: model.files[file].map((byte) => byte ^ 1) }
    await assert.rejects(createClassifier({ model: { manifest, files } }), { code: 'integrity' })
  })

  test('bad options are named', async () => {
    const bad = {
      onProgress: 1, signal: {}, threads: 'many', worker: 'yes', cache: { match() {} }, preprocess: 'lower', fetch: 'x',
      wasmUrl: 5, workerUrl: 5, modle: model
    }
    for (const [name, value] of Object.entries(bad)) {
      const load = createClassifier({ model, [name]: value })
      await assert.rejects(load, { code: 'input', message: new RegExp(name) }, name)
    }
    await assert.rejects(createClassifier(null), { code: 'input' })
  })

  test('a module that is not there, or a web page', async () => {
    const wasmUrl = new URL('no-such.wasm', import.meta.url)
    await assert.rejects(createClassifier({ model, wasmUrl }), { code: 'network', url: wasmUrl.href })
    const page = new URL('classifier.test.js', import.meta.url)
    await assert.rejects(createClassifier({ model, wasmUrl: page }), { code: 'format', url: page.href })
  })

  test('a worker that is not there: in place, with the reason', async (t) => {
    const classifier = await start(t, { workerUrl: new URL('no-such-worker.js', import.meta.url) })
    assert.match(classifier.info.workerReason, /Cannot find module/)
    assert.deepEqual(await classifier.classify(texts), await (await start(t)).classify(texts))
  })

  test('a worker that died is replaced by the next call', async (t) => {
    const made = []
    const worker = () => {
      made.push(new Worker(new URL('../../web/worker.js', import.meta.url)))
      return made.at(-1)
    }
    const classifier = await start(t, { worker })
    const before = await classifier.classify(texts)
    const waits = classifier.classify(Array(20000).fill('some words'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    made[0].terminate()
    await assert.rejects(waits, { code: 'internal' })
    assert.deepEqual(await classifier.classify(texts), before)
    assert.equal(made.length, 2)
  })
})

test('errors of the library are one class', async () => {
  await assert.rejects(createClassifier({ model: 5 }), BertweetError)
})
