/**
 * The cards of the models that ship: what is measured in them is what was measured, on these very weights. And the
 * documents have the default model's size.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { reliabilityDiagram } from '../../js/cli/reliability.js'
import { behaviour, figures, fill, mainReport, readEvaluation } from '../../models/card.js'
import { SIZES, sizeOf } from '../../models/ship.js'
import { models } from './models.js'

const ADVICE = (folder) => `node models/card.js ${folder} writes it anew`

for (const { name, folder } of models()) {
  const read = (file) => readFileSync(join(folder, file), 'utf8')

  test(`${name}: figures and diagram are those of evaluation.json, which is about these weights`, () => {
    const { reports } = readEvaluation(folder)
    assert.ok(reports.length > 0, `${name} was changed after it was measured`)
    assert.equal(fill(read('README.md'), 'figures', figures(reports)), read('README.md'), ADVICE(folder))
    assert.equal(read('reliability.svg'), reliabilityDiagram(mainReport(reports)))
  })

  test(`${name}: the behaviours are those of the card`, async () => {
    assert.equal(fill(read('README.md'), 'behaviour', await behaviour(folder)), read('README.md'), ADVICE(folder))
  })
}

test('the documents say how large the models are', () => {
  for (const [name, file, place] of SIZES) {
    const { manifest } = models().find((model) => model.name === name)
    const [found] = place.exec(readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')) ?? []
    assert.equal(found, sizeOf(manifest), `${file}: ${place}`)
  }
})

/** Where documents tell a model's macro-recall on its main set. */
const RECALLS = [
  ['tweet-mini', 'README.md', /macro-recall on SemEval-2017 task 4A, default model \| \*\*([\d.]+) %/],
  ['tweet-mini', 'README.md', /where the default has\s+([\d.]+):/],
  ['tweet-mini', 'README.md', /\*\*tweet-mini, as it ships\*\* \| ([\d.]+) %/],
  ['tweet-mini', 'MIGRATION.md', /embedded model has a macro-recall of ([\d.]+) %/],
  ['tweet-nano', 'README.md', /right almost as often \(macro-recall ([\d.]+) %/],
  ['tweet-nano', 'README.md', /\*\*tweet-nano\*\*[^|]* \| ([\d.]+) %/]
]

test('the documents say how good the models are', () => {
  for (const [name, file, place] of RECALLS) {
    const { macroRecall } = mainReport(readEvaluation(models().find((model) => model.name === name).folder).reports)
    const [, found] = place.exec(readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')) ?? []
    assert.equal(found, (100 * macroRecall).toFixed(1), `${file}: ${place}`)
  }
})

test('a part goes between its marks, and nowhere else', () => {
  const card = 'a\n<!-- x -->\nold\n<!-- /x -->\nb\n'
  assert.equal(fill(card, 'x', 'new'), 'a\n<!-- x -->\nnew\n<!-- /x -->\nb\n')
  assert.equal(fill(fill(card, 'x', ''), 'x', 'old'), card)
  assert.throws(() => fill(card, 'y', 'new'), /no <!-- y -->/)
})
