/**
 * No memory, at the start and later: simulated, as machines that have none cannot run tests.
 */
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createClassifier } from '../../js/index.js'
import { REFUSED, WORDS, heed, makeSwitches } from './odd-memory.js'
import { binaryUrl, makeTinyModel } from './tiny-model.js'

/** So wide that it takes more than it begins with when it opens. */
const WIDE = { intermediate_size: 4096 }
const model = await makeTinyModel()
const wasmUrl = new URL('./', binaryUrl('bertweet.wasm'))
const SHORT = ['I love it 😍', 'so bad', 'word '.repeat(40)]
/** Takes more room than a classifier has at first. */
const LONG = 'many words '.repeat(2900)
const ADVICE = /Dispose of classifiers .*smaller model/

const inPlace = makeSwitches()
heed(inPlace)

/** What a machine with memory makes of the texts. */
const [expected, expectedLong] = await (async () => {
  const classifier = await createClassifier({ model, wasmUrl, worker: false, threads: 1 })
  const results = [await classifier.classify(SHORT), await classifier.classify(LONG)]
  await classifier.dispose()
  return results
})()

for (const where of ['in a worker', 'in place']) {
  describe(where, () => {
    /** Options, and a function that turns switches on until it is called again. */
    function odd(options) {
      const switches = where === 'in place' ? inPlace : makeSwitches()
      const worker = where === 'in place' ? false
        : () => new Worker(new URL('./odd-memory.js', import.meta.url), { workerData: switches })
      const refuse = (...places) => switches.forEach((_, at) => Atomics.store(switches, at, +places.includes(at)))
      return { options: { model, wasmUrl, worker, threads: 1, ...options }, refuse }
    }

    async function start(t, options) {
      const classifier = await createClassifier(options)
      t.after(() => classifier.dispose())
      return classifier
    }

    for (const words of [[], [WORDS]]) {
      test(`none to start with${words.length ? ', in Firefox\'s words' : ''}: an error, and later it loads`,
        async (t) => {
          const { options, refuse } = odd()
          const other = await start(t, options)
          refuse(REFUSED.memory, ...words)
          t.after(() => refuse())
          for (const early of [false, true]) {
            await assert.rejects(createClassifier({ ...options, early }), (error) => {
              assert.equal(error.code, 'memory')
              assert.match(error.message, /^Could not reserve \d+ bytes and start the module: .*memory\. /)
              assert.match(error.message, ADVICE)
              return true
            })
          }
          assert.deepEqual(await other.classify(SHORT), expected)
          refuse()
          assert.deepEqual(await (await start(t, options)).classify(SHORT), expected)
          assert.deepEqual(await other.classify(LONG), expectedLong)
        })

      test(`no more later${words.length ? ', in Firefox\'s words' : ''}: an error of that text, the rest goes on`,
        async (t) => {
          const { options, refuse } = odd()
          const [classifier, other] = [await start(t, options), await start(t, options)]
          const { memory } = classifier.info
          refuse(REFUSED.growth, ...words)
          t.after(() => refuse())
          const calls = [classifier.classify(SHORT), classifier.classify(['ok', LONG]), classifier.tokenize(LONG),
            classifier.classify(SHORT), other.classify(SHORT)]
          const [before, long, tokens, after, others] = await Promise.allSettled(calls)
          for (const { reason } of [long, tokens]) {
            assert.equal(reason.code, 'memory')
            assert.match(reason.message, /^No memory for \d+ more bytes: .*memory\. /)
            assert.match(reason.message, ADVICE)
          }
          for (const { value } of [before, after, others]) assert.deepEqual(value, expected)
          assert.equal(classifier.info.memory, memory)
          refuse()
          assert.deepEqual(await classifier.classify(LONG), expectedLong)
          assert.ok(classifier.info.memory > memory)
        })
    }

    test('no more when the model opens: an error, and later it loads', async (t) => {
      const { options: narrow, refuse } = odd()
      const other = await start(t, narrow)
      const options = { ...narrow, model: await makeTinyModel(WIDE) }
      for (const threads of [1, 3]) {
        refuse(REFUSED.growth)
        t.after(() => refuse())
        await assert.rejects(createClassifier({ ...options, threads }), { code: 'memory', message: ADVICE })
        assert.deepEqual(await other.classify(SHORT), expected)
        refuse()
        const classifier = await start(t, { ...options, threads })
        assert.equal(classifier.info.threads, threads)
        assert.equal((await classifier.classify(SHORT)).length, SHORT.length)
      }
    })

    test('none that is shared: one thread, and the reason', async (t) => {
      const { options, refuse } = odd({ threads: 3 })
      refuse(REFUSED.sharedMemory)
      t.after(() => refuse())
      const classifier = await start(t, options)
      const { threads, threadsReason } = classifier.info
      assert.equal(threads, 1)
      assert.match(threadsReason, /^Could not reserve \d+ bytes .*could not allocate memory/)
      assert.deepEqual(await classifier.classify([...SHORT, LONG]), [...expected, expectedLong])
      refuse(REFUSED.sharedMemory, REFUSED.memory)
      await assert.rejects(createClassifier(options), { code: 'memory', message: ADVICE })
      refuse()
      const later = await start(t, options)
      assert.equal(later.info.threads, 3)
      assert.deepEqual(await later.classify(SHORT), expected)
    })

    test('threads, and no more later: an error of that text, the rest goes on', async (t) => {
      const { options, refuse } = odd({ threads: 3 })
      const classifier = await start(t, options)
      refuse(REFUSED.growth)
      t.after(() => refuse())
      await assert.rejects(classifier.classify(LONG), { code: 'memory', message: ADVICE })
      assert.deepEqual(await classifier.classify(SHORT), expected)
      refuse()
      assert.deepEqual(await classifier.classify(LONG), expectedLong)
    })
  })
}
