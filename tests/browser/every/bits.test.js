/**
 * bits.test.js - one number for the logits of the default model, whatever the browser, the kernel, the number of
 * threads and the size of the batches. It changes with the model, and with nothing else.
 */
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { createClassifier } from '../../../js/index.js'
import model from '../../../models/tweet-mini/index.js'
import { ROWS, TEXTS } from '../../js/default-bits.js'
import { TITLE, noBrowser } from '../drivers.js'
import { hashOfLogits, syntheticTexts } from '../synthetic.js'
import { HAS_RELAXED, HAS_SHARED_MEMORY, setUp } from './fixture.js'

describe(`bits in ${TITLE}`, { skip: noBrowser() }, () => {
  const my = setUp('bits')

  test('in Node', async () => {
    const classifier = await createClassifier()
    assert.equal(await hashOfLogits(classifier, syntheticTexts(10), 7), TEXTS[10])
    assert.equal(await hashOfLogits(classifier, syntheticTexts(100), 64), TEXTS[100])
    await classifier.dispose()
  })

  for (const isolated of [true, false]) {
    test(`${isolated ? '' : 'not '}isolated`, async (t) => {
      const { page } = await my.open(t, { isolated })
      const run = async (count, batch, options) => {
        const { result, info, error } = await page.evaluate(async ({ count, batch, options }) => {
          const { hashOfLogits, syntheticTexts } = await import('/tests/browser/synthetic.js')
          return window.withClassifier(options, (classifier) => hashOfLogits(classifier, syntheticTexts(count), batch))
        }, { count, batch, options })
        assert.equal(error, undefined)
        const how = `${count} texts in batches of ${batch}, ${JSON.stringify(options)}`
        assert.equal(result, TEXTS[count], how)
        return info
      }
      for (const batch of [1, 7, 64]) await run(100, batch, {})
      await run(100, 64, { worker: false })
      const kernels = ['simd128', 'simd128-deep', ...HAS_RELAXED ? ['relaxed-dot', 'relaxed-deep'] : []]
      for (const kernel of kernels) assert.equal((await run(100, 64, { kernel })).kernel, kernel)
      assert.equal((await run(10, 7, { kernel: 'scalar' })).kernel, 'scalar')
      for (const threads of [1, 2, 3]) {
        const info = await run(100, 7, { threads })
        const canShare = isolated && HAS_SHARED_MEMORY
        assert.equal(info.threads, canShare ? threads : 1)
        if (threads > 1) assert.equal(info.threadsReason === null, canShare)
      }
    })
  }

  test('2,000 rows of ids', async (t) => {
    const { page } = await my.open(t, { isolated: true })
    const { vocab_size: vocabSize } = model.manifest.config
    const ways = ['simd128', 'simd128-deep'].map((kernel) => ({ kernel, batch: 64, threads: 1 }))
    if (HAS_RELAXED) {
      ways.push({ kernel: 'relaxed-dot', batch: 7, threads: 2 }, { kernel: 'relaxed-deep', batch: 64, threads: 3 })
    }
    for (const way of ways) {
      const { result, info, error } = await page.evaluate(async ({ way: { kernel, batch, threads }, vocabSize }) => {
        const { hashLogits } = await import('/tests/js/bits.js')
        const hash = (classifier) => hashLogits(classifier, vocabSize, 2000, batch)
        return window.withClassifier({ kernel, threads }, hash)
      }, { way, vocabSize })
      assert.equal(error, undefined)
      assert.deepEqual([result, info.kernel], [ROWS[2000], way.kernel], JSON.stringify(way))
    }
  })
})
