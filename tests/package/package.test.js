/** The package as its users get it: packed by npm, installed in an empty project, imported by its names. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { build } from 'esbuild'
import { PROJECT, installPackage, run } from './tools.js'

let home
let packed

before(() => { ({ home, packed } = installPackage()) })
after(() => rmSync(home, { recursive: true }))

/** Runs a program of the empty project. */
const runThere = (command, args, options) => run(command, args, { cwd: home, ...options })

/** Its package.json, as installed. */
const readAbout = () => JSON.parse(readFileSync(join(home, 'node_modules/bertweet-wasm/package.json')))

test('it has no dependencies, runs nothing when it is installed, and installs alone', () => {
  const { packages } = JSON.parse(readFileSync(join(home, 'package-lock.json')))
  assert.deepEqual(Object.keys(packages), ['', 'node_modules/bertweet-wasm'])
  assert.equal(packages['node_modules/bertweet-wasm'].hasInstallScript, undefined)
  const about = readAbout()
  for (const name of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundleDependencies']) {
    assert.equal(about[name], undefined, name)
  }
})

test('every entry is there, with its types', () => {
  const files = new Set(packed.files.map(({ path }) => `./${path}`))
  const { exports, main, types, unpkg, jsdelivr, bin } = readAbout()
  const targets = Object.values(exports)
    .flatMap((target) => typeof target === 'string' ? target : Object.values(target))
  const others = [main, types, unpkg, jsdelivr, ...Object.values(bin).map((path) => `./${path}`)]
  for (const target of [...targets, ...others]) {
    if (!target.includes('*') && target !== './package.json') assert.ok(files.has(target), target)
  }
  for (const [name, target] of Object.entries(exports)) {
    if (target.default) assert.equal(Object.keys(target)[0], 'types', `${name}: compilers take the first that matches`)
  }
})

test('a bundle has only what it uses: an import for nothing is nothing, one for its effects is all', async () => {
  const bundle = async (contents) => {
    const { outputFiles: [{ text }] } = await build({
      stdin: { contents, resolveDir: home }, bundle: true, minify: true, format: 'esm', write: false, logLevel: 'error'
    })
    return text.trim()
  }
  const modules = ['bertweet-wasm', 'bertweet-wasm/compat', 'bertweet-wasm/models/tweet-mini',
    'bertweet-wasm/models/tweet-nano']
  for (const name of modules) {
    assert.equal(await bundle(`import '${name}'`), '', name)
    assert.equal(await bundle(`import * as unused from '${name}'`), '', name)
  }
  assert.match(await bundle("import 'bertweet-wasm/element'"), /customElements\.define/)
  assert.match(await bundle("import 'bertweet-wasm/worker'"), /onmessage=/) // of a worker of one's own
  const { length } = await bundle("export { createClassifier } from 'bertweet-wasm/service-worker'")
  assert.ok(length > (await bundle("import 'bertweet-wasm/service-worker'")).length)
  assert.match(await bundle("import 'bertweet-wasm/service-worker'"), /WebAssembly\.instantiate/)
})

test('it holds what runs, and nothing of the workshop', () => {
  const files = packed.files.map(({ path }) => path)
  for (const needed of ['LICENSE', 'README.md', 'dist/bertweet.wasm', 'dist/bertweet-convert.wasm', 'js/index.js']) {
    assert.ok(files.includes(needed), needed)
  }
  const documents = /^(README|CHANGELOG|HOSTING|MIGRATION|SECURITY)\.md$/
  const folders = /^(js|web|dist|demo|models\/tweet-(mini|nano))\//
  const expected = new RegExp(`${folders.source}|^(LICENSE|package\\.json)$|${documents.source}`)
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

test('a program imports the small model', () => {
  writeFileSync(join(home, 'nano.js'), `
    import { createClassifier } from 'bertweet-wasm'
    import model from 'bertweet-wasm/models/tweet-nano'
    const classifier = await createClassifier({ model })
    console.log(classifier.info.model, (await classifier.classify('what a wonderful day, I love it')).label)
    await classifier.dispose()`)
  assert.equal(runThere(process.execPath, ['nano.js']), 'tweet-nano POS\n')
})

test('a program for transformers.js runs', () => {
  writeFileSync(join(home, 'compat.js'), `
    import { pipeline } from 'bertweet-wasm/compat'
    const classifier = await pipeline('sentiment-analysis')
    const [{ label }] = await classifier('what a wonderful day, I love it')
    console.log(label)
    await classifier.dispose()`)
  assert.equal(runThere(process.execPath, ['compat.js']), 'POS\n')
})

test('importing it does nothing yet', () => {
  const script = `const before = Object.keys(globalThis).length
    await import('bertweet-wasm')
    await import('bertweet-wasm/compat')
    await import('bertweet-wasm/service-worker')
    console.log(Object.keys(globalThis).length - before, process.getActiveResourcesInfo().includes('Worker'))`
  assert.equal(runThere(process.execPath, ['--input-type=module', '-e', script]), '0 false\n')
})

test('its program runs', () => {
  const program = join(home, 'node_modules', '.bin', 'bertweet-wasm')
  assert.match(runThere(program, ['--version']), new RegExp(packed.version.replaceAll('.', '\\.')))
  const input = 'what a wonderful day, I love it\n'
  assert.match(runThere(program, ['classify', '--jsonl'], { input }), /"label": ?"POS"/)
})
