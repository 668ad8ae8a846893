/**
 * Images that mean ill, all the way from a server: hashes are right, and what is in them is not. tests/c/test_hostile.c
 * goes through every field; here the error must reach the page, and leave nothing broken behind.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import { createClassifier } from '../../js/index.js'
import { sha256 } from './fake-model.js'
import { refusesEach } from './hostile.js'
import { makeTinyModel } from './tiny-model.js'

const tiny = await makeTinyModel()
const image = Buffer.concat(tiny.manifest.shards.map(({ file }) => tiny.files[file]))

/** Where a tensor's entry stands in the table, and its data in the image. */
function find(name) {
  for (let entry = 128; ; entry += 80) {
    if (image.toString('latin1', entry, image.indexOf(0, entry)) !== name) continue
    return { entry, at: Number(image.readBigUInt64LE(entry + 64)), rows: image.readUInt32LE(entry + 52) }
  }
}

/** A model of one shard. */
async function modelOf(bytes, shard = {}, changes = {}) {
  const hash = await sha256(bytes)
  const { manifest } = tiny
  return {
    manifest: { ...manifest, bytes: bytes.length, ...changes, shards: [{ file: 'all.bin', bytes: bytes.length,
      sha256: hash, encoding: 'raw', offset: 0, size: manifest.image.bytes, ...shard }] },
    files: { 'all.bin': bytes }
  }
}

/** The image with a u32 replaced. */
function withWord(at, value) {
  const changed = Buffer.from(image)
  changed.writeUInt32LE(value, at)
  return modelOf(new Uint8Array(changed))
}

const NOT_A_NUMBER = 0x7fc00000
const [words, self, output] = ['embeddings.word_embeddings', 'encoder.layer.0.attention.self', 'classifier.out_proj']
  .map(find)
/** A shard in the encoding int4: [kind, group, length, ...payload]. */
const wire = (kind, group, length, ...payload) => {
  const bytes = new Uint8Array(8 + payload.length)
  bytes.set([kind, group, 0, 0, length & 255, length >> 8 & 255, length >> 16 & 255, length >>> 24, ...payload])
  return modelOf(bytes, { encoding: 'int4' })
}

const load = async (model) => {
  const classifier = await createClassifier({ model: await model, worker: false })
  await classifier.dispose()
}

refusesEach('an image', [
  ['another beginning', withWord(0, 0x04034b50), 'format', /shards/],
  ['another version', withWord(8, 3), 'format', /Update bertweet-wasm/],
  ['a hidden size of 2^32 - 16', withWord(40, 0xfffffff0), 'model', /hidden_size: expected 16384, found 4294967280/],
  ['a million layers', withWord(44, 1e6), 'model', /num_layers: expected 64, found 1000000/],
  ['heads that do not divide', withWord(48, 3), 'model', /multiple of 4 num_heads/],
  ['an offset near 2^32', withWord(self.entry + 64, 0xffffffc0), 'model', /attention\.self: offset.*found 4294967232/],
  ['an offset beyond 2^32', withWord(self.entry + 68, 1), 'model', /attention\.self: offset.*found 4294967296|offset/],
  ['a tensor over another', withWord(words.entry + 64, 0), 'model', /word_embeddings: offset.*found 0/],
  ['a size of nothing', withWord(words.entry + 72, 0), 'model', /word_embeddings: nbytes/],
  ['a scale of NaN', withWord(words.at, NOT_A_NUMBER), 'model', /word_embeddings: finite scales/],
  ['a head of infinity', withWord(output.at, 0x7f800000), 'model', /out_proj: finite values/],
  ['weights over the 16-bit bound', withWord(self.at + Number(image.readBigUInt64LE(self.entry + 72)) - 4, 0x80808080),
    'model', /16-bit bound/],
  ['a merge of itself without end', withWord(find('tokenizer.merge_rows').at, 1), 'model', /merge_rows: first/],
  ['another number of labels', withWord(60, 2), 'model', /out_proj: rows|num_labels|nbytes/],
  ['int4 that is none', wire(7, 32, 256), 'model', /A shard cannot be decoded/]
], load)

for (const [what, model] of [
  ['no bytes of payload', wire(1, 32, 256)],
  ['a run of 4 GB', wire(0, 0, 0xffffffff, 1, 2, 3)],
  ['a run of nothing', wire(0, 0, 0)],
  ['a run that is too short', wire(0, 0, 3, 1, 2, 3)],
  ['a multiplier of -128', wire(2, 16, 16, 128, 0, 0, 0, 0, 0, 0, 0, 0)]
]) {
  test(`refused: int4 with ${what}`, async () => {
    await assert.rejects(load(model), { code: 'model', message: /cannot be decoded/ })
  })
}

test('a manifest that describes another image is refused by the size that differs', async () => {
  const { config, labels } = tiny.manifest
  for (const [name, value] of Object.entries(config).filter(([name]) => name !== 'layer_norm_eps')) {
    const model = modelOf(new Uint8Array(image), {}, { config: { ...config, [name]: value + 16 } })
    const message = new RegExp(`${name} is ${value + 16} in the manifest`)
    await assert.rejects(load(model), { code: 'model', message })
  }
  await assert.rejects(load(modelOf(new Uint8Array(image), {}, { labels: [...labels, 'more'] })),
    { code: 'model', message: /number of labels is 4 in the manifest, 3/ })
})

test('numbers that are finite and make infinity: an error, and never a score that is none', async () => {
  const changed = Buffer.from(image)
  for (let label = 0; label < 3; label++) {
    for (let column = 0; column < 33; column++) changed.writeFloatLE(3e38, output.at + 4 * (33 * label + column))
  }
  const classifier = await createClassifier({ model: await modelOf(new Uint8Array(changed)), worker: false })
  for (const text of ['good', 'bad', '']) {
    await classifier.classify(text).then(({ scores }) => {
      for (const score of Object.values(scores)) assert.ok(Number.isFinite(score))
    }, (error) => assert.equal(error.code, 'model'))
  }
  await classifier.dispose()
})

test('after all of these, the model itself loads and answers', async () => {
  const classifier = await createClassifier({ model: await modelOf(new Uint8Array(image)), worker: false })
  const { scores } = await classifier.classify('fine')
  const sum = Object.values(scores).reduce((total, score) => total + score, 0)
  assert.ok(Math.abs(sum - 1) < 1e-6)
  await classifier.dispose()
})
