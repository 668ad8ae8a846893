import assert from 'node:assert/strict'
import test from 'node:test'
import { Worker } from 'node:worker_threads'
import { createClassifier } from '../../js/index.js'
import { binaryUrl, makeTinyModel } from './tiny-model.js'

const model = await makeTinyModel()
const texts = Array.from({ length: 60 }, (_, i) => `text number ${i} ${'word '.repeat(i * 7 % 100)}`)
const url = binaryUrl('bertweet-threads.wasm')

async function start(t, options) {
  const classifier = await createClassifier({ model, wasmUrl: url, ...options })
  t.after(() => classifier.dispose())
  return classifier
}

/** What one thread of the module without threads makes of the texts. */
const expected = await (async () => {
  const classifier = await createClassifier({ model, wasmUrl: binaryUrl('bertweet.wasm'), threads: 1 })
  const results = await classifier.classify(texts)
  await classifier.dispose()
  return results
})()

for (const worker of [true, false]) {
  for (const threads of [1, 2, 3, 5]) {
    test(`${threads} threads, worker ${worker}: the same bits, one by one and all at once`, async (t) => {
      const classifier = await start(t, { threads, worker })
      const { info } = classifier
      assert.deepEqual([info.threads, info.worker], [threads, worker])
      assert.equal(info.threadsReason, threads === 1 ? 'the option threads is 1' : null)
      assert.deepEqual(await classifier.classify(texts), expected)
      for (const i of [3, 14, 59]) assert.deepEqual(await classifier.classify(texts[i]), expected[i])
      const { tokens, text } = await classifier.tokenize('@someone \ud800 😍') // decoded out of shared memory
      assert.match(text, /^@USER \ud800 .*emoji/)
      assert.equal(tokens[0], '<s>')
    })
  }
}

test('auto takes half of the cores', async (t) => {
  const { threads, threadsReason } = (await start(t, { wasmUrl: undefined })).info
  assert.ok(threads >= 1 && threads <= 4)
  assert.equal(threadsReason === null, threads > 1)
})

test('a module without threads: one, and the reason', async (t) => {
  const { info } = await start(t, { threads: 2, wasmUrl: binaryUrl('bertweet.wasm') })
  assert.equal(info.threads, 1)
  assert.match(info.threadsReason, /build without threads/)
})

test('a module with threads that is not to be had: the one without', async (t) => {
  const worker = () => new Worker(new URL('./odd-threads.js', import.meta.url), { workerData: 'no module' })
  const classifier = await start(t, { threads: 2, worker, wasmUrl: undefined })
  assert.equal(classifier.info.threads, 1)
  assert.match(classifier.info.threadsReason, /Could not fetch .*-threads\.wasm/)
  assert.deepEqual(await classifier.classify(texts), expected)
})

test('threads that cannot start: one, and the reason', async (t) => {
  const worker = () => new Worker(new URL('./odd-threads.js', import.meta.url), { workerData: 'no threads' })
  const classifier = await start(t, { threads: 3, worker })
  assert.equal(classifier.info.threads, 1)
  assert.match(classifier.info.threadsReason, /missing-thread\.js/)
  assert.deepEqual(await classifier.classify(texts), expected)
})

test('a thread that dies with work in hand: an error, and the next call is right', async (t) => {
  const worker = () => new Worker(new URL('./odd-threads.js', import.meta.url), { workerData: 'deserter' })
  const classifier = await start(t, { threads: 2, worker })
  assert.equal(classifier.info.threads, 2)
  await assert.rejects(async () => {
    for (let i = 0; i < 1000; i++) await classifier.classify(texts)
  }, { code: 'internal', message: /thread was ended/ })
  assert.deepEqual(await classifier.classify(texts), expected)
})

test('dispose ends the threads, also while they work', async () => {
  for (const worker of [true, false]) {
    const classifier = await createClassifier({ model, wasmUrl: url, threads: 3, worker })
    const call = classifier.classify([...texts, ...texts, ...texts])
    await classifier.dispose()
    await assert.rejects(call, { code: 'disposed' })
  }
})

test('in place, dispose ends the threads for good', async (t) => {
  const node = process.getBuiltinModule('node:worker_threads')
  const made = []
  const { Worker: Original } = node
  node.Worker = class extends Original {
    constructor(...args) {
      super(...args)
      made.push(new Promise((resolve) => this.on('exit', resolve)))
    }
  }
  t.after(() => { node.Worker = Original })
  const classifier = await createClassifier({ model, wasmUrl: url, threads: 3, worker: false })
  await classifier.classify(texts[0])
  await classifier.dispose()
  assert.equal(made.length, 2)
  await Promise.all(made)
})

test('wrong numbers are refused', async () => {
  for (const threads of [0, -1, 1.5, 65, '2', null]) {
    await assert.rejects(createClassifier({ model, threads }), { code: 'input', message: /threads/ })
  }
})
