import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { createClassifier } from '../../js/index.js'
import { packageUrl, pickBinary } from '../../js/features.js'

const dist = new URL('../../dist/', import.meta.url)

test('the module of a folder is the one that would be picked beside the code', () => {
  const [name] = /[^/]+$/.exec(pickBinary())
  assert.equal(pickBinary('https://example.com/a/'), `https://example.com/a/${name}`)
  assert.equal(pickBinary('https://example.com/a/x.wasm'), 'https://example.com/a/x.wasm')
  assert.equal(pickBinary(null), new URL(name, dist).href)
})

test('files of the package have addresses', () => {
  assert.equal(packageUrl('../web/worker.js'), new URL('../web/worker.js', dist).href)
})

test('wasmUrl may be a folder, or a path of one', async () => {
  for (const wasmUrl of [dist, fileURLToPath(dist)]) {
    const classifier = await createClassifier({ wasmUrl })
    assert.equal((await classifier.classify('what a wonderful day, I love it')).label, 'POS')
    await classifier.dispose()
  }
})
