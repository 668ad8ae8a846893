/**
 * verify: a model is what its checkpoint converts to, and every deliberate mismatch is found and called by its name.
 */
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { before, test } from 'node:test'

import { createClassifier } from '../../js/index.js'
import { openCheckpoint } from '../../js/convert/checkpoint.js'
import { convertCheckpoint } from '../../js/convert/index.js'
import { FIDELITY_TEXTS } from '../../js/convert/texts.js'
import { assembleImage, verifyModel } from '../../js/verify/index.js'
import { readTensors } from '../../js/verify/image.js'
import { ROUNDINGS } from '../../js/verify/precision.js'
import { memoryFiles, safetensorsFile } from './make-checkpoint.js'
import { sha256 } from './fake-model.js'
import { binaryUrl } from './tiny-model.js'

const GOLDEN = new URL('../golden/tiny-bin/', import.meta.url)
const TEXTS = FIDELITY_TEXTS.slice(0, 20)
/** Random weights leave texts undecided. */
const LOOSE = { minAgreement: 0.8, maxScoreDifference: 0.5, maxMeanDifference: 0.1, maxKl: 0.1 }
const ANY = { minAgreement: 0, maxScoreDifference: 1, maxMeanDifference: 1, maxKl: 9 }
const wasmUrl = binaryUrl('bertweet-convert.wasm')

/** Files of the golden checkpoint, its tensors as f32 numbers, and the model it converts to. */
let contents
let tensors
let model

before(async () => {
  contents = {}
  for (const name of await readdir(GOLDEN)) contents[name] = new Uint8Array(await readFile(new URL(name, GOLDEN)))
  delete contents['logits.json']
  const checkpoint = await openCheckpoint(memoryFiles(contents))
  tensors = new Map()
  for (const name of checkpoint.names()) {
    const { bytes } = await checkpoint.read(name)
    tensors.set(name, { shape: checkpoint.shape(name), values: new Float32Array(bytes.buffer) })
  }
  delete contents['pytorch_model.bin']
  model = await convert(await makeCheckpoint())
})

/**
 * A checkpoint with changes.
 *
 * @param {{files?: Record<string, string>,
 *   tensors?: Record<string, (value: number, index: number, values: Float32Array) => number>}} [changes]
 */
function makeCheckpoint({ files = {}, tensors: changes = {} } = {}) {
  const changed = [...tensors].map(([name, { shape, values }]) => {
    const numbers = changes[name] ? values.map(changes[name]) : values
    return { name, dtype: 'F32', shape, bytes: new Uint8Array(numbers.buffer) }
  })
  return openCheckpoint(memoryFiles({ ...contents, 'model.safetensors': safetensorsFile(changed), ...files }))
}

async function convert(checkpoint, options = {}) {
  const files = {}
  const output = { write: async (name, bytes) => { files[name] = bytes.slice() }, read: async (name) => files[name],
    commit: async () => {}, discard: async () => {} }
  const manifest = await convertCheckpoint({ checkpoint, output, name: 'tiny', wasmUrl, ...options })
  return { manifest, files, image: await assembleImage(manifest, (file) => files[file], wasmUrl) }
}

/** A model with a change to a tensor of its image, and hashes that fit. */
async function tamper(name, change) {
  const image = model.image.slice()
  change(readTensors(image).get(name))
  const shards = await Promise.all(model.manifest.shards.map(async (shard) =>
    ({ ...shard, sha256: await sha256(image.subarray(shard.offset, shard.offset + shard.size)) })))
  return { manifest: { ...model.manifest, shards }, image }
}

async function withClassifier({ manifest, image, files }, use) {
  files ??= Object.fromEntries(manifest.shards.map(({ file, offset, size }) =>
    [file, image.slice(offset, offset + size)]))
  const classifier = await createClassifier({ model: { manifest, files }, worker: false,
    wasmUrl: binaryUrl('bertweet.wasm') })
  try {
    return await use(classifier)
  } finally {
    await classifier.dispose()
  }
}

/** Of 20 texts, the best two labels of a random network come that near for one. */
const thresholds = { minAgreement: 0.95 }

const verify = (subject, checkpoint, options = {}) => withClassifier(subject, (classifier) =>
  verifyModel({ ...subject, classifier, checkpoint, texts: TEXTS, wasmUrl, thresholds, ...options }))

const selfTest = (subject) => withClassifier(subject, (classifier) => classifier.selfTest())

/** Asserts that a mismatch of a kind was found, in these words, and that mismatches fail. */
function assertNamed({ findings, passed }, kind, words) {
  const mismatches = findings.filter(({ severity }) => severity === 'mismatch')
  assert.ok(mismatches.some((finding) => finding.kind === kind && words.test(finding.message)),
    `${kind} ${words}: ${JSON.stringify(findings, null, 1)}`)
  assert.equal(passed, false)
}

const mismatchesOf = ({ findings }) => findings.filter(({ severity }) => severity === 'mismatch')

/* ------------------------------------------------------------------------------------------------- all is well -- */

test('a model beside the checkpoint it comes from', async (t) => {
  const report = await verify(model, await makeCheckpoint())
  assert.deepEqual(report.findings, [])
  assert.equal(report.passed, true)
  assert.equal(report.sameImage, true)
  assert.equal(report.ids.model, report.ids.reference)
  assert.equal(report.scores.worst.length, 10)
  assert.equal(report.scores.worst[0].difference.toPrecision(5), report.scores.maxScoreDifference.toPrecision(5))
  t.diagnostic(JSON.stringify({ ...report.scores, worst: undefined }))
  const checked = await selfTest(model)
  assert.deepEqual({ ...checked, scores: undefined },
    { passed: true, texts: 13, ids: { same: 13 }, scores: undefined, bits: 'same', findings: [] })
})

test('the same numbers in another container: notes, no mismatch', async () => {
  const { 'model.safetensors': _, ...others } = contents
  const weights = new Uint8Array(await readFile(new URL('pytorch_model.bin', GOLDEN)))
  const report = await verify(model, await openCheckpoint(memoryFiles({ ...others, 'pytorch_model.bin': weights })))
  assert.equal(report.passed, true)
  assert.equal(report.sameImage, true)
  const kinds = report.findings.map(({ kind, severity }) => `${severity} ${kind}`)
  assert.deepEqual(kinds, ['note files', 'note files'])
})

test('a model without smoothing: beside what the checkpoint converts to without', async () => {
  const checkpoint = await makeCheckpoint()
  const plain = await convert(checkpoint, { smoothing: 'none' })
  const report = await verify(plain, checkpoint, { thresholds: ANY })
  assert.deepEqual([report.findings, report.sameImage], [[], true])
})

test('an int4 model rounded to the nearest, as all were whose manifests do not say how', async () => {
  const checkpoint = await makeCheckpoint()
  const earlier = await convert(checkpoint, { wire: 'int4', rounding: 'nearest' })
  const { rounding, ...quantization } = earlier.manifest.quantization
  assert.equal(rounding, 'nearest')
  earlier.manifest.quantization = quantization
  const report = await verify(earlier, checkpoint, { thresholds: ANY })
  assert.deepEqual([report.findings, report.sameImage], [[], true])
})

test('a model that travels as int4: expanded, beside what the checkpoint converts to as int4', async () => {
  const checkpoint = await makeCheckpoint()
  const int4 = await convert(checkpoint, { wire: 'int4' })
  assert.ok(int4.manifest.shards.every(({ encoding }) => encoding === 'int4'))
  const report = await verify(int4, checkpoint, { thresholds: ANY })
  assert.deepEqual([report.findings, report.sameImage], [[], true])

  const image = int4.image.slice()
  scalesOf(readTensors(image).get('encoder.layer.0.output.dense')).forEach((scale, index, scales) => {
    scales[index] = 1.1 * scale
  })
  assertNamed(await verify({ ...int4, image }, checkpoint, { thresholds: ANY }), 'scale',
    /output\.dense: the scale of all \d+ outputs is (9|10)\.\d+ % too large/)
})

/* --------------------------------------------------------------------------------------- deliberate mismatches -- */

test('normalization on, in the checkpoint or in the model', async () => {
  const settings = JSON.parse(new TextDecoder().decode(contents['tokenizer_config.json']))
  const files = { 'tokenizer_config.json': JSON.stringify({ ...settings, normalization: true }) }
  const report = await verify(model, await makeCheckpoint({ files }))
  assertNamed(report, 'text-mode', /bertweet, the model reads texts in mode pysentimiento \(normalization is on there/)
  assert.notEqual(report.ids.model, report.ids.reference)

  const normalizing = await convert(await makeCheckpoint(), { preprocess: 'bertweet' })
  assertNamed(await verify(normalizing, await makeCheckpoint()), 'text-mode', /normalization is off there, on here/)
  const meant = await verify(normalizing, await makeCheckpoint(), { preprocess: 'bertweet', thresholds: LOOSE })
  assert.deepEqual(mismatchesOf(meant), [])
  const manifest = { ...model.manifest, preprocess: 'bertweet' }
  assertNamed(await selfTest({ ...model, manifest }), 'text-mode', /pysentimiento, the model reads.* mode bertweet/)
})

test('a vocabulary shifted by one row', async () => {
  const lines = new TextDecoder().decode(contents['vocab.txt']).trimEnd().split('\n')
  const vocabulary = (...all) => ({ files: { 'vocab.txt': `${all.join('\n')}\n`, 'added_tokens.json': null } })
  const without = ({ files: { 'added_tokens.json': _, ...files } }) => ({ files })
  const last = lines.at(-1)
  const rolled = await verify(model, await makeCheckpoint(without(vocabulary(last, ...lines.slice(0, -1)))))
  assertNamed(rolled, 'vocabulary', /higher by 1: the vocabulary is shifted by 1 row/)
  assertNamed(rolled, 'vocabulary', /tokenizer\.symbol_ids/)

  const longer = await verify(model, await makeCheckpoint(without(vocabulary('zzzz 999', ...lines))))
  assertNamed(longer, 'vocabulary', /higher by 1: the vocabulary is shifted by 1 row/)
  assertNamed(longer, 'vocabulary', /added_tokens\.json: expected id/)

  const hidden = tensors.get('embeddings.word_embeddings.weight').shape[1]
  const roll = (_, index, values) => values[(index + hidden) % values.length]
  const rolledRows = await makeCheckpoint({ tensors: { 'embeddings.word_embeddings.weight': roll } })
  const embedding = await verify(model, rolledRows)
  assertNamed(embedding, 'vocabulary', /row r of the model is row r - 1 of the checkpoint/)
  assertNamed(embedding, 'weights', /word_embeddings\.weight: other numbers than those the model was made from/)
})

test('a tensor rounded to fp16 or bf16, on either side', async () => {
  for (const name of ['encoder.layer.1.intermediate.dense.weight', 'encoder.layer.0.attention.self.key.bias',
    'classifier.out_proj.weight', 'embeddings.word_embeddings.weight']) {
    for (const [format, round] of Object.entries(ROUNDINGS)) {
      const rounded = await makeCheckpoint({ tensors: { [name]: round } })
      assertNamed(await verify(model, rounded), 'precision',
        new RegExp(`${name}: rounded to ${format} in this checkpoint`))
      assertNamed(await verify(await convert(rounded), await makeCheckpoint()), 'precision',
        new RegExp(`${name}: rounded to ${format} where the model was made from`))
    }
  }
  const tampered = await tamper('classifier.out_proj', ({ bytes }) => {
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    values.forEach((value, index) => { values[index] = ROUNDINGS.fp16(value) })
  })
  assertNamed(await verify(tampered, await makeCheckpoint()), 'precision', /out_proj: rounded to fp16 in the model/)
})

/** Where the scales of a linear layer begin. */
const scalesOf = ({ bytes, rows, columns }) => {
  const align = (nbytes) => Math.ceil(nbytes / 64) * 64
  const offset = align(4 * columns) + align(2 * columns) + align(rows / 8)
  return new Float32Array(bytes.buffer, bytes.byteOffset + offset, rows)
}

test('scales off by 1 %', async () => {
  const one = await tamper('encoder.layer.1.output.dense', (tensor) => { scalesOf(tensor)[17] *= 1.01 })
  assertNamed(await verify(one, await makeCheckpoint()), 'scale',
    /encoder\.layer\.1\.output\.dense: the scale of output 17 is 1\.0\d % too large/)
  assertNamed(await selfTest(one), 'bits', /not, bit for bit/)

  const all = await tamper('encoder.layer.0.attention.self', (tensor) => {
    scalesOf(tensor).forEach((scale, index, scales) => { scales[index] = 0.99 * scale })
  })
  assertNamed(await verify(all, await makeCheckpoint()), 'scale', /the scale of all 96 outputs is 1\.0\d % too small/)

  const row = await tamper('embeddings.word_embeddings', ({ bytes, rows }) => {
    new Float32Array(bytes.buffer, bytes.byteOffset, rows)[40] *= 1.01
  })
  assertNamed(await verify(row, await makeCheckpoint()), 'scale',
    /word_embeddings: the scale of row 40 is 1\.0\d % too large/)

  const scaled = (value, index) => index >= 32 * 5 && index < 32 * 6 ? 1.01 * value : value
  const inCheckpoint = await makeCheckpoint({ tensors: { 'encoder.layer.0.attention.output.dense.weight': scaled } })
  assertNamed(await verify(model, inCheckpoint), 'scale',
    /attention\.output\.dense: the scale of output 5 is \S+ % too small/)
})

test('another version of the package emoji: the same texts, other words for emoji', async () => {
  const otherWords = (text) => text.replace(/\p{Extended_Pictographic}\ufe0f?/gu, ' emoji another name emoji ')
  const changed = await withClassifier(model, async (classifier) => Promise.all(
    model.manifest.selfTest.texts.map(async (entry) =>
      ({ ...entry, ids: (await classifier.tokenize(otherWords(entry.text))).ids }))))
  const manifest = { ...model.manifest, selfTest: { ...model.manifest.selfTest, texts: changed } }
  const result = await selfTest({ ...model, manifest })
  assertNamed(result, 'emoji', /another version of the package emoji/)
  assert.equal(result.findings.filter(({ kind }) => kind === 'ids' || kind === 'vocabulary').length, 0)
})

test('other numbers, other labels, other settings', async () => {
  const negate = (value, index) => index < 64 ? -value : value
  const negated = await makeCheckpoint({ tensors: { 'encoder.layer.0.output.dense.weight': negate } })
  assertNamed(await verify(model, negated), 'weights',
    /encoder\.layer\.0\.output\.dense: other numbers than the checkpoint's in 1 row of 32 \(0\)/)
  const norm = await verify(model, await makeCheckpoint({ tensors: {
    'encoder.layer.1.output.LayerNorm.bias': (value, index) => index === 3 ? value + 1e-6 : value } }))
  assertNamed(norm, 'weights', /encoder\.layer\.1\.output\.LayerNorm: other numbers.*row of 2 \(1\)/)
  const bias = await verify(model, await makeCheckpoint({ tensors: {
    'classifier.dense.bias': (value, index) => index === 9 ? value + 1e-6 : value } }))
  assertNamed(bias, 'weights', /classifier\.dense: other bias than the checkpoint's at 9/)

  const config = JSON.parse(new TextDecoder().decode(contents['config.json']))
  const withConfig = (changes) =>
    makeCheckpoint({ files: { 'config.json': JSON.stringify({ ...config, ...changes }) } })
  const labels = { id2label: { 0: 'POS', 1: 'NEU', 2: 'NEG' }, label2id: undefined }
  assertNamed(await verify(model, await withConfig(labels)), 'labels', /POS, NEU, NEG in the checkpoint, NEG, NEU, POS/)
  assertNamed(await verify(model, await withConfig({ layer_norm_eps: 1e-12 })), 'config', /layer_norm_eps: 1e-12/)
})

test('scores beyond the thresholds', async () => {
  const report = await verify(model, await makeCheckpoint(), { thresholds: { maxScoreDifference: 1e-9, maxKl: 0 } })
  assertNamed(report, 'scores', /the largest score difference is/)
  assertNamed(report, 'scores', /the KL divergence is/)
  const selfTested = structuredClone(model.manifest)
  selfTested.selfTest.texts[3].scores[0] += 0.3
  assertNamed(await selfTest({ ...model, manifest: selfTested }), 'scores',
    /Scores differ from the reference's by 0\.[23]/)
})

test('a manifest without a self-test, and one of another arithmetic', async () => {
  const { selfTest: recorded, ...manifest } = model.manifest
  await assert.rejects(selfTest({ ...model, manifest }), { code: 'model', message: /no self-test in its manifest/ })
  const result = await selfTest({ ...model, manifest: { ...manifest, selfTest: { ...recorded, arithmetic: 1 } } })
  assert.deepEqual([result.passed, result.bits], [true, 'unknown'])
})

test('rounding to 16 bits, against the formats themselves', () => {
  const { fp16, bf16 } = ROUNDINGS
  const cases = [[1, 1], [1 + 2 ** -11, 1], [1 + 3 * 2 ** -11, 1 + 2 ** -9], [65504, 65504], [65519, 65504],
    [65520, Infinity], [2 ** -24, 2 ** -24], [2 ** -25, 0], [1.5 * 2 ** -24, 2 ** -23], [-0.1, -0.0999755859375]]
  for (const [value, expected] of cases) assert.equal(fp16(value) + 0, expected, `${value}`)
  const words = new Uint32Array(1)
  const floats = new Float32Array(words.buffer)
  for (let word = 1; word < 2 ** 31; word += 104729 * 97) {
    words[0] = word
    const value = floats[0]
    if (!Number.isFinite(value)) continue
    words[0] = (word + 0x7fff + (word >>> 16 & 1)) & 0xffff0000
    assert.equal(bf16(value), floats[0] === Infinity ? 2 ** 128 : floats[0], `${value}`)
  }
})
