/**
 * What int8 and int4 cost on real tweets: tweet-mini on the development set of SemEval-2017, against PyTorch's fp32
 * logits. The data are not part of the project; without them this says so and stands back.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { MODES } from '../../web/wasm.js'
import { convertTo, logitsOf, openModel, withCheckpoint, withFolder } from './convert-folder.js'

const SHARED = process.env.BERTWEET_SHARED ?? fileURLToPath(new URL('../../../shared/', import.meta.url))
const CHECKPOINT = join(SHARED, 'models', 'tweet-mini')
const DATA = join(SHARED, 'data', 'semeval2017', 'dev.tsv')
const missing = [CHECKPOINT, DATA].find((path) => !existsSync(path))

const argmax = (row) => row.indexOf(Math.max(...row))

/** Mean over the classes of the share of its texts that were found. */
function macroRecall(predicted, gold, classes) {
  const recalls = Array.from({ length: classes }, (_, label) => {
    const texts = gold.flatMap((value, text) => value === label ? [text] : [])
    return texts.filter((text) => predicted[text] === label).length / texts.length
  })
  return 100 * recalls.reduce((sum, recall) => sum + recall, 0) / classes
}

/** Of what travels in this encoding: the least agreement of labels in percent, the most that macro-recall may move. */
for (const [wire, least, most] of [['raw', 99, 0.5], ['int4', 97.3, 1]]) {
  test(`tweet-mini on the development set, ${wire}`, { skip: missing ? `${missing} is not there` : false },
    (t) => compareOnDev(t, wire, least, most))
}

async function compareOnDev(t, wire, least, most) {
  const lines = (await readFile(DATA, 'utf8')).trimEnd().split('\n').map((line) => line.split('\t'))
  const golden = JSON.parse(await readFile(new URL('../golden/dev-logits-tweet-mini.json', import.meta.url), 'utf8'))
  assert.equal(golden.logits.length, lines.length)

  await withFolder((folder) => withCheckpoint(CHECKPOINT, async (checkpoint) => {
    await convertTo(checkpoint, join(folder, 'model'), { wire })
    const { manifest, wasm } = await openModel(join(folder, 'model'))
    const quantized = lines.map(([, text]) =>
      logitsOf(wasm, wasm.tokenize(text, MODES[manifest.preprocess], manifest.maxTokens).ids))

    const expected = golden.logits.map(argmax)
    const found = quantized.map((logits) => argmax([...logits]))
    const gold = lines.map(([label]) => manifest.labels.indexOf(label.slice(0, 3).toUpperCase()))
    assert.ok(gold.every((label) => label >= 0))
    const agreement = 100 * found.filter((label, text) => label === expected[text]).length / found.length
    const [reference, ours] = [expected, found].map((labels) => macroRecall(labels, gold, manifest.labels.length))
    t.diagnostic(`${found.length} texts: ${wire} gives PyTorch's label to ${agreement.toFixed(2)} %; macro-recall of ` +
      `PyTorch ${reference.toFixed(2)}, ours ${ours.toFixed(2)}`)
    assert.ok(agreement >= least)
    assert.ok(Math.abs(reference - ours) <= most)
  }))
}
