import assert from 'node:assert/strict'
import test from 'node:test'
import { pickBinary } from '../../js/features.js'
import { createClassifier } from '../../js/index.js'
import model from '../../models/tweet-mini/index.js'
import { hashLogits } from './bits.js'
import { ROWS } from './default-bits.js'

/**
 * Node 20 has relaxed SIMD where a flag asks for it, as section `checked` does. Not relaxed-dot, of which browsers are
 * asked alone: i32x4.relaxed_dot_i8x16_i7x16_add_s of its V8 11.3 adds each product twice. (By itself the library takes
 * that kernel only where a result of the instruction tells that it is one of the fast ones, as this is not.)
 */
const relaxed = pickBinary(null).includes('-relaxed') ? [
  [{ threads: 1, kernel: 'relaxed-deep' }, 2000, 7],
  [{ threads: 2, kernel: 'relaxed-deep' }, 100, 1]
] : []

for (const [options, count, batch] of [
  ...relaxed,
  [{ threads: 1, kernel: 'scalar' }, 100, 7],
  [{ threads: 1, kernel: 'simd128' }, 100, 64],
  [{ threads: 2, kernel: 'simd128-deep' }, 2000, 7],
  [{ threads: 2, kernel: 'scalar' }, 100, 1],
  [{ threads: 3, kernel: 'simd128' }, 2000, 7]
]) {
  test(`${count} texts, ${JSON.stringify(options)}, in batches of ${batch}: the same bits as everywhere`, async (t) => {
    const classifier = await createClassifier(options)
    t.after(() => classifier.dispose())
    assert.deepEqual([classifier.info.threads, classifier.info.kernel], [options.threads, options.kernel])
    assert.equal(await hashLogits(classifier, model.manifest.config.vocab_size, count, batch), ROWS[count])
  })
}
