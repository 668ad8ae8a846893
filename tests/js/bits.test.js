import assert from 'node:assert/strict'
import test from 'node:test'
import { createClassifier } from '../../js/index.js'
import model from '../../models/tweet-mini/index.js'
import { hashLogits } from './bits.js'
import { ROWS } from './default-bits.js'

for (const [options, count, batch] of [
  [{ threads: 1, kernel: 'scalar' }, 100, 7],
  [{ threads: 1, kernel: 'simd128' }, 100, 64],
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
