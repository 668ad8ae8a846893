/**
 * First names in the models that ship: those of models/train/first-names.txt have one row of embeddings, so no label
 * can hang on which of them a text has.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

import { createClassifier } from '../../js/index.js'
import tweetMini from '../../models/tweet-mini/index.js'
import tweetNano from '../../models/tweet-nano/index.js'

const SENTENCES = ['{N} ruined the whole evening', 'Lunch with {N} was fantastic', 'why would {N} do this to us']

for (const [name, model] of Object.entries({ tweetMini, tweetNano })) {
  test(`every first name of the list gets the same scores of ${name}, to the bit`, async () => {
    const file = await readFile(new URL('../../models/train/first-names.txt', import.meta.url), 'utf8')
    const names = file.split('\n').filter((line) => !line.startsWith('#')).join(' ').trim().split(' ')
    assert.ok(names.length > 1000)
    const classifier = await createClassifier({ model })
    try {
      for (const sentence of SENTENCES) {
        const [first, ...others] = await classifier.classify(names.map((name) => sentence.replace('{N}', name)))
        for (const { scores } of others) assert.deepEqual(scores, first.scores, sentence)
        const [word] = await classifier.classify([sentence.replace('{N}', 'Pancakes')])
        assert.notDeepEqual(word.scores, first.scores)
      }
    } finally {
      await classifier.dispose()
    }
  })
}
