/**
 * The package as npm packs it, in other people's tools: built, served, opened in Chromium, and its labels, scores and
 * logits held against those of Node, bit for bit. `npm run test:matrix` runs all cells and prints a table, which it
 * also leaves in build/matrix (matrix.md, matrix.json); MATRIX=ci leaves out the large tools, MATRIX=<words> takes the
 * cells whose names have one of the words.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { noChromium } from '../browser/browser.js'
import { CELLS } from './cells.js'
import { CELLS as RUNTIMES } from './runtimes.js'
import {
  FOLDER, installTools, makeApp, openBrowser, installPacked, run, serveFolder, tool, versionOf
} from './workshop.js'

const choice = process.env.MATRIX ?? ''
const isChosen = ({ name, inCi }) => choice === 'ci' ? inCi
  : choice.split(',').some((word) => name.toLowerCase().includes(word.trim().toLowerCase()))

let installed
let browser
/** What every cell must come to: the check in this Node, without a worker. */
let expected
/** @type {{name: string, versions: string, needs: string, passed: boolean, kernel?: string, worker?: boolean,
 *   seconds: number}[]} rows of the table */
const rows = []

before(async () => {
  await installTools(choice !== 'ci')
  installed = await installPacked()
  const script = `import { check } from './check.js'
    console.log(JSON.stringify(await check({ worker: false, kernel: 'simd128' })))`
  const app = await makeApp('expected', installed, { files: { 'main.js': script } })
  expected = JSON.parse(await run(process.execPath, ['main.js'], { cwd: app }))
  if (!noChromium()) browser = await openBrowser()
})

after(async () => {
  await browser?.close()
  if (rows.length === 0) return
  writeFileSync(join(FOLDER, 'matrix.json'), `${JSON.stringify(rows, null, 2)}\n`)
  writeFileSync(join(FOLDER, 'matrix.md'), table(rows))
  console.log(table(rows))
})

/** A test that leaves a row. @param {() => Promise<{versions: string, info: object}>} check */
function cell({ name, needs = '', skip = false }, check) {
  test(name, { skip }, async () => {
    const start = performance.now()
    const row = { name, versions: '', needs, passed: false }
    rows.push(row)
    try {
      const { versions, info } = await check()
      Object.assign(row, { versions, passed: true, kernel: info.kernel, worker: info.worker })
    } finally {
      row.seconds = Math.round((performance.now() - start) / 100) / 10
    }
  })
}

/** The same labels, scores and bits as in Node, computed in a worker. */
function assertOutcome(outcome) {
  assert.equal(outcome.error, undefined)
  assert.deepEqual(outcome.results, expected.results)
  assert.deepEqual(outcome.bits, expected.bits)
  assert.equal(outcome.info.worker, true, outcome.info.workerReason)
}

for (const { visit, tools, threads, ...about } of CELLS.filter(isChosen)) {
  cell({ ...about, skip: noChromium() }, async () => {
    const { outcome, complaints, requests } = await visit({ installed, browser })
    assertOutcome(outcome)
    if (threads) assert.equal(outcome.info.threads, threads, outcome.info.threadsReason)
    assert.deepEqual(complaints, [])
    const modules = Object.entries(requests).filter(([name]) => name.endsWith('.wasm'))
    assert.deepEqual(modules.map(([, times]) => times), [1], 'one WebAssembly module, fetched once')
    const versions = await Promise.all(tools.map(async (name) => `${name} ${await versionOf(name)}`))
    return { versions: [...versions, `Chromium ${browser.version}`].join(', '), info: outcome.info }
  })
}

for (const { version, check, ...about } of RUNTIMES.filter(isChosen)) {
  cell(about, async () => {
    const outcome = await check(installed)
    assertOutcome(outcome)
    return { versions: await version(), info: outcome.info }
  })
}

const TEN_LINES = { name: 'Vite, from an empty folder in ten lines', inCi: true }
if (isChosen(TEN_LINES)) {
  cell({ ...TEN_LINES, skip: noChromium() }, async () => {
    const app = await makeApp('ten-lines', installed, { sources: ['ten-lines'] })
    const lines = ['index.html', 'main.js'].flatMap((name) =>
      readFileSync(join(app, name), 'utf8').split('\n').filter((line) => line.trim() !== ''))
    assert.ok(lines.length <= 10, `${lines.length} lines`)
    await run(tool('vite/bin/vite.js'), ['build'], { cwd: app })
    const server = await serveFolder(join(app, 'dist'))
    const find = () => document.querySelector('#label').textContent
    const { outcome, complaints } = await browser.visit(server.url, find).finally(server.close)
    assert.deepEqual([outcome, complaints], [expected.label, []])
    return { versions: `vite ${await versionOf('vite')}, ${lines.length} lines`, info: {} }
  })
}

/** The rows as a table in Markdown. */
function table(rows) {
  const header = ['', 'versions', 'to do beside importing', 'bits', 'worker', 'kernel', 's']
  const cells = rows.map(({ name, versions, needs, passed, worker, kernel, seconds }) =>
    [name, versions, needs || (passed ? 'nothing' : ''), passed ? 'equal' : 'FAILED', worker ? 'yes' : '', kernel ?? '',
      seconds.toFixed(1)])
  return [header, header.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |\n`).join('')
}
