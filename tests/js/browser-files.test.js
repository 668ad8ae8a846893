/** A checkpoint as a browser has it, File objects, becomes the bytes that a folder becomes in Node. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClassifier } from '../../js/index.js'
import { blobOutput, openFileList } from '../../js/convert/browser-files.js'
import { openCheckpoint } from '../../js/convert/checkpoint.js'
import { convertCheckpoint } from '../../js/convert/index.js'
import { createHashes } from '../../web/wasm-convert.js'
import { compile } from '../../web/wasm.js'
import { convertTo, withCheckpoint, withFolder } from './convert-folder.js'
import { binaryUrl } from './tiny-model.js'

const wasmUrl = binaryUrl('bertweet-convert.wasm')
const module = await compile(wasmUrl.href)

for (const name of ['tiny-sharded', 'tiny-bin']) {
  test(`${name}: the same model as from a folder`, async () => {
    const folder = fileURLToPath(new URL(`../golden/${name}`, import.meta.url))
    const names = await readdir(folder)
    const list = await Promise.all(names.map(async (file) => new File([await readFile(join(folder, file))], file)))
    const checkpoint = await openCheckpoint(await openFileList(list, module))
    const output = blobOutput()
    const manifest = await convertCheckpoint({ checkpoint, output, name, wasmUrl })
    await withFolder(async (home) => {
      const expected = await withCheckpoint(folder, (opened) => convertTo(opened, join(home, 'model')))
      assert.deepEqual({ ...manifest, name: '' }, { ...expected, name: '' })
    })
    const { 'manifest.json': written, ...files } = output.files
    const model = { manifest: written, files }
    const classifier = await createClassifier({ model, wasmUrl: binaryUrl('bertweet.wasm') })
    assert.ok(manifest.labels.includes((await classifier.classify('so good')).label))
    await classifier.dispose()
  })
}

test('hashes of pieces, several at a time', async () => {
  const createHasher = await createHashes(module)
  const bytes = Uint8Array.from({ length: 3 << 20 }, (_, i) => i * 7 + (i >> 9))
  const hashers = [4099, 63 << 10, 1 << 20, 1 << 21].map((size) => ({ size, ours: createHasher(), at: 0 }))
  while (hashers.some(({ at }) => at < bytes.length)) {
    for (const hasher of hashers) {
      const end = Math.min(hasher.at + hasher.size, bytes.length)
      hasher.ours.update(bytes.subarray(hasher.at, end))
      hasher.at = end
    }
  }
  const expected = createHash('sha256').update(bytes).digest('hex')
  assert.deepEqual(hashers.map(({ ours }) => ours.digest()), hashers.map(() => expected))
})

test('files that are not there, or shorter than they were', async () => {
  const files = await openFileList([new File(['abc'], 'a.txt')], module)
  assert.deepEqual(files.list(), ['a.txt'])
  assert.equal(files.size('a.txt'), 3)
  assert.throws(() => files.size('b.txt'), { code: 'model', message: /b\.txt is not among/ })
  await assert.rejects(files.read('a.txt', 0, 4), { code: 'model', message: /truncated/ })
})
