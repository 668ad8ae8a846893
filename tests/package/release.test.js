/** What is published: hashes that are right, a bill of materials without surprises, the same bytes each time. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'
import { pack } from '../../web/pack.mjs'
import { PROJECT, run } from './tools.js'

const folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'bertweet-release-')))
const [release] = folders.map(pack)
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

test('two releases of the same files are the same bytes, wherever they are made', () => {
  const [names, others] = folders.map((folder) => readdirSync(folder).sort())
  assert.equal(names.length, 3)
  assert.deepEqual(names, others)
  for (const name of names) {
    const [one, other] = folders.map((folder) => readFileSync(join(folder, name)))
    assert.ok(one.equals(other), name)
  }
})

test('the hashes are those of the files in the package, and none is left out', () => {
  const [folder] = folders
  run('tar', ['-xzf', release.tarball, '-C', folder])
  const packed = run('tar', ['-tzf', release.tarball]).trim().split('\n').map((path) => path.replace(/^package\//, ''))
  const lines = readFileSync(join(folder, basename(release.tarball).replace('.tgz', '.integrity')), 'utf8').trim()
  const hashes = new Map(lines.split('\n').map((line) => line.split(' ').reverse()))
  assert.deepEqual([...hashes.keys()].sort(), packed.sort())
  for (const [path, hash] of hashes) {
    const bytes = readFileSync(join(folder, 'package', path))
    assert.equal(hash, `sha384-${createHash('sha384').update(bytes).digest('base64')}`, path)
  }
  rmSync(join(folder, 'package'), { recursive: true })
})

test('the bill of materials has the files, the compilers, and no other package', () => {
  const { metadata, components, dependencies } = release.bom
  assert.equal(metadata.component.name, 'bertweet-wasm')
  const tools = metadata.component.properties.map(({ name }) => name.split(':').at(-1))
  assert.deepEqual(tools, ['emcc', 'clang', 'binaryen'])
  assert.deepEqual(components.filter(({ type }) => type !== 'file'), [])
  assert.equal(components.length, Object.keys(release.integrity).length)
  assert.deepEqual(dependencies.flatMap(({ dependsOn = [] }) => dependsOn), [])
})

test('the package runs nothing at its users\', and its lock files pin what the tests install by hash', () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json')))
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'preprepare', 'postprepare']) {
    assert.equal(scripts[name], undefined, name)
  }
  for (const file of ['package-lock.json', 'tests/package/package-lock.json', 'tests/bench/package-lock.json']) {
    const { packages } = JSON.parse(readFileSync(join(PROJECT, file)))
    for (const [path, { integrity, link }] of Object.entries(packages)) {
      if (path !== '' && !link) assert.match(integrity ?? '', /^sha512-/, `${file}: ${path}`)
    }
  }
})
