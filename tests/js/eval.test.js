/**
 * The commands eval and verify, as users call them.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { labelFinder } from '../../js/cli/labels.js'
import { reliabilityDiagram } from '../../js/cli/reliability.js'
import { evaluate } from '../../js/metrics.js'

const MAIN = fileURLToPath(new URL('../../js/cli/main.js', import.meta.url))
const CHECKPOINT = fileURLToPath(new URL('../golden/tiny-bin', import.meta.url))

let folder
let model
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bertweet-eval-'))
  model = join(folder, 'model')
  const { code, stderr } = await cli('convert', CHECKPOINT, model, '--name', 'tiny')
  assert.equal(code, 0, stderr)
})
after(() => rm(folder, { recursive: true }))

/** @returns {Promise<{code: number, stdout: string, stderr: string}>} */
function cli(...args) {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }))
    child.stdin.end(args.includes('-') ? DATA : '')
  })
}

const TEXTS = ['so happy today', 'worst service ever', 'The train leaves at ten.', 'love it 😍', 'not again...', 'ok']
const NAMES = ['positive', 'Negative', 'NEU', 'pos', 'neg', 'neutral']
const DATA = Array.from({ length: 30 }, (_, index) =>
  `${NAMES[index % 6]}\t${TEXTS[(index * 7) % 6]} ${index}`).join('\n')

const write = async (name, content) => {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

/* ------------------------------------------------------------------------------------------------------- eval -- */

test('eval: the metrics of what classify says, of a file and of stdin', async () => {
  const file = await write('data.tsv', `\ufeff${DATA.replaceAll('\n', '\r\n')}`)
  const { code, stdout, stderr } = await cli('eval', model, file, '--json')
  assert.equal(code, 0, stderr)
  const report = JSON.parse(stdout)
  const lines = DATA.split('\n').map((line) => line.split('\t'))
  const classified = await cli('classify', '-m', model, '--jsonl', ...lines.map(([, text]) => text))
  const results = classified.stdout.trimEnd().split('\n').map((line) => JSON.parse(line))
  const labels = ['NEG', 'NEU', 'POS']
  const expected = evaluate({
    gold: lines.map(([name]) => labels.findIndex((label) => name.toUpperCase().startsWith(label))),
    predicted: results.map(({ label }) => labels.indexOf(label)),
    confidence: results.map(({ score }) => score),
  }, 3)
  assert.deepEqual(report.confusion, expected.confusion)
  assert.deepEqual(
    [report.texts, report.path, report.accuracy, report.macroRecall, report.macroF1, report.calibrationError],
    [30, 'int8', expected.accuracy, expected.macroRecall, expected.macroF1, expected.calibrationError])
  assert.ok(report.intervals.accuracy[0] <= report.accuracy && report.accuracy <= report.intervals.accuracy[1])
  assert.equal((await cli('eval', model, '-', '--json')).stdout, stdout)
  assert.notEqual((await cli('eval', model, '-', '--json', '--seed', '2')).stdout, stdout)
})

test('eval: a table, a diagram, and the fp32 path', async () => {
  const file = await write('data.tsv', DATA)
  const svg = join(folder, 'diagram.svg')
  const { code, stdout, stderr } = await cli('eval', model, file, '--svg', svg)
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^tiny \(int8\), 30 texts\n\nmacro-recall +\d+\.\d\d % +\d+\.\d\d % \.\. \d+\.\d\d %\n/)
  assert.match(stdout, /\nright \\ given +NEG +NEU +POS\n/)
  assert.match(await readFile(svg, 'utf8'), /^<svg [^>]*role="img".*<desc id="description">Accuracy.* 30 texts/s)
  const [int8, fp32] = [await cli('eval', model, file, '--json'),
    await cli('eval', file, '--json', '--checkpoint', CHECKPOINT)].map((run) => JSON.parse(run.stdout))
  assert.equal(fp32.path, 'fp32')
  assert.ok(Math.abs(fp32.accuracy - int8.accuracy) <= 0.2, 'random weights leave some texts undecided')
  const other = JSON.parse((await cli('eval', model, file, '--json', '--checkpoint', CHECKPOINT)).stdout)
  assert.deepEqual({ ...other, model: '' }, { ...fp32, model: '' })
})

test('eval: a model that travels as int4 says so, and a temperature is told with and without', async () => {
  const file = await write('data.tsv', DATA)
  const [cold, warm, svg] = ['cold', 'warm', 'warm.svg'].map((name) => join(folder, name))
  await cli('convert', CHECKPOINT, cold, '--name', 'tiny', '--wire', 'int4')
  await cli('convert', CHECKPOINT, warm, '--name', 'tiny', '--wire', 'int4', '--temperature', '1.75')
  const before = JSON.parse((await cli('eval', cold, file, '--json')).stdout)
  assert.deepEqual([before.path, before.temperature, before.untempered], ['int4', 1, null])
  const after = JSON.parse((await cli('eval', warm, file, '--json', '--svg', svg)).stdout)
  assert.deepEqual([after.path, after.temperature, after.confusion], ['int4', 1.75, before.confusion])
  assert.notEqual(after.calibrationError, before.calibrationError)
  assert.ok(Math.abs(after.untempered.calibrationError - before.calibrationError) < 1e-6)
  assert.deepEqual(after.untempered.reliability.map(({ count }) => count), before.reliability.map(({ count }) => count))
  assert.match((await cli('eval', warm, file)).stdout, /^tiny \(int4\), .* %   at temperature 1 instead of 1\.75\n/s)
  const diagram = await readFile(svg, 'utf8')
  const filled = after.reliability.filter(({ count }) => count > 0).length
  const hollow = before.reliability.filter(({ count }) => count > 0).length
  assert.deepEqual([diagram.match(/<circle cx/g).length, diagram.match(/<circle class="before"/g).length],
    [filled, hollow])
  const fp32 = (...places) => cli('eval', ...places, file, '--json', '--checkpoint', CHECKPOINT)
  const [untouched, tempered] = [await fp32(), await fp32(warm)].map(({ stdout }) => JSON.parse(stdout))
  assert.equal(tempered.temperature, 1.75)
  assert.ok(Math.abs(tempered.untempered.calibrationError - untouched.calibrationError) < 1e-6)
})

test('eval: lines that are none, labels that are none', async () => {
  const fails = async (code, message, content, ...options) => {
    const result = await cli('eval', model, await write('bad.tsv', content), ...options)
    assert.deepEqual([result.code, result.stdout], [code, ''], result.stderr)
    assert.match(result.stderr, message)
  }
  await fails(1, /Line 2: expected one of NEG, NEU, POS, a tab and a text; found no tab/, 'POS\ta\nb\n')
  await fails(1, /Line 1: .*found the label "ne"\. Map labels with --map/, 'ne\ta\n')
  await fails(1, /has no texts/, '')
  await fails(1, new RegExp(`Line 2: .*32768`), `POS\ta\nPOS\t${'a '.repeat(20000)}\n`)
  await fails(2, /--map must be name=LABEL/, '0\ta\n', '--map', '0=BAD')
  await fails(2, /--resamples must be/, 'POS\ta\n', '--resamples', 'many')
  const mapped = await cli('eval', model, await write('mapped.tsv', '0\ta\n2\tb\n'), '--map', '0=NEG,2=POS', '--json')
  assert.deepEqual(JSON.parse(mapped.stdout).perLabel.map(({ support }) => support), [1, 0, 1])
  const missing = await cli('eval', model, join(folder, 'nothing.tsv'))
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /Cannot read .*nothing\.tsv/)
  assert.equal((await cli('eval')).code, 2)
})

test('eval: several labels a text, by the model\'s thresholds', async () => {
  const several = join(folder, 'several')
  const converted = await cli('convert', fileURLToPath(new URL('../golden/tiny-multi-label', import.meta.url)), several)
  assert.equal(converted.code, 0, converted.stderr)
  const manifest = JSON.parse(await readFile(join(several, 'manifest.json'), 'utf8'))
  const { labels } = manifest
  manifest.thresholds = labels.map((_, index) => [0.3, 0.5, 0.6][index % 3])
  await writeFile(join(several, 'manifest.json'), JSON.stringify(manifest))

  const stated = [[labels[0], labels[1]], [], [labels[1]], labels, [labels[0]], []]
  const data = TEXTS.map((text, index) => `${stated[index].join(', ')}\t${text}`).join('\n')
  const file = await write('several.tsv', data)
  const { code, stdout, stderr } = await cli('eval', several, file, '--json')
  assert.equal(code, 0, stderr)
  const report = JSON.parse(stdout)
  const classified = await cli('classify', '-m', several, '--jsonl', ...TEXTS)
  const given = classified.stdout.trimEnd().split('\n').map((line) => JSON.parse(line).labels)
  const same = given.filter((names, index) => [...names].sort().join() === [...stated[index]].sort().join())
  assert.equal(report.exactMatch, same.length / TEXTS.length)
  report.perLabel.forEach(({ support, precision, recall }, index) => {
    const name = labels[index]
    const [right, found] = [stated, given].map((lists) => lists.filter((names) => names.includes(name)).length)
    const hits = given.filter((names, text) => names.includes(name) && stated[text].includes(name)).length
    assert.deepEqual([support, precision, recall], [right, found ? hits / found : 0, right ? hits / right : 0])
  })
  const table = await cli('eval', several, file)
  assert.match(table.stdout, /\nmicro-F1 .* % \.\. .* %\nexact match /)
  assert.doesNotMatch(table.stdout, /given/)
  const wrong = await cli('eval', several, await write('wrong.tsv', `${labels[0]},nothing\ta`))
  assert.match(wrong.stderr, /Line 1: expected any of .*found the label "nothing"/)
})

test('names of labels', () => {
  const find = labelFinder(['NEG', 'NEU', 'POS'])
  assert.deepEqual(['neg', 'NEUTRAL', 'Positive', 'p'].map(find), [0, 1, 2, 2])
  assert.deepEqual(['n', 'ne', '', 'x'].map(find), [null, null, null, null])
  assert.equal(labelFinder(['hate', 'hateful'])('hate'), 0)
  assert.equal(labelFinder(['NEG', 'POS'], 'bad=NEG, good=POS')('good'), 1)
  assert.equal(labelFinder(['NEG', 'POS'], 'bad=NEG')('POS'), null)
})

test('a title cannot leave the diagram', () => {
  const { bins } = evaluate({ gold: [0], predicted: [0], confidence: [0.7] }, 2)
  const svg = reliabilityDiagram({ model: '<script>&"', path: 'int8', reliability: bins, calibrationError: 0.3 })
  assert.doesNotMatch(svg, /<script/)
  assert.match(svg, /&#60;script&#62;&#38;&#34;/)
})

/* ----------------------------------------------------------------------------------------------------- verify -- */

test('verify: the self-test alone, and beside the checkpoint', async () => {
  const alone = await cli('verify', model)
  assert.equal(alone.code, 0, alone.stderr)
  assert.match(alone.stdout, /self-test +ids right for 13 of 13 texts; scores differ by \S+ at most .*; the same bits/)
  assert.match(alone.stdout, /\n\npassed\n$/)
  const loose = ['--min-agreement', '0.5', '--max-difference', '1', '--max-mean-difference', '1', '--max-kl', '1']
  const beside = await cli('verify', model, '--checkpoint', CHECKPOINT, ...loose)
  assert.equal(beside.code, 0, beside.stdout)
  assert.match(beside.stdout, /weights +byte for byte what the checkpoint converts to/)
  assert.equal(beside.stdout.match(/ 0\.\d{4} {2}(NEG|NEU|POS) +0\.\d{4} {2}(NEG|NEU|POS) /g).length, 10)
  const texts = await write('texts.txt', TEXTS.join('\n'))
  const json = await cli('verify', model, '--checkpoint', CHECKPOINT, '--texts', texts, '--max-kl', '0', '--json')
  const { passed, selfTest, comparison } = JSON.parse(json.stdout)
  assert.deepEqual([json.code, passed, selfTest.passed, comparison.ids.texts, comparison.sameImage],
    [1, false, true, 6, true])
  assert.equal(comparison.findings[0].kind, 'scores')
})

test('verify: a text mode that is not the checkpoint\'s fails by name', async () => {
  const damaged = join(folder, 'damaged')
  await cp(model, damaged, { recursive: true })
  const manifest = JSON.parse(await readFile(join(damaged, 'manifest.json'), 'utf8'))
  manifest.preprocess = 'bertweet'
  await writeFile(join(damaged, 'manifest.json'), JSON.stringify(manifest))
  const { code, stdout } = await cli('verify', damaged, '--checkpoint', CHECKPOINT)
  assert.equal(code, 1)
  assert.match(stdout, /mismatch {2}text-mode: The checkpoint has other ids .*\(normalization is off there, on here/)
  assert.match(stdout, /\nfailed\n$/)
})

test('verify: ids and scores that Python gave', async () => {
  const run = (...args) => cli('verify', model, ...args)
  const classified = await cli('classify', '-m', model, '--jsonl', ...TEXTS)
  const tokenized = await cli('tokenize', '-t', model, '--jsonl', ...TEXTS)
  const [results, tokens] = [classified, tokenized].map(({ stdout }) =>
    stdout.trimEnd().split('\n').map((line) => JSON.parse(line)))
  const cases = TEXTS.map((text, index) =>
    ({ text, ids: tokens[index].ids, scores: Object.values(results[index].scores) }))
  const file = (list) => write('cases.jsonl', list.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  const same = await run('--texts', await file([...cases, 'a string']), '--input', 'jsonl')
  assert.equal(same.code, 0, same.stdout)

  const emoji = await cli('tokenize', '-t', model, '--jsonl', 'love it emoji eyes with hearts emoji')
  const { ids } = JSON.parse(emoji.stdout)
  const other = cases.map((entry) => entry.text.includes('😍') ? { ...entry, ids } : entry)
  assert.match((await run('--texts', await file(other), '--input', 'json')).stdout,
    /mismatch {2}emoji: The file has other ids for 1 of 6 texts/)
  const wrong = cases.map((entry) => ({ ...entry, scores: [1, 0, 0] }))
  const { code, stdout } = await run('--texts', await file(wrong), '--input', 'json')
  assert.match(stdout, /mismatch {2}scores: The file has other scores for \d of 6 texts/)
  assert.equal(code, 1)
  const bad = await run('--texts', await file([{ text: 1 }]), '--input', 'json')
  assert.match(bad.stderr, /Line 1 must be a JSON string/)
  assert.match((await run('--input', 'json')).stderr, /--input needs --texts/)
})

test('verify: wrong usage and places', async () => {
  assert.match((await cli('verify', model, '--preprocess', 'none')).stderr, /need --checkpoint/)
  assert.match((await cli('verify', model, '--texts', await write('plain.txt', 'a\n'))).stderr, /need --checkpoint/)
  assert.match((await cli('verify', model, '--texts', join(folder, 'none'))).stderr, /Cannot read/)
  assert.match((await cli('verify', model, '--checkpoint', 'x', '--max-kl', 'x')).stderr, /--max-kl must be a number/)
  assert.match((await cli('verify', model, '--checkpoint', join(folder, 'none'))).stderr, /Cannot read the folder/)
  assert.equal((await cli('verify', 'a', 'b')).code, 2)
  assert.equal((await readdir(folder)).includes('none'), false)
})
