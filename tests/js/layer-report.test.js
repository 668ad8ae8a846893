/**
 * What `convert --report` says of layers: by hand for one of known numbers, then of a conversion.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { reportLayer } from '../../js/convert/layer-report.js'
import { tensorBytes } from '../../js/convert/image.js'
import { convertTo, withCheckpoint, withFolder } from './convert-folder.js'

const MAIN = fileURLToPath(new URL('../../js/cli/main.js', import.meta.url))
const TINY = fileURLToPath(new URL('../golden/tiny-bin', import.meta.url))

/** 16 outputs of 16 inputs, all weights 1: channel 3 is smoothed by 4, the others by 2. */
function makeLayer() {
  const [rows, columns] = [16, 16]
  const factors = new Float32Array(columns).fill(1 / 2)
  factors[3] = 1 / 4
  const bytes = new Uint8Array(tensorBytes({ type: 'linear', rows, columns }))
  // factor, source, depth, scale, colsum, bias: 64 bytes each, for 16 outputs and inputs; then the weights
  bytes.set(new Uint8Array(factors.buffer))
  bytes.set(new Uint8Array(Uint16Array.from(factors, (_, k) => k).buffer), 64)
  bytes.set([4, 1], 128)
  bytes.set(new Uint8Array(new Float32Array(rows).fill(1 / 8).buffer), 192)
  for (let at = 0; at < rows * columns; at++) bytes[384 + at] = 8 * (at % 32 % 4 === 3 && at % 128 < 32 ? 4 : 2)
  return { tensor: { name: 'x', type: 'linear', rows, columns, sources: columns, bytes },
    weights: new Float32Array(rows * columns).fill(1) }
}

const relative = (distance, square) => Number(Math.sqrt(distance / square).toPrecision(4))

test('errors count channels as smoothing does, and the worst output is found', () => {
  const { tensor, weights } = makeLayer()
  const square = 15 * 2 ** 2 + 4 ** 2
  assert.deepEqual(reportLayer(tensor, weights), { name: 'x', outputs: 16, inputs: 16, depths: { 1: 1, 4: 1 },
    smoothing: { least: 2, most: 4 }, error: 0, worst: { output: 0, error: 0 } })
  tensor.bytes[384 + 4 * 6 + 1] -= 1 // output 6, channel 1: by 1 / 8, times scale and factor 1 / 16
  tensor.bytes[384 + 256 - 128 + 4 * 3 + 3] += 2 // output 11, channel 3: by 1 / 4 and 1 / 16
  const { error, worst } = reportLayer(tensor, weights)
  assert.deepEqual(worst, { output: 11, error: relative((4 / 16) ** 2, square) })
  assert.equal(error, relative((4 / 16) ** 2 + (2 / 16) ** 2, 16 * square))
})

test('weights of zeros have no error', () => {
  const { tensor, weights } = makeLayer()
  tensor.bytes.fill(0, 384)
  assert.equal(reportLayer(tensor, weights.fill(0)).error, 0)
})

test('each linear layer of a conversion, in the order of the image', async () => {
  const layersOf = (options) => withFolder((folder) => withCheckpoint(TINY, async (checkpoint) => {
    const layers = []
    await convertTo(checkpoint, join(folder, 'model'), { ...options, onLayer: (layer) => layers.push(layer) })
    return layers
  }))
  const [int8, int4, plain] =
    [await layersOf({}), await layersOf({ wire: 'int4' }), await layersOf({ smoothing: 'none' })]
  const names = ['attention.self', 'attention.output.dense', 'intermediate.dense', 'output.dense']
  assert.deepEqual(int8.map(({ name }) => name),
    [...[0, 1].flatMap((layer) => names.map((name) => `encoder.layer.${layer}.${name}`)), 'classifier.dense'])
  assert.deepEqual(int8.slice(0, 4).map(({ outputs, inputs }) => [outputs, inputs]),
    [[96, 32], [32, 32], [64, 32], [32, 64]])
  for (const [index, { error, worst, depths, smoothing, outputs }] of int8.entries()) {
    assert.ok(error > 0.002 && error < 0.02 && worst.error > error && worst.error < 3 * error, `${index}: ${error}`)
    assert.deepEqual(depths, { 4: outputs / 8 })
    assert.ok(smoothing.most > smoothing.least)
    assert.deepEqual(plain[index].smoothing, { least: 1, most: 1 })
    if (index < 8) assert.ok(int4[index].error > 5 * error, 'int4 rounds sixteen times more coarsely')
  }
  assert.deepEqual(int4[8], int8[8], 'classifier.dense travels raw')
})

test('convert --report: a table, and JSON', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'report.json')
    const convert = [MAIN, 'convert', TINY, join(folder, 'model'), '--name', 'tiny', '--report']
    const { stdout } = await promisify(execFile)(process.execPath, [...convert, file])
    const { name, quantization, fidelity, layers } = JSON.parse(await readFile(file, 'utf8'))
    assert.deepEqual([name, quantization.weights, fidelity.texts, layers.length], ['tiny', 'int8', 64, 9])
    const line = stdout.split('\n').find((text) => text.startsWith('encoder.layer.1.output.dense'))
    const { error, worst } = layers[7]
    const percent = (share) => `${(100 * share).toFixed(2)} %`
    const [, shape, depth, , found, least] = line.split(/ {2,}/)
    assert.deepEqual([shape, depth, found, least],
      ['32 x 64', '4', percent(error), `${worst.output}: ${percent(worst.error)}`])
    assert.match(stdout, /^mean; worst of all +0\.\d\d %  \d\.\d\d %, encoder/m)

    await assert.rejects(promisify(execFile)(process.execPath, [...convert, join(folder, 'no', 'file')]),
      { code: 1, stderr: /The model is written, but not .*file/ })
  })
})
