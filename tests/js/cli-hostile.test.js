/**
 * The command line where the system or a stranger means ill: disks that are full, signals, files that are no texts,
 * records without end.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { decode } from '../../js/cli/decode.js'
import { CsvReader } from '../../js/cli/csv.js'

const MAIN = fileURLToPath(new URL('../../js/cli/main.js', import.meta.url))
const CHECKPOINT = fileURLToPath(new URL('../golden/tiny-bin', import.meta.url))

let folder
let model
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-hostile-'))
  model = join(folder, 'model')
  const { code, stderr } = await cli(['convert', CHECKPOINT, model])
  assert.equal(code, 0, stderr)
})
after(() => rm(folder, { recursive: true }))

/** Runs the program, in a shell that is told what else to do to it. */
async function cli(args, { shell = '"$@"', input = '', env = {} } = {}) {
  const child = spawn('bash', ['-c', shell, 'bash', process.execPath, MAIN, ...args],
    { env: { ...process.env, ...env } })
  const out = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => { out[name] += text })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code, signal] = await once(child, 'close')
  return { code: code ?? signal, ...out }
}

const file = async (name, content) => {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

const temporaries = async () => (await readdir(folder)).filter((name) => name.startsWith('.'))

/* --------------------------------------------------------------------------------------------------- the system -- */

test('a full disk is told in one line, of results, help and version', { skip: !existsSync('/dev/full') }, async () => {
  for (const args of [['classify', '-m', model, 'a'], ['info', model], ['--version'], ['--help'], ['eval', '--help']]) {
    const { code, stderr } = await cli(args, { shell: '"$@" > /dev/full' })
    assert.deepEqual([code, stderr],
      [1, 'bertweet-wasm: The output cannot be written: ENOSPC: no space left on device, write.\n'], args.join(' '))
  }
})

test('nobody reads what is told beside the results: the results are whole', async () => {
  const input = '{\n"a"\n'.repeat(100)
  const { code, stdout } = await cli(['classify', '-m', model, '--input', 'jsonl', '--batch', '1'],
    { shell: '"$@" 2> >(exec true)', input })
  assert.deepEqual([code, stdout.split('\n').length], [1, 201])
})

test('a disk without room for a model, or for the Hub\'s files: the file is named, nothing is left', async (t) => {
  const before = await temporaries()
  const own = await cli(['convert', CHECKPOINT, join(folder, 'new')], { shell: 'ulimit -f 10; "$@"' })
  assert.equal(own.code, 1)
  assert.match(own.stderr, /^bertweet-wasm: Cannot write [0-9a-f]+\.bin for .*new: EFBIG: .*\.\n$/)
  assert.deepEqual(await temporaries(), before)

  const server = createServer((request, response) => response.end(Buffer.alloc(1 << 20, 32))).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const env = { HF_ENDPOINT: `http://127.0.0.1:${server.address().port}`, BERTWEET_CACHE: join(folder, 'cache') }
  const fetched = await cli(['convert', 'some/one', join(folder, 'new')], { shell: 'ulimit -f 100; "$@"', env })
  assert.equal(fetched.code, 1)
  assert.match(fetched.stderr, /^bertweet-wasm: Cannot keep config\.json in .*: EFBIG: .*\.\n$/)
  const kept = await readdir(join(folder, 'cache'), { recursive: true })
  assert.deepEqual(kept.filter((name) => /partial|json/.test(name)), [])
})

for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15], ['SIGHUP', 1]]) {
  test(`${signal} while a model is converted: nothing is left`, async () => {
    // It waits for a pipe that nobody fills, after the folder for the output was made.
    const server = createServer(() => {}).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const env = { ...process.env, HF_ENDPOINT: `http://127.0.0.1:${server.address().port}`, BERTWEET_CACHE: folder }
    const child = spawn(process.execPath, [MAIN, 'convert', 'some/one', join(folder, 'new')], { env, stdio: 'ignore' })
    await once(server, 'request')
    assert.equal((await temporaries()).length, 1)
    child.kill(signal)
    assert.deepEqual(await once(child, 'exit'), [128 + number, null])
    assert.deepEqual(await temporaries(), [])
    server.closeAllConnections()
    server.close()
  })
}

test('a wrong temperature is told before anything is downloaded or written', async () => {
  for (const temperature of ['abc', '', '0', '-1', 'Infinity', '1e-300', '1e300']) {
    const env = { HF_ENDPOINT: 'http://127.0.0.1:9' } // nobody is there
    const { code, stderr } = await cli(['convert', 'some/one', join(folder, 'new'), `--temperature=${temperature}`],
      { env })
    assert.equal(code, 1)
    assert.match(stderr, /^bertweet-wasm: temperature must be a number over 0/)
  }
})

test('a file is no folder to serve', async () => {
  const { code, stderr } = await cli(['serve', MAIN])
  assert.deepEqual([code, /main\.js is no folder\n$/.test(stderr)], [2, true], stderr)
})

/* -------------------------------------------------------------------------------------------------------- files -- */

test('what is no text is no text for eval, verify and --calibrate either', async () => {
  const zipped = await file('zipped.txt', gzipSync('POS\tnice\n'))
  const folderOfAFile = join(MAIN, 'x')
  for (const [args, found] of [
    [['eval', model], /^bertweet-wasm: The input is gzip-compressed/],
    [['verify', model, '--checkpoint', CHECKPOINT, '--texts'], /^bertweet-wasm: The input is gzip-compressed/],
    [['convert', CHECKPOINT, join(folder, 'new'), '--calibrate'], /^bertweet-wasm: The input is gzip-compressed/]
  ]) {
    const { code, stderr } = await cli([...args, zipped])
    assert.equal(code, 1, args[0])
    assert.match(stderr, found)
    const missing = await cli([...args, folderOfAFile])
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, /^bertweet-wasm: Cannot read .*x: ENOTDIR: .*\.\n$/)
  }
})

test('verify reads JSON with a byte order mark, and UTF-16', async () => {
  const lines = '{"text": "a b", "ids": [0, 2]}\r\n"c"\r\n'
  const marked = await file('marked.json', `\ufeff${lines}`)
  const wide = await file('wide.json', Buffer.from(`\ufeff${lines}`, 'utf16le'))
  for (const name of [marked, wide]) {
    const { stdout, stderr } = await cli(['verify', model, '--input', 'json', '--texts', name, '--json'])
    assert.deepEqual(JSON.parse(stdout).findings.map(({ kind }) => kind), ['ids'], stderr)
  }
})

test('a diagram that cannot be written does not take the report with it', async () => {
  const labelled = await file('labelled.tsv', 'POS\tnice\nNEG\tbad\n')
  const { code, stdout, stderr } = await cli(['eval', model, labelled, '--json', '--svg', join(folder, 'no', 'x.svg')])
  assert.deepEqual([code, JSON.parse(stdout).texts], [1, 2])
  assert.match(stderr, /^bertweet-wasm: Cannot write .*x\.svg/)
})

test('what a file is, is seen however small its first pieces are; lines are not held back', async () => {
  const pieces = async function* (bytes) { for (const byte of bytes) yield Uint8Array.of(byte) }
  const read = async (bytes) => {
    let text = ''
    for await (const piece of decode(pieces(bytes))) text += piece
    return text
  }
  await assert.rejects(read(gzipSync('hello')), { code: 'input', message: /gzip/ })
  await assert.rejects(read(Buffer.from('PK\x03\x04')), { code: 'input', message: /ZIP/ })
  assert.equal(await read(Buffer.from('\ufeffhi 😍', 'utf16le')), 'hi 😍')
  assert.equal(await read(Buffer.from([0xfe, 0xff, 0, 0x68, 0, 0x69])), 'hi')
  for (const text of ['', 'P', 'PK', 'PK\x03', '%PD', 'é', '\ufeffa']) assert.equal(await read(Buffer.from(text)), text)
  const waiting = decode((async function* () {
    yield Buffer.from('a\n')
    await new Promise(() => {})
  })())
  assert.deepEqual(await waiting.next(), { done: false, value: 'a\n' })
})

test('a record of separators without end is refused before it fills the memory', () => {
  const reader = new CsvReader()
  let pieces = 0
  assert.throws(() => {
    for (; pieces < 1000; pieces++) reader.push(','.repeat(1 << 16))
  }, { code: 'input', message: /record that begins on line 1 does not end/ })
  assert.ok(pieces <= 1 << 8, `${pieces} pieces`)
})

test('a header of a million columns is not shown whole', async () => {
  const { code, stderr } = await cli(['classify', '-m', model, '--input', 'csv'],
    { input: `${Array.from({ length: 1e6 }, (_, index) => `c${index}`).join(',')}\n1\n` })
  assert.equal(code, 2)
  assert.match(stderr, /has no column "text".*: c0, c1, .*\.\.\.$/m)
  assert.ok(stderr.length < 6000, `${stderr.length}`)
})
