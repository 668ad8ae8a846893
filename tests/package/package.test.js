/** The package as its users get it: packed by npm, installed in an empty project, imported by its names. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { PROJECT, installPackage, run } from './tools.js'

let home
let packed

before(() => { ({ home, packed } = installPackage()) })
after(() => rmSync(home, { recursive: true }))

/** Runs a program of the empty project. */
const runThere = (command, args, options) => run(command, args, { cwd: home, ...options })

test('it has no dependencies and installs alone', () => {
  const { packages } = JSON.parse(readFileSync(join(home, 'package-lock.json')))
  assert.deepEqual(Object.keys(packages), ['', 'node_modules/bertweet-wasm'])
})

test('it holds what runs, and nothing of the workshop', () => {
  const files = packed.files.map(({ path }) => path)
  for (const needed of ['LICENSE', 'README.md', 'dist/bertweet.wasm', 'dist/bertweet-convert.wasm', 'js/index.js']) {
    assert.ok(files.includes(needed), needed)
  }
  const expected = /^(js|web|dist|demo|models\/tweet-mini)\/|^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/
  assert.deepEqual(files.filter((path) => !expected.test(path)), [])
  assert.deepEqual(files.filter((path) => /\.(c|h|txt|sh|mjs|py)$/.test(path) && !path.startsWith('demo/')), [])
})

test('its version is that of the C header', () => {
  const [, version] = /^#define BT_VERSION "(.*)"$/m.exec(readFileSync(join(PROJECT, 'src/bertweet.h'), 'utf8'))
  assert.equal(packed.version, version)
})

test('a program imports it and classifies', () => {
  writeFileSync(join(home, 'main.js'), `
    import { createClassifier } from 'bertweet-wasm'
    const classifier = await createClassifier()
    console.log((await classifier.classify('what a wonderful day, I love it')).label)
    await classifier.dispose()`)
  assert.equal(runThere(process.execPath, ['main.js']), 'POS\n')
})

test('importing it does nothing yet', () => {
  const script = `const before = Object.keys(globalThis).length
    await import('bertweet-wasm')
    console.log(Object.keys(globalThis).length - before, process.getActiveResourcesInfo().includes('Worker'))`
  assert.equal(runThere(process.execPath, ['--input-type=module', '-e', script]), '0 false\n')
})

test('its program runs', () => {
  const program = join(home, 'node_modules', '.bin', 'bertweet-wasm')
  assert.match(runThere(program, ['--version']), new RegExp(packed.version.replaceAll('.', '\\.')))
  const input = 'what a wonderful day, I love it\n'
  assert.match(runThere(program, ['classify', '--jsonl'], { input }), /"label": ?"POS"/)
})
