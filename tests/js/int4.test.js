/**
 * The wire encoding int4 from end to end: a conversion, the classifier that loads its shards, the same bits as of the
 * raw image, and shards that are damaged or lie.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { createClassifier } from '../../js/index.js'
import { ShardWriter } from '../../js/convert/shard-writer.js'
import { ConvertWasm } from '../../web/wasm-convert.js'
import { Wasm, compile } from '../../web/wasm.js'
import { convertTo, logitsOf, openModel, withCheckpoint, withFolder, wasmUrl } from './convert-folder.js'
import { sha256 } from './fake-model.js'
import { binaryUrl, makeTinyModel } from './tiny-model.js'

const TINY = fileURLToPath(new URL('../golden/tiny-bin', import.meta.url))

let tiny

before(async () => { tiny = await makeTinyModel({}, 'int4') })

const open = (model) => createClassifier({ model, wasmUrl: binaryUrl('bertweet.wasm'), worker: false, cache: false })

const KINDS = Object.freeze({ raw: 0, panels: 1, rows: 3, shorts: 4 })

/** Expands a shard as MODEL.md says it is written. @param {Uint8Array} wire */
function expand(wire) {
  const image = []
  const view = new DataView(wire.buffer, wire.byteOffset, wire.length)
  let at = 0
  const take = (length) => wire.subarray(at, at += length)

  /** Multipliers and codes of so many weights. */
  function weights(length, isLinear, group) {
    const [groups, half] = isLinear ? [8, 16] : [1, 8]
    for (let done = 0; done < length; done += groups * group) {
      const multipliers = new Int8Array(take(groups).slice().buffer)
      const codes = take(groups * group / 2)
      for (let i = 0; i < groups * group; i++) {
        const pair = codes[Math.floor(i / (2 * half)) * half + i % half]
        const code = Math.floor(i / half) % 2 ? pair >> 4 : pair & 15
        image.push((code < 8 ? code : code - 16) * multipliers[isLinear ? (i >> 2) % 8 : 0] & 255)
      }
    }
  }

  while (at < wire.length) {
    const [kind, group, columns, length] = [wire[at], wire[at + 1], view.getUint16(at + 2, true),
      view.getUint32(at + 4, true)]
    at += 8
    if (kind === KINDS.raw) {
      for (const byte of take(length)) image.push(byte)
    } else if (kind === KINDS.shorts) {
      take(length / 2).forEach((byte, index) => image.push(byte, ...index % 2 ? [0, 0] : []))
    } else if (kind === KINDS.rows) {
      const marks = take(Math.ceil(length / columns / 8))
      for (let row = 0; row < length / columns; row++) {
        if (marks[row >> 3] >> row % 8 & 1) image.push(...image.slice(-columns))
        else weights(columns, false, group)
      }
    } else {
      weights(length, kind === KINDS.panels, group)
    }
  }
  return Uint8Array.from(image)
}

/** The model with its first shard changed; the manifest agrees with it. */
async function withShard(change) {
  const [shard, ...others] = tiny.manifest.shards
  const bytes = change(tiny.files[shard.file].slice())
  const changed = { ...shard, bytes: bytes.length, sha256: await sha256(bytes) }
  const manifest = { ...tiny.manifest, bytes: tiny.manifest.bytes - shard.bytes + bytes.length,
    shards: [changed, ...others] }
  return { manifest, files: { ...tiny.files, [shard.file]: bytes } }
}

test('a checkpoint becomes the same shards each time, smaller than its image', async (t) => {
  await withFolder((folder) => withCheckpoint(TINY, async (checkpoint) => {
    const manifest = await convertTo(checkpoint, join(folder, 'a'), { wire: 'int4' })
    const again = await convertTo(checkpoint, join(folder, 'b'), { wire: 'int4' })
    assert.deepEqual(again, manifest)
    const { weights, group, rounding } = manifest.quantization
    assert.deepEqual([weights, group, rounding], ['int4', 32, 'error-feedback'])
    for (const { file, bytes, size, encoding } of manifest.shards) {
      assert.equal(encoding, 'int4')
      assert.ok(bytes < size)
      assert.equal((await readFile(join(folder, 'a', file))).length, bytes)
    }
    assert.equal(manifest.bytes, manifest.shards.reduce((sum, { bytes }) => sum + bytes, 0))
    t.diagnostic(`${manifest.bytes} bytes for ${manifest.image.bytes}; ${JSON.stringify(manifest.fidelity)}`)
    assert.ok(manifest.fidelity.labelAgreement > 0.6, 'random weights, 16 columns: a hard case')
    const { wasm } = await openModel(join(folder, 'a'))
    const bits = Buffer.concat(manifest.selfTest.texts.map(({ ids }) => Buffer.from(logitsOf(wasm, ids).buffer)))
    assert.equal(Buffer.from(wasm.sha256(bits)).toString('hex'), manifest.selfTest.logits)
  }))
})

test('an encoding that is not known is refused', async () => {
  await withFolder((folder) => withCheckpoint(TINY, async (checkpoint) => {
    const converted = convertTo(checkpoint, join(folder, 'a'), { wire: 'int3' })
    await assert.rejects(converted, { code: 'input', message: /raw, int4/ })
  }))
})

test('loads, counts the bytes of the wire, and passes its self-test', async () => {
  const progress = []
  const classifier = await createClassifier({ model: tiny, wasmUrl: binaryUrl('bertweet.wasm'), worker: false,
    cache: false, onProgress: ({ loaded, total }) => progress.push({ loaded, total }) })
  assert.deepEqual(progress.at(-1), { loaded: tiny.manifest.bytes, total: tiny.manifest.bytes })
  const { passed, bits } = await classifier.selfTest()
  assert.deepEqual({ passed, bits }, { passed: true, bits: 'same' })
  await classifier.dispose()
})

test('the same image, sent raw, gives the same bits', async () => {
  const module = await compile(binaryUrl('bertweet.wasm').href)
  const { image, shards } = tiny.manifest
  const [expanded, raw] = [await Wasm.create(module, image.bytes), await Wasm.create(module, image.bytes)]
  for (const shard of shards) {
    expanded.writeShard(shard, tiny.files[shard.file])
    raw.writeShard({ ...shard, encoding: 'raw' }, expand(tiny.files[shard.file]))
  }
  for (const wasm of [expanded, raw]) wasm.open(image.bytes)
  for (const { ids } of tiny.manifest.selfTest.texts) {
    assert.deepEqual(logitsOf(expanded, ids), logitsOf(raw, ids))
  }
})

test('a damaged shard is an integrity error; one that lies with the right hash, a model error', async () => {
  const [{ file }] = tiny.manifest.shards
  const damaged = { ...tiny, files: { ...tiny.files, [file]: tiny.files[file].slice() } }
  damaged.files[file][1000] ^= 1
  await assert.rejects(open(damaged), { code: 'integrity', shard: file })
  const lies = [
    (bytes) => bytes.fill(255, 0, 1),
    (bytes) => bytes.fill(255, 4, 8),
    (bytes) => bytes.subarray(0, bytes.length - 1),
    (bytes) => Buffer.concat([bytes, bytes.subarray(0, 8)]),
  ]
  for (const lie of lies) await assert.rejects(open(await withShard(lie)), { code: 'model' })
  const classifier = await open(await withShard((bytes) => bytes))
  await classifier.dispose()
})

test('shards end between rows and groups, hold at most 8 MiB on either side, and can be decoded alone', async () => {
  const module = await compile(wasmUrl.href)
  const packer = await ConvertWasm.create(module,
    { hiddenSize: 16, numHeads: 4, intermediateSize: 16, labels: ['a'], layerNormEps: 1e-5 })
  const files = {}
  const writer = new ShardWriter({ write: async (name, bytes) => { files[name] = bytes } },
    (bytes) => packer.sha256(bytes), packer)
  const image = new Uint8Array(17 << 20).map((_, i) => 3 * (i * 7 % 15 - 7))
  const pieces = [
    [101, { kind: 'raw' }], [9 << 20, { kind: 'rows', columns: 48 }], [77, { kind: 'raw' }],
    [6 << 20, { kind: 'linear', columns: 96 }], [(1 << 20) - 178, { kind: 'raw' }], [1 << 20, { kind: 'shorts' }],
  ]
  const [firstRow, again] = [101, 48 * 30000]
  image.fill(6, firstRow + 48 * 99, firstRow + 48 * 99 + again)
  for (let at = 16 << 20; at < image.length; at += 4) image.fill(0, at + 2, at + 4)
  let offset = 0
  for (const [length, layout] of pieces) {
    await writer.write(image.subarray(offset, offset + length), layout)
    offset += length
  }
  const shards = await writer.finish()
  assert.equal(offset, image.length)
  assert.equal(writer.offset, image.length)
  let end = 0
  for (const { file, bytes, offset: begin, size } of shards) {
    assert.ok(bytes <= 1 << 23 && size <= 1 << 23 && bytes === files[file].length)
    assert.equal(begin, end)
    assert.ok(Buffer.from(image.subarray(begin, begin + size)).equals(expand(files[file])))
    end += size
  }
  assert.equal(end, image.length)
  const sent = shards.reduce((sum, { bytes }) => sum + bytes, 0)
  const [raw, linear, rows, shorts] = [(1 << 20), (6 << 20) * 17 / 32, ((9 << 20) - again) * 9 / 16, 1 << 19]
  assert.ok(Math.abs(sent - raw - linear - rows - shorts - (9 << 20) / 48 / 8) < 500, `${sent} bytes`)
})
