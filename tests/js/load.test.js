/**
 * load.test.js - the way of a model into its engine: first answers early, without a network, from local files.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test, { describe } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { clearCache, createClassifier, downloadSize, isCached } from '../../js/index.js'
import { makeCache, makeFetch } from './fake-model.js'
import { makeTinyModel } from './tiny-model.js'

const whole = await makeTinyModel()

/** The same image in shards that end where the resident part does, with a tail of several. */
function inPieces({ manifest, files }) {
  const image = Buffer.concat(manifest.shards.map(({ file }) => files[file]))
  const { resident } = manifest.image
  const step = Math.ceil((image.length - resident) / 4)
  const cuts = [0, resident >> 1, resident]
  while (cuts.at(-1) < image.length) cuts.push(Math.min(image.length, cuts.at(-1) + step))
  const shards = []
  const pieces = {}
  for (const [i, offset] of cuts.slice(0, -1).entries()) {
    const bytes = image.subarray(offset, cuts[i + 1])
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const file = `${i}-${sha256.slice(0, 8)}.bin`
    pieces[file] = bytes
    shards.push({ file, bytes: bytes.length, sha256, encoding: 'raw', offset, size: bytes.length })
  }
  return { manifest: { ...manifest, shards }, files: pieces }
}

const model = inPieces(whole)
const { shards, image: { resident } } = model.manifest
const last = shards.at(-1)
const tail = shards.filter(({ offset }) => offset >= resident)
const url = 'http://a.test/m/manifest.json'
const served = Object.fromEntries(Object.entries(model.files).map(([name, bytes]) => [`/m/${name}`, bytes]))
served['/m/manifest.json'] = JSON.stringify(model.manifest)

/** Promises that are settled from outside, by shard. */
function gates(list) {
  const map = new Map(list.map(({ file }) => {
    const gate = {}
    gate.promise = new Promise((resolve) => { gate.open = resolve })
    return [`/m/${file}`, gate]
  }))
  const answers = Object.fromEntries([...map].map(([path, gate]) => [path, () => gate.promise]))
  return { open: ({ file }) => map.get(`/m/${file}`).open(), answers }
}

async function start(t, options) {
  const classifier = await createClassifier({ model: url, worker: false, ...options })
  t.after(() => classifier.dispose())
  return classifier
}

/** Rows of ids that need rows of the embedding up to a place in its tail, from 0 to 1. */
const rowAt = (place, { config: { vocab_size: size } } = model.manifest) => [0, Math.round((size - 1) * place), 2]

test('the tiny model has a tail', () => assert.ok(tail.length === 4))

for (const worker of [true, false]) {
  describe(`early, worker: ${worker}`, () => {
    test('frequent words are answered first; others wait for their rows, in the order of calls', async (t) => {
      const expected = await start(t, { model: whole })
      const { answers, open } = gates(tail)
      const { fetch, log } = makeFetch(served, answers)
      const progress = []
      const onProgress = ({ loaded }) => progress.push(loaded)
      const classifier = await start(t, { worker, fetch, early: true, onProgress })
      assert.equal(progress.at(-1), resident)
      assert.deepEqual(await classifier.logits([rowAt(0.001)]), await expected.logits([rowAt(0.001)]))
      const order = []
      const rare = classifier.logits([rowAt(1)]).then((logits) => { order.push('rare'); return logits })
      const next = classifier.classify('.').then(() => order.push('next'))
      // Later pieces do not help before those between have come.
      const [first, ...rest] = tail
      rest.reverse().forEach(open)
      await turn()
      assert.deepEqual(order, [])
      open(first)
      assert.deepEqual(await rare, await expected.logits([rowAt(1)]))
      await next
      assert.deepEqual(order, ['rare', 'next'])
      await classifier.loaded
      assert.equal(progress.at(-1), model.manifest.bytes)
      assert.equal(classifier.info.downloaded, model.manifest.bytes)
      assert.equal(new Set(log).size, log.length)
    })

    test('what waits can be aborted, alone; so can the load', async (t) => {
      const { answers, open } = gates(tail)
      const { fetch } = makeFetch(served, answers)
      const controller = new AbortController()
      const classifier = await start(t, { worker, fetch, early: true, signal: controller.signal })
      const one = new AbortController()
      const waits = classifier.logits([rowAt(1)], { signal: one.signal })
      const others = classifier.logits([rowAt(0.001)])
      await turn()
      one.abort('not wanted')
      await assert.rejects(waits, { code: 'aborted', cause: 'not wanted' })
      assert.equal((await others).length, 3)
      const again = classifier.logits([rowAt(1)])
      await turn()
      controller.abort('leaving')
      await assert.rejects(classifier.loaded, { code: 'aborted', cause: 'leaving' })
      await assert.rejects(again, { code: 'aborted' })
      tail.forEach(open)
      assert.equal((await classifier.logits([rowAt(1)])).length, 3)
      await classifier.loaded
    })

    test('a tail that fails is told to those who wait; the next call fetches what is missing', async (t) => {
      let isDown = true
      const path = `/m/${tail[2].file}`
      const { fetch, log } = makeFetch(served, { [path]: () => isDown ? new Response('', { status: 404 }) : undefined })
      const classifier = await start(t, { worker, fetch, early: true })
      await assert.rejects(classifier.logits([rowAt(1)]), { code: 'network', status: 404, url: `http://a.test${path}` })
      await assert.rejects(classifier.loaded, { code: 'network', shard: tail[2].file })
      assert.equal((await classifier.logits([rowAt(0.001)])).length, 3)
      await assert.rejects(classifier.loaded, { code: 'network' }) // that call tried again
      isDown = false
      assert.equal((await classifier.logits([rowAt(1)])).length, 3)
      await classifier.loaded
      assert.ok(shards.slice(0, 2).every(({ file }) => log.filter((name) => name === `/m/${file}`).length === 1))
    })

    test('dispose ends the load and those who wait', async (t) => {
      const { answers } = gates(tail)
      const { fetch } = makeFetch(served, answers)
      const classifier = await start(t, { worker, fetch, early: true })
      const waits = classifier.logits([rowAt(1)])
      const { loaded } = classifier
      await turn()
      await classifier.dispose()
      await assert.rejects(waits, { code: 'disposed' })
      await assert.rejects(loaded, { code: 'disposed' })
      await assert.rejects(classifier.loaded, { code: 'disposed' })
    })
  })
}

test('weights are on their way while the worker starts', async (t) => {
  const url = JSON.stringify(new URL('../../web/worker.js', import.meta.url))
  let worker
  const make = () => {
    const code = `require('node:worker_threads').parentPort.once('message', () => import(${url}))`
    worker = new Worker(code, { eval: true, execArgv: [] })
    return worker
  }
  const { fetch } = makeFetch(served, { [`/m/${shards[0].file}`]: () => { worker.postMessage('start') } })
  const classifier = await start(t, { worker: make, fetch, cache: false })
  assert.equal(classifier.info.worker, true)
})

describe('without a network', () => {
  const offline = async () => { throw new TypeError('offline') }
  const settle = async (cache) => {
    while (!await isCached(url, { cache, fetch: makeFetch(served).fetch })) await turn()
  }

  async function filled(t) {
    const cache = makeCache()
    await start(t, { cache, fetch: makeFetch(served).fetch })
    await settle(cache)
    return cache
  }

  test('what was loaded once loads again', async (t) => {
    const cache = await filled(t)
    const classifier = await start(t, { cache, fetch: offline })
    const { downloaded, cached, cacheReason } = classifier.info
    assert.deepEqual([downloaded, cached, cacheReason], [0, true, null])
    assert.equal(await downloadSize(url, { cache, fetch: offline }), 0)
  })

  test('what is removed while it is still being stored stays away, the record too', async (t) => {
    const cache = makeCache()
    const { put } = cache
    cache.put = async (key, response) => {
      for (let i = 0; i < 5; i++) await turn()
      await put(key, response)
    }
    const { fetch } = makeFetch(served)
    await start(t, { cache, fetch })
    assert.ok(cache.entries.size < shards.length)
    await clearCache(url, { cache, fetch })
    for (let i = 0; i < 100; i++) await turn()
    assert.deepEqual([...cache.entries.keys()], [])
  })

  for (const [what, answer, code] of [
    ['is gone', () => new Response('', { status: 404 }), null],
    ['is busy', () => new Response('', { status: 503 }), null],
    ['is a web page', () => new Response('<!doctype html>'), 'format'],
    ['contradicts itself', () => new Response(JSON.stringify({ ...model.manifest, bytes: 1 })), 'model']
  ]) {
    test(`a manifest that ${what}: ${code ?? 'the one that is kept'}`, async (t) => {
      const cache = await filled(t)
      const { fetch, log } = makeFetch(served, { '/m/manifest.json': answer })
      const loads = createClassifier({ model: url, cache, fetch, worker: false })
      if (code) await assert.rejects(loads, { code, url })
      else await (await loads).dispose()
      assert.deepEqual(log, ['/m/manifest.json'])
    })
  }

  test('an incomplete copy does not pass for the model', async () => {
    const cache = makeCache()
    const missing = `/m/${shards[1].file}`
    const { fetch } = makeFetch(served, { [missing]: () => new Response('', { status: 404 }) })
    await assert.rejects(createClassifier({ model: url, cache, fetch, worker: false }), { status: 404 })
    assert.equal(await isCached(url, { cache, fetch: makeFetch(served).fetch }), false)
    const error = await createClassifier({ model: url, cache, fetch: offline, worker: false }).catch((error) => error)
    assert.deepEqual([error.code, error.url], ['network', url])
  })

  test('a pinned model is not asked for again, and is never another', async (t) => {
    const cache = await filled(t)
    const integrity = createHash('sha256').update(served['/m/manifest.json']).digest('hex')
    const { fetch, log } = makeFetch(served)
    await start(t, { model: { url, integrity }, cache, fetch })
    assert.deepEqual(log, [])
    const other = { url, integrity: integrity.replace(/^./, (digit) => digit === '0' ? '1' : '0') }
    await assert.rejects(createClassifier({ model: other, cache, fetch, worker: false }), { code: 'integrity', url })
    await assert.rejects(createClassifier({ model: other, cache, fetch: offline, worker: false }), { code: 'network' })
  })

  test('a shard of a complete copy that is spoilt: the error of the fetch; with a network, all is well', async (t) => {
    const cache = await filled(t)
    const key = [...cache.entries.keys()].find((name) => name.endsWith(shards[1].sha256))
    cache.entries.set(key, new Uint8Array(3))
    await assert.rejects(createClassifier({ model: url, cache, fetch: offline, worker: false }),
      { code: 'network', shard: shards[1].file })
    const { fetch, log } = makeFetch(served)
    await start(t, { cache, fetch })
    assert.deepEqual(log, ['/m/manifest.json', `/m/${shards[1].file}`])
  })
})

describe('from files', () => {
  const files = [
    new File([JSON.stringify(model.manifest)], 'manifest.json'),
    new File(['notes'], 'README.md'),
    ...Object.entries(model.files).map(([name, bytes]) => new File([bytes], name))
  ]
  const handle = (list) => ({
    kind: 'directory',
    name: 'mine',
    getFileHandle: async (name) => {
      const file = list.find((candidate) => candidate.name === name)
      if (!file) throw new DOMException(name, 'NotFoundError')
      return { getFile: async () => file }
    }
  })
  const entry = (list) => ({
    isDirectory: true,
    name: 'mine',
    getFile(name, how, succeed, fail) {
      const file = list.find((candidate) => candidate.name === name)
      if (file) succeed({ file: (take) => take(file) })
      else fail(new DOMException(name, 'NotFoundError'))
    }
  })
  const inFolder = (list, folder) => list.map((file) =>
    Object.defineProperty(new File([file], file.name), 'webkitRelativePath', { value: `${folder}/${file.name}` }))
  const others = files.map(({ name }) => new File(['another'], name)).filter(({ name }) => name !== 'manifest.json')

  for (const [what, given] of Object.entries({
    'a list of File': files,
    'a FileList': { ...files, length: files.length, item: (i) => files[i] },
    'files by name': { files: Object.fromEntries(files.map((file) => [file.name, file])) },
    'a folder with another beside it': [...inFolder(others, 'a/other'), ...inFolder(files, 'a/model')],
    'a handle of a folder': handle(files),
    'an entry of a drop': entry(files)
  })) {
    test(what, async (t) => {
      const sources = new Set()
      const classifier = await start(t, { model: given, onProgress: ({ source }) => sources.add(source) })
      assert.equal((await classifier.classify('fine')).tokens > 2, true)
      const { downloaded, cached, url: from } = classifier.info
      assert.deepEqual([downloaded, cached, from, [...sources]], [0, false, null, ['file']])
    })
  }

  for (const [what, given, expected] of [
    ['no manifest', files.slice(1), { code: 'input', message: /no manifest\.json among the 7 files \(README\.md/ }],
    ['two models', [...inFolder(files, 'a'), ...inFolder(files, 'b')],
      { code: 'input', message: /a\/manifest\.json, b\// }],
    ['a shard is missing', files.slice(0, -1), { code: 'input', shard: last.file }],
    ['a folder without a manifest', handle(files.slice(1)), { code: 'input', message: /folder mine has no manifest/ }],
    ['an entry without a shard', entry(files.slice(0, -1)), { code: 'input', message: /has no 5-/ }],
    ['a manifest that is none', handle([new File(['[1'], 'manifest.json')]), { code: 'format' }],
    ['a shard that is another', [...files.slice(0, -1), new File([Buffer.alloc(last.bytes)], last.file)],
      { code: 'integrity', shard: last.file }]
  ]) {
    test(`${what}: an error that says so`, async () => {
      await assert.rejects(createClassifier({ model: given, worker: false }), expected)
    })
  }
})
