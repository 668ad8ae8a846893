/**
 * The behaviour tests of models/behaviour: the cases are sound, and the verdicts are those they should be. What models
 * do on them: card.test.js.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { BEHAVIOURS } from '../../models/behaviour/cases.js'
import { runBehaviours } from '../../models/behaviour/run.js'

test('every case is a filled template with something to compare', () => {
  const names = BEHAVIOURS.map(({ capability, name }) => `${capability}: ${name}`)
  assert.equal(new Set(names).size, names.length)
  for (const { name, kind, cases } of BEHAVIOURS) {
    assert.ok(cases.length > 0, name)
    for (const { texts, label } of cases) {
      assert.equal(texts.length, kind === 'label' ? 1 : kind === 'more' ? 2 : texts.length, name)
      assert.ok(kind !== 'same' || texts.length > 1, name)
      assert.equal(kind === 'same', label === undefined, name)
      for (const text of texts) assert.match(text, /^[^{}]*\S[^{}]*$/, name)
      // A sentence without a long word has no typing error.
      if (name !== 'one typo' && name !== 'no full stop') assert.equal(new Set(texts).size, texts.length, texts[0])
    }
  }
})

test('a model that always says the same fails what has labels, and nothing else', async () => {
  const scores = { NEG: 0.2, NEU: 0.2, POS: 0.6 }
  const stubborn = { classify: async (texts) => texts.map(() => ({ label: 'POS', score: 0.6, scores })) }
  for (const { name, kind, checks } of await runBehaviours(stubborn)) {
    const cases = BEHAVIOURS.find((behaviour) => behaviour.name === name).cases
    const failed = checks.filter(({ passed }) => !passed).length
    const wrong = cases.filter(({ label }) => ![label].flat().includes('POS')).length
    assert.equal(failed, kind === 'label' ? wrong : 0, name)
    assert.equal(checks.length, cases.reduce((sum, { texts }) => sum + Math.max(1, texts.length - 1), 0), name)
  }
})
