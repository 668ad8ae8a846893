import assert from 'node:assert/strict'
import test, { before, after, describe } from 'node:test'
import { createClassifier } from '../../js/index.js'
import { makeTinyModel } from './tiny-model.js'

const TEXT = '  @user I LOVE\tthis 😍\u2003"so much"\n#happy https://a.test/x ! '

describe('classify with explain', () => {
  let classifier
  before(async () => { classifier = await createClassifier({ model: await makeTinyModel() }) })
  after(() => classifier.dispose())

  test('each word with its place and the scores it adds', async () => {
    const { explanation, ...rest } = await classifier.classify(TEXT, { explain: true })
    assert.deepEqual(rest, await classifier.classify(TEXT))
    assert.deepEqual(explanation.map(({ word }) => word), TEXT.trim().split(/\s+/))
    for (const { word, start, end, scores, compound } of explanation) {
      assert.equal(TEXT.slice(start, end), word)
      const without = await classifier.classify(`${TEXT.slice(0, start)}<mask>${TEXT.slice(end)}`)
      for (const [label, gain] of Object.entries(scores)) assert.equal(gain, rest.scores[label] - without.scores[label])
      assert.equal(compound, rest.compound - without.compound)
    }
    assert.ok(explanation.some(({ compound }) => compound !== 0))
  })

  test('a mask is one token, the mask\'s', async () => {
    for (const preprocess of ['none', 'pysentimiento', 'bertweet']) {
      const { tokens } = await classifier.tokenize('so <mask> good', { preprocess })
      assert.equal(tokens.filter((token) => token === '<mask>').length, 1, preprocess)
    }
  })

  test('lists, with fewer labels, and nothing to explain', async () => {
    const texts = ['good day', '', ' \n ', 'bad']
    const all = await classifier.classify(texts, { explain: true, topK: 1 })
    const words = all.map(({ explanation }) => explanation.map(({ word }) => word))
    assert.deepEqual(words, [['good', 'day'], [], [], ['bad']])
    for (const [index, result] of all.entries()) {
      assert.deepEqual(await classifier.classify(texts[index], { explain: true, topK: 1 }), result)
      for (const { scores } of result.explanation) assert.deepEqual(Object.keys(scores), [result.label])
    }
    assert.deepEqual(await classifier.classify([], { explain: true }), [])
  })

  test('long texts: the words that the model can read', async () => {
    const { explanation, truncated } = await classifier.classify('word '.repeat(6000), { explain: true })
    assert.equal(truncated, true)
    assert.equal(explanation.length, classifier.info.maxTokens)
    assert.deepEqual(explanation.at(-1).scores, { NEG: 0, NEU: 0, POS: 0 })
  })

  test('a text that is far too long is refused before its words are counted or copied', async () => {
    const began = performance.now()
    const options = { explain: true }
    await assert.rejects(classifier.classify(['a', 'a '.repeat(1e8)], options), { code: 'input', message: /^Text 1: / })
    assert.ok(performance.now() - began < 5000)
  })

  test('refuses what is neither true nor false', async () => {
    await assert.rejects(classifier.classify('x', { explain: 'yes' }), { code: 'input', message: /explain/ })
  })
})
