/** What is published: hashes that are right, a bill of materials without surprises, the same bytes each time. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
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
  const locks = run('git', ['-C', PROJECT, 'ls-files', '*package-lock.json']).trim().split('\n')
  assert.ok(locks.length > 5)
  for (const file of locks) {
    const { packages } = JSON.parse(readFileSync(join(PROJECT, file)))
    for (const [path, { integrity, link }] of Object.entries(packages)) {
      if (path !== '' && !link) assert.match(integrity ?? '', /^sha512-/, `${file}: ${path}`)
    }
  }
})

test('nothing is published from a repository that package.json does not name', () => {
  const text = readFileSync(join(PROJECT, '.github/workflows/publish.yml'), 'utf8')
  const [, indented] = /names this repository.*\n {8}run: \|\n((?: {10}.*\n)+)/.exec(text)
  const script = indented.replace(/^ {10}/gm, '')
  const env = { ...process.env, GITHUB_SERVER_URL: 'https://host.test', GITHUB_REPOSITORY: 'me/it' }
  for (const [repository, isRight] of [
    [{ type: 'git', url: 'git+https://host.test/me/it.git' }, true],
    [{ type: 'git', url: 'git+https://host.test/me/other.git' }, false],
    [undefined, false]
  ]) {
    writeFileSync(join(folders[0], 'package.json'), JSON.stringify({ name: 'x', repository }))
    const { status, stdout } = spawnSync('bash', ['-e', '-c', script], { cwd: folders[0], env, encoding: 'utf8' })
    assert.equal(status === 0, isRight)
    if (!isRight) assert.match(stdout, /^::error::package\.json: .*, not git\+https:\/\/host\.test\/me\/it\.git$/m)
  }
  assert.match(text, /\n {2}publish:\n {4}needs: pack\n/)
})

test('workflows run others\' actions by hash alone, and no text of an event as a script', () => {
  const folder = join(PROJECT, '.github/workflows')
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [line, action] of text.matchAll(/\buses: (\S+).*/g)) {
      assert.match(line, action.startsWith('./') ? /./ : /@[0-9a-f]{40} # v\d/, `${file}: ${line}`)
    }
    assert.match(text, /^permissions:( \{\}|\n {2}contents: read\n)/m, `${file}: by default nothing may be written`)
    assert.doesNotMatch(text, /pull_request_target|secrets\./, file)
    for (const [, script] of text.matchAll(/\brun:(.*(?:\n {10,}.*)*)/g)) assert.doesNotMatch(script, /\$\{\{/, file)
  }
})
