import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { openDirectory } from '../../js/convert/node-files.js'
import { closeAll, COMMIT, mockHub } from './mock-hub.js'
import { models } from './models.js'

const MAIN = fileURLToPath(new URL('../../js/cli/main.js', import.meta.url))
const golden = (name) => fileURLToPath(new URL(`../golden/${name}`, import.meta.url))
const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))

let scratch
let model
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cli-'))
  model = join(scratch, 'model')
  const { code, stderr } = await cli(['convert', golden('tiny-bin'), model, '--name', 'tiny'])
  assert.equal(code, 0, stderr)
})
after(async () => {
  await closeAll()
  await rm(scratch, { recursive: true })
})

/** Runs the program. @returns {Promise<{code: number, stdout: string, stderr: string}>} */
function cli(args, { input = '', env = {} } = {}) {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], { env: { ...process.env, CI: '', ...env },
      maxBuffer: 1 << 28 }, (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }))
    child.stdin.on('error', () => {}) // a program that refuses its options does not read
    child.stdin.end(input)
  })
}

/** Runs the program where it must succeed. */
async function output(args, options) {
  const { code, stdout, stderr } = await cli(args, options)
  assert.equal(code, 0, stderr)
  return stdout
}

/** Runs the program where it must fail with a code and a message, and print nothing else. */
async function fails(code, message, args, options) {
  const result = await cli(args, options)
  assert.deepEqual({ code: result.code, stdout: result.stdout }, { code, stdout: '' }, result.stderr)
  assert.match(result.stderr, message)
  assert.doesNotMatch(result.stderr, /\n {4}at /)
}

const objects = (text) => text.trimEnd().split('\n').map((line) => JSON.parse(line))

/* ------------------------------------------------------------------------------------------ help and refusals -- */

test('help, of all and of each command', async () => {
  const help = await output(['--help'])
  const commands = [...help.matchAll(/^ {2}(\w+) {2}/gm)].map(([, name]) => name)
  assert.deepEqual(commands, ['classify', 'tokenize', 'logits', 'info', 'convert', 'verify', 'eval',
    'serve', 'start'])
  assert.equal(await output(['help']), help)
  for (const command of commands) {
    const own = await output([command, '--help'])
    assert.match(own, new RegExp(`^Usage: bertweet-wasm ${command} `))
    assert.match(own, /-h, --help/)
    assert.ok(own.split('\n').every((line) => line.length <= 112), own)
  }
  assert.equal(await output(['help', 'info']), await output(['info', '-h']))
})

test('the version, also through a link as npm makes it', async () => {
  assert.equal(await output(['--version']), `${version}\n`)
  const link = join(scratch, 'bertweet-wasm')
  await symlink(MAIN, link)
  const stdout = await new Promise((resolve) => execFile(process.execPath, [link, '-v'], (_, text) => resolve(text)))
  assert.equal(stdout, `${version}\n`)
})

test('wrong usage ends with 2 and names what was meant', async () => {
  await fails(2, /^bertweet-wasm 0.*Usage:/s, [])
  await fails(2, /no command "clasify"; did you mean classify\?/, ['clasify'])
  await fails(2, /no command "xyz"\n$/, ['xyz'])
  await fails(2, /no option --jsnol; did you mean --jsonl\?\nSee: bertweet-wasm classify --help/,
    ['classify', '--jsnol'])
  await fails(2, /--preprocess must be none, pysentimiento, bertweet; found "bertwet"; did you mean bertweet\?/,
    ['classify', '--preprocess', 'bertwet'])
  await fails(2, /--input must be/, ['classify', '--input', 'xml'])
  await fails(2, /--column needs/, ['classify', '-m', model, '--column', 'a'])
  await fails(2, /convert takes a checkpoint and an output folder/, ['convert', 'x'])
  await fails(2, /serve takes one folder/, ['serve', 'a', 'b'])
  await fails(2, /--port must be 0 to 65535; found "http"/, ['serve', '--port', 'http'])
})

test('the models of the package by their names', async () => {
  for (const { name } of models()) {
    assert.equal(JSON.parse(await output(['info', name, '--json'])).name, name)
  }
  await fails(1, /There is no model at tweet-micro/, ['info', 'tweet-micro'])
})

test('models that are not there, or are checkpoints', async () => {
  await fails(1, /There is no model at nowhere/, ['classify', '-m', 'nowhere', 'x'])
  await fails(1, /looks like a checkpoint: bertweet-wasm convert/, ['info', golden('tiny-bin')])
  await fails(1, /no manifest\.json\. Models are made with/, ['classify', '-m', golden(''), 'x'])
})

/* --------------------------------------------------------------------------------------------------- classify -- */

test('texts of the command line, and the same on stdin', async () => {
  const stdout = await output(['classify', '-m', model, 'b a', 'a'])
  assert.match(stdout, /^\w+\t0\.\d{4}\tb a\n\w+\t0\.\d{4}\ta\n$/)
  assert.equal(await output(['classify', '-m', model], { input: 'b a\na\n' }), stdout)
  assert.equal(await output(['classify', '-m', model], { input: 'b a\r\na' }), stdout)
  assert.equal(await output(['classify', '-m', join(model, 'manifest.json')], { input: 'b a\na' }), stdout)
})

test('objects: order kept over many batches, empty lines too', async () => {
  const texts = Array.from({ length: 700 }, (_, index) =>
    index % 5 === 0 ? '' : `a b ${'c '.repeat(index % 7)}${index}`)
  const results = objects(await output(['classify', '-m', model, '--jsonl'], { input: `${texts.join('\n')}\n` }))
  assert.deepEqual(results.map(({ text }) => text), texts)
  const [first] = objects(await output(['classify', '-m', model, '--jsonl', texts[1]]))
  assert.deepEqual(first, results[1])
  assert.deepEqual(Object.keys(first).slice(0, 4), ['text', 'label', 'score', 'scores'])
  assert.equal(Math.max(...Object.values(first.scores)), first.score)
})

test('JSON: strings and objects, which keep what else they have', async () => {
  const run = (input, ...args) => output(['classify', '-m', model, '--input', 'jsonl', ...args], { input })
  const results = objects(await run('\ufeff"a\\nb"\n{"id": 7, "text": "c \\ud83d", "more": [null]}\n'))
  assert.deepEqual(results.map(({ text }) => text), ['a\nb', 'c \ud83d'])
  assert.deepEqual(Object.keys(results[1]).slice(0, 5), ['id', 'text', 'more', 'label', 'score'])
  assert.equal(objects(await run('{"t": "x"}\n', '--column', 't'))[0].t, 'x')
  assert.deepEqual(Object.keys(objects(await run('{"label": 1, "text": "x"}\n', '--prefix', 'my_'))[0]).slice(0, 4),
    ['label', 'text', 'my_label', 'my_score'])
  const json = (...args) => ['classify', '-m', model, '--input', 'json', ...args]
  await fails(1, /Line 1 has a field "label" already; --prefix/, json(), { input: '{"label": 1, "text": "x"}\n' })
  await fails(2, /--column belongs to texts on stdin or in a file/, json('"x"', '--column', 'a'))
})

test('bad lines keep their places, are told with their numbers, and the others go on', async () => {
  const input = '"a"\noops\n7\n{"t": 1}\n"b"\n'
  const { code, stdout, stderr } = await cli(['classify', '-m', model, '--input', 'jsonl'], { input })
  assert.equal(code, 1)
  const results = objects(stdout)
  assert.deepEqual(results.map(({ text, error }) => [text, error?.line]),
    [['a', undefined], ['oops', 2], ['7', 3], ['{"t": 1}', 4], ['b', undefined]])
  assert.ok(results[0].label && results[4].label)
  assert.match(stderr, /line 2: It is not JSON.*\n.*line 3: It must be a JSON string, or an object .*; found 7\n/)

  const many = await cli(['classify', '-m', model, '--input', 'jsonl'], { input: '{\n'.repeat(1000) })
  assert.equal(many.code, 1)
  assert.equal(objects(many.stdout).length, 1000)
  assert.equal(many.stderr.split('\n').length, 22)
  assert.match(many.stderr, /980 more bad lines\n$/)
  await fails(1, /Line 1: It is not JSON/, ['tokenize', '-t', model, '--input', 'jsonl'], { input: '{\n' })
})

test('CSV: columns are kept, label and score are added', async () => {
  const csv = '\ufeffid,text,n\r\n1,"a, ""b""\nc",x\r\n\r\n2,d\n3\n4,e,f,g\n'
  const { code, stdout, stderr } = await cli(['classify', '-m', model, '--input', 'csv'], { input: csv })
  assert.match(stdout, new RegExp('^id,text,n,label,score\n1,"a, ""b""\nc",x,\\w+,0\\.\\d{4}\n2,d,,\\w+,0\\.\\d{4}\n' +
    '3,,,error,\n4,e,f,g,error,\n$'))
  assert.match(stderr, /line 6: The first record has 3 fields, this one 1\..*\n.*line 7: .* this one 4/)
  assert.equal(code, 1)
  const objectsOf = async (...args) => objects(await output(['classify', '-m', model, '--input', 'csv', '--jsonl',
    ...args], { input: 'id,text\n7,a\n8,b\n' }))
  const byId = await objectsOf('--column', 'id')
  assert.deepEqual(byId.map(({ id, text }) => [id, text]), [['7', 'a'], ['8', 'b']])
  assert.notEqual(byId[0].score, (await objectsOf())[0].score)

  const scores = await output(['classify', '-m', model, '--input', 'tsv', '--scores', '--prefix', 'm_'],
    { input: 'text\n"a\tb"\n' })
  assert.match(scores, /^text\tm_label\tm_score\tm_NEG\tm_NEU\tm_POS\n"a\tb"\t\w+(\t0\.\d{4}){4}\n$/)
  const plain = ['classify', '-m', model, '--input', 'csv', '--no-header', '--column', '2']
  assert.match(await output(plain, { input: '1,a\n2,b\n' }), /^1,a,\w+,0\.\d{4}\n2,b,\w+,0\.\d{4}\n$/)
  assert.equal(await output(plain, { input: '' }), '')
})

test('CSV that cannot be: no column, no header, a quote that never ends', async () => {
  const csv = ['classify', '-m', model, '--input', 'csv']
  await fails(2, /no column "text"; choose with --column one of: a, b/, csv, { input: 'a,b\n1,2\n' })
  await fails(2, /a column "label" already; --prefix/, csv, { input: 'text,label\n1,2\n' })
  await fails(2, /--no-header needs --column 1 to 2/, [...csv, '--no-header'], { input: '1,2\n' })
  await fails(2, /--column must be 1 to 2; found "3"/, [...csv, '--no-header', '--column', '3'], { input: '1,2\n' })
  await fails(1, /The input is empty; a CSV begins with a header/, csv)
  const { code, stdout, stderr } = await cli(csv, { input: 'text\na\n"b\n' })
  assert.deepEqual([code, stdout.split('\n').length], [1, 3])
  assert.match(stderr, /The record that begins on line 3 does not end: is a quote missing/)
})

test('files, whose names tell what they hold', async () => {
  const place = async (name, content) => {
    const file = join(scratch, name)
    await writeFile(file, content)
    return file
  }
  const csv = await place('in.csv', 'text\na\n')
  assert.match(await output(['classify', '-m', model, '--file', csv]), /^text,label,score\na,/)
  const jsonl = await place('in.ndjson', '{"text": "a"}\n')
  assert.equal(objects(await output(['classify', '-m', model, '-f', jsonl]))[0].text, 'a')
  const text = await place('in.txt', 'a\nb\n')
  assert.match(await output(['classify', '-m', model, '-f', text]), /^\w+\t0\.\d+\ta\n\w+\t0\.\d+\tb\n$/)
  assert.equal(await output(['classify', '-m', model, '-f', text]), await output(['classify', '-m', model, '-f', '-'],
    { input: 'a\nb\n' }))
  await fails(2, /in\.csv" is a file; for the texts in it: --file/, ['classify', '-m', model, csv])
  await fails(1, /Cannot read .*nowhere\.csv: there is no such file/, ['classify', '-m', model, '-f', 'nowhere.csv'])
  await fails(1, /Cannot read .*: it is a folder/, ['classify', '-m', model, '-f', scratch])
  await fails(2, /--file belongs to texts on stdin/, ['classify', '-m', model, '-f', text, 'a'])
})

test('input that is no text, or UTF-16', async () => {
  const classify = (input) => cli(['classify', '-m', model], { input })
  const expected = await classify('a é\nb\n')
  for (const encoding of ['utf16le', 'utf16be']) {
    const input = Buffer.from('\ufeffa é\nb\n', 'utf16le')
    assert.deepEqual(await classify(encoding === 'utf16be' ? input.swap16() : input), expected)
  }
  for (const [bytes, message] of [
    [gzipSync('a\n'), /gzip-compressed; decompress it: gunzip -c/], ['PK\x03\x04', /\.xlsx.*save the sheet as CSV/],
    ['a\0b\n', /zero bytes.*iconv/], ['PAR1', /Parquet/]
  ]) await fails(1, message, ['classify', '-m', model], { input: bytes })
  assert.deepEqual(await classify(''), { code: 0, stdout: '', stderr: '' })
})

test('several workers and any size of batches give the same results in the same order', async () => {
  const input = Array.from({ length: 500 }, (_, index) => `a b ${'c '.repeat(index * 7919 % 60)}${index}\n`).join('')
  const run = (...args) => output(['classify', '-m', model, '--jsonl', ...args], { input })
  const expected = await run()
  assert.equal(await run('--threads', '3', '--batch', '7'), expected)
  assert.equal(await run('--threads', 'auto', '--batch', '1'), expected)
  await fails(2, /--threads must be 1 to 256; found "0"/, ['classify', '--threads', '0', 'a'])
  await fails(2, /--batch must be 1 to 4096; found "many"/, ['classify', '--batch', 'many', 'a'])
})

test('progress where it is asked for', async () => {
  const { stderr, code } = await cli(['classify', '-m', model, '--progress'], { input: 'a\nb\n' })
  assert.equal(code, 0)
  assert.match(stderr, /^2 texts in \d+\.\d s, \d+\/s\n$/)
})

test('a line without end is a bad line, not memory without end', async () => {
  const { code, stdout, stderr } = await cli(['classify', '-m', model], { input: `a\n${'x'.repeat(5 << 20)}\nb\n` })
  assert.equal(code, 1)
  const [first, long, last] = stdout.split('\n')
  assert.match(`${first}\n${last}`, /^\w+\t0\.\d{4}\ta\n\w+\t0\.\d{4}\tb$/)
  assert.equal(long, `error\t\t${'x'.repeat(1000)}`)
  assert.match(stderr, /line 2: It has more than 1048576 characters/)
})

test('a text that is too long is an error of its own', async () => {
  const long = 'a'.repeat(32769)
  const { code, stdout, stderr } = await cli(['classify', '-m', model, '--jsonl'], { input: `b\n${long}\nc\n` })
  assert.equal(code, 1)
  assert.match(stderr, /line 2: .*32768/)
  const results = objects(stdout)
  assert.deepEqual(results.map(({ text }) => text), ['b', long, 'c'])
  assert.equal(results[1].error.code, 'input')
  assert.ok(results[0].label && results[2].label)
  const tsv = await cli(['classify', '-m', model], { input: `${long}\n` })
  assert.equal(tsv.stdout, `error\t\t${long}\n`)
})

test('bytes that are not UTF-8 are replaced, a byte order mark stays', async () => {
  const input = Buffer.from('efbbbf61ff62e28261f09f980a', 'hex')
  const [result] = objects(await output(['classify', '-m', model, '--jsonl'], { input }))
  assert.equal(result.text, '\ufeffa\ufffdb\ufffda\ufffd')
})

test('lines are answered as they come, and a reader may leave early', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [MAIN, 'classify', '-m', model], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => {})
  for (const text of ['first', 'second']) {
    child.stdin.write(`${text}\n`)
    const [answer] = await once(child.stdout, 'data')
    assert.match(String(answer), new RegExp(`\t${text}\n$`))
  }
  child.stdout.destroy()
  child.stdin.write('third\n')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('Ctrl-C ends it while it waits', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [MAIN, 'classify', '-m', model], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.write('first\n')
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'exit'), [130, null])
})

/* --------------------------------------------------------------------------------------------------- tokenize -- */

const CASES = (await readFile(golden('text_cases.jsonl'), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line))
const MODES = { none: 'A', pysentimiento: 'B', bertweet: 'C' }

for (const [mode, letter] of Object.entries(MODES)) {
  test(`tokens of the golden cases in mode ${mode}`, async () => {
    const args = ['tokenize', '--tokenizer', golden('tokenizer-8k'), '--mode', mode, '--input', 'json', '--jsonl']
    const input = CASES.map(({ text }) => `${JSON.stringify(text)}\n`).join('')
    const [whole, cut] = await Promise.all([output([...args, '--no-truncation'], { input }), output(args, { input })])
    const truncated = objects(cut)
    for (const [index, { ids, tokens, text }] of objects(whole).entries()) {
      const { id, modes: { [letter]: expected } } = CASES[index]
      assert.deepEqual(ids, expected.ids, `case ${id}`)
      assert.equal(text, expected.text ?? (expected.text_cp ? String.fromCodePoint(...expected.text_cp) : text))
      assert.equal(tokens.length, ids.length)
      assert.ok(ids.every((number, at) => (number === 3) === (tokens[at] === '<unk>')), `case ${id}: ${tokens}`)
      assert.deepEqual(truncated[index].ids, ids.length > 128 ? [...ids.slice(0, 127), 2] : ids)
    }
  })
}

test('tokens of a model are those of its tokenizer, in its mode', async () => {
  const texts = ['a #bTag <mask>', 'd\ud83d']
  const input = texts.map((text) => `${JSON.stringify(text)}\n`).join('')
  const run = (...args) => output(['tokenize', '--input', 'json', '--jsonl', ...args], { input })
  const byModel = await run('--tokenizer', model)
  assert.equal(byModel, await run('--tokenizer', golden('tiny-bin')))
  assert.equal(byModel, await run('-t', model, '--mode', 'pysentimiento'))
  const [{ tokens, text }] = objects(byModel)
  assert.match(text, /^a hashtag b tag <mask>$/)
  assert.deepEqual([tokens[0], tokens.at(-2), tokens.at(-1)], ['<s>', '<mask>', '</s>'])
  assert.match(await output(['tokenize', '-t', model, 'a']), /^<s> 0 {2}\S+ \d+ {2}<\/s> 2\n$/)
})

test('a broken bpe.codes, of two columns, is refused by name', async () => {
  const directory = await mkdtemp(join(scratch, 'tokenizer-'))
  await writeFile(join(directory, 'vocab.txt'), 'a 1\n')
  await writeFile(join(directory, 'bpe.codes'), 'a b\nb c\n')
  await fails(1, /bpe\.codes.*transformers 5/s, ['tokenize', '-t', directory, 'a'])
})

/* ------------------------------------------------------------------------------------------ logits and info -- */

test('logits of ready ids are those behind the scores', async () => {
  const texts = ['a b c', 'b', 'c c c c d e f']
  const input = texts.map((text) => `${text}\n`).join('')
  const rows = objects(await output(['tokenize', '-t', model, '--jsonl'], { input })).map(({ ids }) => ids)
  const lines = rows.map((ids) => `${JSON.stringify(ids)}\n`).join('')
  const logits = objects(await output(['logits', '-m', model], { input: lines }))
  const results = objects(await output(['classify', '-m', model, '--jsonl'], { input }))
  logits.forEach((row, index) => {
    assert.ok(row.every((logit) => Math.fround(logit) === logit))
    const exponentials = row.map(Math.exp)
    const total = exponentials.reduce((sum, value) => sum + value, 0)
    Object.values(results[index].scores).forEach((score, at) => {
      assert.ok(Math.abs(score - exponentials[at] / total) < 1e-6)
    })
  })
  await fails(1, /Line 1 must be a JSON array of token ids; found \{\}/, ['logits', '-m', model], { input: '{}\n' })
  await fails(1, /id 99999999 is not in/, ['logits', '-m', model], { input: '[0, 99999999, 2]\n' })
})

test('info, for people and for programs', async () => {
  const manifest = JSON.parse(await output(['info', model, '--json']))
  assert.equal(manifest.name, 'tiny')
  assert.deepEqual(manifest, JSON.parse(await readFile(join(model, 'manifest.json'), 'utf8')))
  const text = await output(['info', model])
  for (const row of [/^model +tiny$/m, /^licence +\S/m, /^text mode +pysentimiento, at most 128 tokens$/m,
    /^fidelity +same label .* on \d+\.\d % of \d+ texts/m]) assert.match(text, row)
})

test('nothing that a stranger wrote commands the terminal, or passes for another row', async () => {
  const commands = '\x1b]0;title\x07\x1b[2J\x9b2J\r\u202e\nlicence      MIT'
  const manifest = JSON.parse(await readFile(join(model, 'manifest.json'), 'utf8'))
  const folder = join(scratch, 'hostile')
  await mkdir(folder)
  const write = (change) => writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, ...change }))
  await write({ name: commands, license: { id: 'x', summary: commands }, labels: [commands, 'b', 'c'],
    source: { repository: commands, revision: commands }, quantization: { weights: commands },
    fidelity: { labelAgreement: commands, texts: commands, maxScoreDifference: commands } })
  const text = await output(['info', folder])
  assert.doesNotMatch(text, /[^\P{Cc}\n]|\u202e/u)
  assert.doesNotMatch(text, /^licence +MIT/m)
  assert.equal(text.trimEnd().split('\n').length, 8)
  await write({ name: commands, version: 2, format: commands })
  for (const change of [{ preprocess: commands }, { version: commands }]) {
    await write(change)
    const { code, stderr } = await cli(['info', folder])
    assert.equal(code, 1)
    assert.doesNotMatch(stderr, /[^\P{Cc}\n]|\u202e/u)
  }
  await write({ fidelity: {}, quantization: null, source: 5 })
  assert.match(await output(['info', folder]), /^fidelity .*NaN/m)
  const bad = await cli(['classify', '-m', model, '--input', 'jsonl'], { input: `\x1b]0;title\x07\n"fine"\n` })
  assert.match(bad.stderr, /line 1: It is not JSON/)
  assert.doesNotMatch(bad.stderr, /\x1b/)
})

/* ---------------------------------------------------------------------------------------------------- convert -- */

test('a checkpoint converts to the same bytes each time, and over an earlier output', async () => {
  const other = join(scratch, 'other')
  for (let time = 0; time < 2; time++) {
    const stdout = await output(['convert', golden('tiny-bin'), other, '--name', 'tiny'])
    assert.match(stdout, /Text mode: pysentimiento \(change it with --preprocess\)/)
    const names = (await readdir(model)).sort()
    assert.deepEqual((await readdir(other)).sort(), names)
    for (const name of names) assert.deepEqual(await readFile(join(other, name)), await readFile(join(model, name)))
  }
  const stdout = await output(['convert', golden('tiny-bin'), join(scratch, 'plain'), '--preprocess', 'none'])
  assert.match(stdout, /Text mode: none \(as --preprocess says\)/)
  const manifest = JSON.parse(await output(['info', join(scratch, 'plain'), '--json']))
  assert.deepEqual([manifest.name, manifest.preprocess], ['tiny-bin', 'none'])
})

test('smoothing by one\'s own texts, and none', async () => {
  const texts = join(scratch, 'calibration.txt')
  const lines = Array.from({ length: 300 }, (_, index) => `text number ${index} 😍\r\n\r\n`)
  await writeFile(texts, `\ufeff\n${lines.join('')}`)
  const smoothingOf = async (name, ...options) => {
    await output(['convert', golden('tiny-bin'), join(scratch, name), ...options])
    return JSON.parse(await output(['info', join(scratch, name), '--json']))
  }
  const own = await smoothingOf('own', '--calibrate', texts)
  assert.deepEqual(own.quantization.smoothing, { method: 'smoothquant', strength: 0.5, texts: 256 })
  const none = await smoothingOf('none', '--smoothing', 'none')
  assert.equal(none.quantization.smoothing, null)
  const bundled = JSON.parse(await readFile(join(model, 'manifest.json'), 'utf8'))
  const hashes = [own, none, bundled].map(({ selfTest }) => selfTest.logits)
  assert.equal(new Set(hashes).size, 3)
  await fails(2, /--calibrate is for smoothing/, ['convert', 'a', 'b', '--calibrate', texts, '--smoothing', 'none'])
  await writeFile(texts, '\n \n')
  const convert = ['convert', golden('tiny-bin'), join(scratch, 'no'), '--calibrate']
  await fails(1, /has no lines to calibrate by/, [...convert, texts])
  await fails(1, /Cannot read/, [...convert, join(scratch, 'nowhere')])
})

test('nothing is left behind where a checkpoint is refused', async () => {
  const before = await readdir(scratch)
  await fails(1, /Missing file: config\.json/, ['convert', golden(''), join(scratch, 'never')])
  await fails(1, /no folder nowhere, and it is no Hub id/, ['convert', 'nowhere', join(scratch, 'never')])
  await fails(1, /holds something else than a converted model/, ['convert', golden('tiny-bin'), golden('tiny-bin')])
  assert.deepEqual(await readdir(scratch), before)
})

test('a model of the Hub is fetched, once, and converts like the folder', async () => {
  const files = await openDirectory(golden('tiny-bin'))
  const hub = await mockHub({ files })
  await files.close()
  const env = { HF_ENDPOINT: hub.endpoint, HF_TOKEN: 'secret', BERTWEET_CACHE: join(scratch, 'cache') }
  const target = join(scratch, 'from-hub')
  await output(['convert', 'someone/tiny@main', target], { env })
  const manifest = JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8'))
  assert.equal(manifest.name, 'tiny')
  assert.deepEqual([manifest.source.repository, manifest.source.revision], ['someone/tiny', COMMIT])
  const local = JSON.parse(await readFile(join(model, 'manifest.json'), 'utf8'))
  assert.deepEqual(manifest.shards, local.shards)
  assert.ok(hub.log.some(({ authorization }) => authorization === 'Bearer secret'))

  const downloads = () => hub.log.filter(({ path }) => /^\/someone.*pytorch_model\.bin$/.test(path)).length
  assert.equal(downloads(), 1)
  await output(['convert', 'someone/tiny', target], { env })
  assert.equal(downloads(), 1)
  const empty = await mockHub({ changes: { 'config.json': null } })
  await fails(1, /no file config\.json \(HTTP 404\)/, ['convert', 'someone/tiny', join(scratch, 'never')],
    { env: { ...env, HF_ENDPOINT: empty.endpoint } })
})
