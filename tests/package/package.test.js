/** The package as its users get it: packed by npm, installed in an empty project, imported by its names. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../../', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'bertweet-package-'))

/** Runs a program in the empty project; its stdout, which a failure shows too. */
function run(command, args, { cwd = home, input } = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, input, encoding: 'utf8' })
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

let packed

before(() => {
  const pack = ['pack', '--json', '--loglevel=error', '--pack-destination', home]
  packed = JSON.parse(run('npm', pack, { cwd: project }))[0]
  writeFileSync(join(home, 'package.json'), '{ "type": "module", "private": true }')
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', join(home, packed.filename)])
})

after(() => rmSync(home, { recursive: true }))

test('it has no dependencies and installs alone', () => {
  const { packages } = JSON.parse(readFileSync(join(home, 'package-lock.json')))
  assert.deepEqual(Object.keys(packages), ['', 'node_modules/bertweet-wasm'])
})

test('it holds what runs, and nothing of the workshop', () => {
  const files = packed.files.map(({ path }) => path)
  for (const needed of ['LICENSE', 'README.md', 'dist/bertweet.wasm', 'dist/bertweet-convert.wasm', 'js/index.js']) {
    assert.ok(files.includes(needed), needed)
  }
  const expected = /^(js|web|dist|demo|models\/tweet-mini)\/|^(LICENSE|README\.md|package\.json)$/
  assert.deepEqual(files.filter((path) => !expected.test(path)), [])
  assert.deepEqual(files.filter((path) => /\.(c|h|txt|sh|mjs|py)$/.test(path) && !path.startsWith('demo/')), [])
})

test('its version is that of the C header', () => {
  const [, version] = /^#define BT_VERSION "(.*)"$/m.exec(readFileSync(join(project, 'src/bertweet.h'), 'utf8'))
  assert.equal(packed.version, version)
})

test('a program imports it and classifies', () => {
  writeFileSync(join(home, 'main.js'), `
    import { createClassifier } from 'bertweet-wasm'
    const classifier = await createClassifier()
    console.log((await classifier.classify('what a wonderful day, I love it')).label)
    await classifier.dispose()`)
  assert.equal(run(process.execPath, ['main.js']), 'POS\n')
})

test('importing it does nothing yet', () => {
  const script = `const before = Object.keys(globalThis).length
    await import('bertweet-wasm')
    console.log(Object.keys(globalThis).length - before, process.getActiveResourcesInfo().includes('Worker'))`
  assert.equal(run(process.execPath, ['--input-type=module', '-e', script]), '0 false\n')
})

test('its program runs', () => {
  const program = join(home, 'node_modules', '.bin', 'bertweet-wasm')
  assert.match(run(program, ['--version']), new RegExp(packed.version.replaceAll('.', '\\.')))
  assert.match(run(program, ['classify', '--jsonl'], { input: 'what a wonderful day, I love it\n' }), /"label": ?"POS"/)
})

test('TypeScript programs compile under --strict', () => {
  copyFileSync(join(project, 'tests/package/types.ts'), join(home, 'types.ts'))
  for (const [module, resolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
    run(process.execPath, [
      join(project, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--noUncheckedIndexedAccess',
      '--target', 'es2022', '--lib', 'es2022,dom', '--module', module, '--moduleResolution', resolution,
      'types.ts'
    ])
  }
})
