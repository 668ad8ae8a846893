/**
 * The converter from end to end: checkpoints that transformers wrote, against PyTorch's logits; the same bytes twice;
 * nothing left behind by failures; each broken checkpoint its own error.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { openCheckpoint } from '../../js/convert/checkpoint.js'
import { convertCheckpoint } from '../../js/convert/index.js'
import { referenceLogits } from '../../js/convert/network.js'
import { openOutput } from '../../js/convert/node-output.js'
import { ShardWriter } from '../../js/convert/shard-writer.js'
import { parseManifest } from '../../js/manifest.js'
import { MODES } from '../../web/wasm.js'
import { convertTo, logitsOf, openModel, wasmUrl, withCheckpoint, withFolder } from './convert-folder.js'
import { makeModel } from './fake-model.js'
import { CONFIG, checkpointFiles, makeTensors, safetensorsFile } from './make-checkpoint.js'
import { convertTinyModel } from './tiny-model.js'

const GOLDEN = fileURLToPath(new URL('../golden/', import.meta.url))
const SHARED = process.env.BERTWEET_SHARED ?? fileURLToPath(new URL('../../../shared/', import.meta.url))
const TWEET_MINI = join(SHARED, 'models', 'tweet-mini')
const TINY = ['tiny-bin', 'tiny-sharded', 'tiny-f16', 'tiny-bf16', 'tiny-multi-label']

const largestDifference = (found, expected) =>
  Math.max(...expected.map((value, index) => Math.abs(value - found[index])))

const sha256Of = (bytes) => createHash('sha256').update(bytes).digest('hex')

const readGolden = async (path) => JSON.parse(await readFile(join(GOLDEN, path), 'utf8'))

/** Tensors of a small model, all 0.5 unless one is changed: name without prefix, and what its last number becomes. */
function makeSoundTensors(changed, value) {
  const tensors = makeTensors(CONFIG, 'F32')
  for (const { name, bytes } of tensors) {
    const numbers = new Float32Array(bytes.buffer).fill(0.5)
    if (name.replace('roberta.', '') === changed) numbers[numbers.length - 1] = value
  }
  return tensors
}

/** A small checkpoint in memory that converts, apart from the changes. */
const openSound = (changes = {}, tensors = makeSoundTensors()) =>
  openCheckpoint(checkpointFiles({ 'model.safetensors': safetensorsFile(tensors), ...changes }))

/* ------------------------------------------------------------------------------------- against PyTorch -- */

async function comparePaths(t, checkpointDirectory, rows, tolerance) {
  const expected = rows.flatMap(({ logits }) => logits)
  await withCheckpoint(checkpointDirectory, async (checkpoint) => {
    const reference = await referenceLogits({ checkpoint, ids: rows.map(({ ids }) => ids), wasmUrl })
    const difference = largestDifference(reference, expected)
    t.diagnostic(`fp32: largest logit difference to PyTorch ${difference.toExponential(2)} over ${rows.length} texts`)
    assert.ok(difference < tolerance, `${difference}`)
    await withFolder(async (folder) => {
      const manifest = await convertTo(checkpoint, join(folder, 'model'))
      t.diagnostic(`int8: ${JSON.stringify(manifest.fidelity)}`)
      const { wasm } = await openModel(join(folder, 'model'))
      for (const { text, ids } of rows.filter(({ text }) => text !== null)) {
        assert.deepEqual([...wasm.tokenize(text, MODES.pysentimiento, manifest.maxTokens).ids], ids)
      }
      const quantized = rows.flatMap(({ ids }) => [...logitsOf(wasm, ids)])
      const mean = expected.reduce((sum, value, index) => sum + Math.abs(value - quantized[index]), 0) / expected.length
      t.diagnostic(`int8: mean logit difference to PyTorch ${mean.toFixed(4)}`)
      assert.ok(mean < 0.25, 'with logits that spread by 1.5')
    })
  })
}

for (const name of TINY) {
  test(`${name}: as PyTorch`, async (t) => {
    const { rows } = await readGolden(`${name}/logits.json`)
    await comparePaths(t, join(GOLDEN, name), rows, 5e-5)
  })
}

test('tweet-mini: as PyTorch', { skip: existsSync(TWEET_MINI) ? false : `${TWEET_MINI} is not there` }, async (t) => {
  const { rows } = await readGolden('logits-tweet-mini.json')
  await comparePaths(t, TWEET_MINI, rows, 5e-5)
})

/* ----------------------------------------------------------------------------------------- the manifest -- */

test('the manifest says what was converted, and its self-test can be replayed', async () => {
  await withFolder((folder) => withCheckpoint(join(GOLDEN, 'tiny-multi-label'), async (checkpoint) => {
    const directory = join(folder, 'model')
    await convertTo(checkpoint, directory, { repository: 'pysentimiento/x', revision: 'abc' })
    const { manifest, wasm } = await openModel(directory)
    assert.deepEqual(manifest.labels, ['hateful', 'targeted', 'aggressive'])
    assert.equal(manifest.problemType, 'multi_label_classification')
    assert.equal(manifest.preprocess, 'pysentimiento')
    assert.equal(manifest.maxTokens, 128)
    assert.match(manifest.license.summary, /^Non-commercial use and scientific research/)
    assert.equal(manifest.source.repository, 'pysentimiento/x')
    assert.deepEqual(Object.keys(manifest.source.files).sort(),
      (await readdir(join(GOLDEN, 'tiny-multi-label'))).filter((file) => file !== 'logits.json').sort())
    assert.equal(manifest.fidelity.texts, 64)
    assert.ok(manifest.fidelity.labelAgreement > 0.9 && manifest.fidelity.meanScoreDifference < 0.03)

    const logits = manifest.selfTest.texts.map(({ text, ids, scores }) => {
      assert.deepEqual([...wasm.tokenize(text, MODES[manifest.preprocess], manifest.maxTokens).ids], ids)
      const found = logitsOf(wasm, ids)
      assert.ok(largestDifference(wasm.sigmoid(found, 1), scores) <= manifest.selfTest.tolerance)
      return found
    })
    const bits = Buffer.concat(logits.map(({ buffer }) => Buffer.from(buffer)))
    assert.equal(Buffer.from(wasm.sha256(bits)).toString('hex'), manifest.selfTest.logits)
  }))
})

test('text mode: what tokenizer_config.json says, unless another is asked for', async () => {
  const changes = { 'tokenizer_config.json': '{"normalization": true, "model_max_length": 8}' }
  const checkpoint = await openSound(changes)
  assert.deepEqual(pick(await convert(checkpoint)), { preprocess: 'bertweet', maxTokens: 8 })
  assert.deepEqual(pick(await convert(checkpoint, { preprocess: 'none' })), { preprocess: 'none', maxTokens: 8 })
  assert.deepEqual(pick(await convert(await openSound())),
    { preprocess: 'pysentimiento', maxTokens: 8 }, 'ten positions hold eight tokens')
  await assert.rejects(convert(checkpoint, { preprocess: 'tweet' }), { code: 'input' })
})

const pick = ({ preprocess, maxTokens }) => ({ preprocess, maxTokens })

test('a shard ends where the resident part does', async () => {
  for (const wire of ['raw', 'int4']) {
    const { manifest: { image, shards } } = await convertTinyModel({}, wire)
    assert.ok(image.resident < image.bytes, 'there is a tail')
    assert.ok(shards.some(({ offset }) => offset === image.resident), wire)
    assert.equal(shards.at(-1).offset + shards.at(-1).size, image.bytes)
  }
})

test('the temperature goes into the manifest, the shards do not depend on it', async () => {
  await withFolder((folder) => withCheckpoint(join(GOLDEN, 'tiny-bin'), async (checkpoint) => {
    const plain = await convertTo(checkpoint, join(folder, 'a'))
    const { temperature, ...rest } = await convertTo(checkpoint, join(folder, 'b'), { temperature: 1.75 })
    assert.equal(temperature, 1.75)
    assert.deepEqual({ ...rest, temperature: 1 }, plain)
    for (const wrong of [0, -1, NaN, Infinity, '2']) {
      await assert.rejects(convertTo(checkpoint, join(folder, 'c'), { temperature: wrong }),
        { code: 'input', message: /temperature must be a number over 0/ })
    }
  }))
})

test('licences', async () => {
  const licenseOf = async (changes, options) => (await convert(await openSound(changes), options)).license
  const readme = (head, body = '') => ({ 'README.md': `---\n${head}\n---\n${body}` })
  assert.deepEqual(await licenseOf({ ...readme('language: en\nlicense: mit'), LICENSE: 'MIT License' }),
    { id: 'mit', summary: 'mit', text: 'MIT License' })
  assert.deepEqual(await licenseOf(readme('license:\n- apache-2.0')),
    { id: 'apache-2.0', summary: 'apache-2.0', text: null })
  assert.deepEqual(await licenseOf(readme('license: other\nlicense_name: "my terms"')),
    { id: 'other', summary: 'my terms', text: null })
  assert.match((await licenseOf()).summary, /^No licence is stated/)
  const researchOnly = /^Non-commercial use and scientific research purposes only/
  assert.match((await licenseOf(readme('language: en'), { repository: 'finiteautomata/y' })).summary, researchOnly)
  const card = 'an open-source library for non-commercial use and scientific research purposes only'
  assert.match((await licenseOf(readme('language: en', card))).summary, researchOnly)
})

/* --------------------------------------------------------------------- the same bytes, whole or not at all -- */

test('two conversions give the same bytes, and the second replaces the first', async () => {
  await withFolder((folder) => withCheckpoint(join(GOLDEN, 'tiny-bin'), async (checkpoint) => {
    await convertTo(checkpoint, join(folder, 'a'))
    await convertTo(checkpoint, join(folder, 'b'))
    await convertTo(checkpoint, join(folder, 'b'))
    assert.deepEqual((await readdir(folder)).sort(), ['a', 'b'])
    const names = await readdir(join(folder, 'a'))
    assert.deepEqual(await readdir(join(folder, 'b')), names)
    for (const name of names) {
      assert.deepEqual(await readFile(join(folder, 'b', name)), await readFile(join(folder, 'a', name)), name)
    }
  }))
})

test('a conversion that fails leaves nothing, and what was there before stays', async () => {
  await withFolder((folder) => withCheckpoint(join(GOLDEN, 'tiny-bin'), async (checkpoint) => {
    const directory = join(folder, 'model')
    await convertTo(checkpoint, directory)
    const before = await readFile(join(directory, 'manifest.json'))

    const abort = new AbortController()
    const stages = []
    const onProgress = ({ stage, loaded, total }) => {
      stages.push(stage)
      assert.ok(loaded <= total)
      if (loaded > total / 2) abort.abort()
    }
    await assert.rejects(convertTo(checkpoint, directory, { onProgress, signal: abort.signal }), { code: 'aborted' })
    assert.ok(stages.length > 1 && !stages.includes('check'))

    const truncated = { ...checkpoint, read: () => Promise.reject(new Error('disk on fire')) }
    await assert.rejects(convertTo(truncated, directory), /disk on fire/)
    await assert.rejects(convertTo(truncated, join(folder, 'new')), /disk on fire/)
    assert.deepEqual(await readdir(folder), ['model'])
    assert.deepEqual(await readFile(join(directory, 'manifest.json')), before)
  }))
})

test('progress counts every number of the checkpoint once, then the texts', async () => {
  const checkpoint = await openSound()
  const last = {}
  await convert(checkpoint, { onProgress({ stage, loaded, total }) {
    assert.ok(loaded > (last[stage]?.loaded ?? 0))
    last[stage] = { loaded, total }
  } })
  assert.equal(last.weights.loaded, last.weights.total)
  assert.deepEqual(last.check, { loaded: 64, total: 64 })
})

test('shards of the same bytes have names of their own', async () => {
  const files = {}
  const writer = new ShardWriter({ write: async (name, bytes) => { files[name] = bytes } }, sha256Of, null)
  await writer.write(new Uint8Array(3 * (8 << 20) + 5))
  const shards = await writer.finish()
  assert.equal(new Set(shards.map(({ file }) => file)).size, 4)
  assert.deepEqual(shards.map(({ file }) => files[file].length), [8 << 20, 8 << 20, 8 << 20, 5])
  const { manifest } = await makeModel()
  const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0)
  parseManifest({ ...manifest, shards, bytes, image: { bytes, resident: bytes } }, 'here')
})

test('what was there stays where the new model cannot take its place', async () => {
  await withFolder(async (folder) => {
    const target = join(folder, 'model')
    await mkdir(target)
    await writeFile(join(target, 'manifest.json'), 'old')
    const output = await openOutput(target)
    await output.discard()
    await assert.rejects(output.commit(), { code: 'ENOENT' })
    assert.deepEqual(await readdir(folder), ['model'])
    assert.equal(await readFile(join(target, 'manifest.json'), 'utf8'), 'old')
  })
})

test('nothing but an earlier model is replaced', async () => {
  await withFolder(async (folder) => {
    const occupied = join(folder, 'occupied')
    await mkdir(occupied)
    await writeFile(join(occupied, 'thesis.txt'), 'five years of work')
    await assert.rejects(openOutput(occupied), { code: 'input', message: /thesis\.txt/ })
    await assert.rejects(openOutput(join(occupied, 'thesis.txt')), { code: 'input' })
    assert.deepEqual(await readdir(occupied), ['thesis.txt'])
    await mkdir(join(folder, 'empty'))
    await openOutput(join(folder, 'empty')).then((output) => output.discard())
    assert.deepEqual((await readdir(folder)).sort(), ['empty', 'occupied'])
  })
})

/* ----------------------------------------------------------------------------------- broken checkpoints -- */

/** Converts in memory. */
async function convert(checkpoint, options = {}) {
  const files = new Map()
  const manifest = await convertCheckpoint({ checkpoint, name: 'test', wasmUrl, ...options, output: {
    write: async (name, bytes) => { files.set(name, bytes) },
    read: async (name) => files.get(name),
    commit: async () => {},
    discard: async () => { files.clear() },
  } })
  assert.deepEqual([...files.keys()].sort(), [...manifest.shards.map(({ file }) => file), 'manifest.json'].sort())
  return manifest
}

test('NaN and infinity are refused with the tensor\'s name', async () => {
  const tensors = [
    'embeddings.word_embeddings.weight', 'embeddings.position_embeddings.weight', 'embeddings.LayerNorm.weight',
    'encoder.layer.0.attention.self.key.weight', 'encoder.layer.0.attention.self.value.bias',
    'encoder.layer.0.attention.output.LayerNorm.bias', 'encoder.layer.0.output.dense.weight',
    'classifier.dense.bias', 'classifier.out_proj.weight',
  ]
  for (const name of tensors) {
    for (const value of [NaN, Infinity, -Infinity]) {
      const checkpoint = await openSound({}, makeSoundTensors(name, value))
      const message = new RegExp(`^Tensor "${name}": found NaN or infinity`)
      await assert.rejects(convert(checkpoint), { code: 'model', message }, `${name} ${value}`)
    }
  }
})

test('options that have a few values: any other is refused, and those there are named', async () => {
  const checkpoint = await openSound()
  const choices = { preprocess: 'bertweet', wire: 'int4', smoothing: 'smoothquant', rounding: 'error-feedback' }
  for (const [option, known] of Object.entries(choices)) {
    const message = new RegExp(`^${option} must be one of .*${known}.*; found best\\.$`)
    await assert.rejects(convert(checkpoint, { [option]: 'best' }), { code: 'input', message })
  }
})

test('more tokens than embeddings', async () => {
  const vocab = Array.from({ length: 40 }, (_, index) => `w${index} ${100 - index}\n`).join('')
  const checkpoint = await openSound({ 'vocab.txt': vocab })
  await assert.rejects(convert(checkpoint), { code: 'model', message: /expected at most 12 tokens.*found 45/ })
})
