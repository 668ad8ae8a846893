import assert from 'node:assert/strict'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { modelModule, modelTypes, writeModelModule } from '../../web/make-model-module.mjs'
import { makeModel } from './fake-model.js'
import { models } from './models.js'
import { writeModel } from './tiny-model.js'

test('a generated module gives the manifest and the places of its shards, spelled out', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'model-'))
  t.after(() => rm(folder, { recursive: true }))
  const model = await makeModel()
  model.manifest.license.summary = 'quotes \' " ` ${x} \u2028 </script>'
  await writeModel(folder, model)
  await writeModelModule(folder)
  const { default: imported } = await import(pathToFileURL(join(folder, 'index.js')).href)
  assert.deepEqual(imported.manifest, model.manifest)
  for (const [name, url] of Object.entries(imported.files)) {
    assert.deepEqual(new Uint8Array(await readFile(url)), model.files[name])
  }
  const text = await readFile(join(folder, 'index.js'), 'utf8')
  assert.ok(text.includes("new URL('./shard1.bin', import.meta.url)"), 'literal, for bundlers')
  const written = (await readdir(folder)).filter((name) => !(name in model.files))
  assert.deepEqual(written.sort(), ['index.d.ts', 'index.js', 'manifest.json'])
})

test('a folder with a bad manifest gets no module', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'model-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeModel(folder, { manifest: { format: 'other' }, files: {} })
  await assert.rejects(writeModelModule(folder), { code: 'format' })
  assert.deepEqual(await readdir(folder), ['manifest.json'])
})

for (const { name, folder, manifest } of models()) {
  test(`${name}: its module is what the generator makes of its manifest, and its name that of the folder`, async () => {
    assert.equal(manifest.name, name)
    assert.equal(await readFile(join(folder, 'index.js'), 'utf8'), modelModule(manifest))
    assert.equal(await readFile(join(folder, 'index.d.ts'), 'utf8'), modelTypes(manifest))
  })
}

test('the default model ships', () => assert.ok(models().some(({ name }) => name === 'tweet-mini')))
