/** The command line's servers: `bertweet-wasm serve` and `start`. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../js/cli/main.js', import.meta.url))
const CHECKPOINT = fileURLToPath(new URL('../golden/tiny-bin', import.meta.url))

let scratch
let model
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cli-serve-'))
  model = join(scratch, 'model')
  execFileSync(process.execPath, [MAIN, 'convert', CHECKPOINT, model, '--name', 'tiny'], { stdio: 'ignore' })
})
after(() => rm(scratch, { recursive: true }))

/** Starts a server, waits for its address, asks for a path, and ends it with Ctrl-C. */
async function servedBy(args, path, headers) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CI: '' } })
  let shown = ''
  for await (const text of child.stdout.setEncoding('utf8')) {
    shown += text
    const [, url] = /Serving (http:\S+)/.exec(shown) ?? []
    if (!url) continue
    const [response] = await once(get(new URL(path, url), { headers }), 'response')
    const isolated = 'cross-origin-opener-policy' in response.headers
    const allowed = response.headers['access-control-allow-origin'] ?? null
    const body = (await response.toArray()).join('')
    const result = { shown, url, status: response.statusCode, isolated, allowed, body }
    const exit = once(child, 'exit')
    child.kill('SIGINT')
    assert.deepEqual(await exit, [0, null])
    return result
  }
  assert.fail(`no address in: ${shown}`)
}

test('serve, with and without isolation', async () => {
  const isolated = await servedBy(['serve', model, '--port', '0'], 'manifest.json')
  assert.deepEqual([isolated.status, isolated.isolated], [200, true])
  assert.equal(JSON.parse(isolated.body).name, 'tiny')
  const plain = await servedBy(['serve', model, '--port', '0', '--no-isolation'], 'manifest.json')
  assert.deepEqual([plain.status, plain.isolated], [200, false])
})

test('serve lets pages of this machine read, and no others', async () => {
  for (const [origin, allowed] of [['http://localhost:5173', 'http://localhost:5173'], ['https://example.com', null],
    ['http://localhost.example.com', null]]) {
    assert.equal((await servedBy(['serve', model, '--port', '0'], 'manifest.json', { origin })).allowed, allowed)
  }
})

test('serve answers to no name that is not this machine\'s, such as one that a page gave its address', async () => {
  for (const [host, status] of [['evil.test', 403], ['localhost.evil.test:8080', 403], ['127.0.0.1.evil.test', 403],
    ['localhost', 200], ['LOCALHOST:1', 200], ['[::1]:8080', 200]]) {
    const { status: found, body } = await servedBy(['serve', model, '--port', '0'], 'manifest.json', { host })
    assert.equal(found, status, host)
    assert.equal(body.includes('tiny'), status === 200)
  }
})

test('start: a table of the sample, then the demo; the table alone in CI', async () => {
  const sample = (await readFile(new URL('../../demo/sample.txt', import.meta.url), 'utf8')).trimEnd().split('\n')
  const table = execFileSync(process.execPath, [MAIN, 'start', '-m', model],
    { encoding: 'utf8', env: { ...process.env, CI: 'true' } })
  const lines = table.split('\n')
  assert.match(lines[0], /^text +label +NEG +NEU +POS +tokens +ms$/)
  sample.forEach((text, index) => {
    assert.ok(lines[index + 1].startsWith(text.slice(0, 40)))
    assert.match(lines[index + 1], /(NEG|NEU|POS)( +[01]\.\d{3}){3} +\d+ +\d+\.\d$/)
  })
  assert.match(lines[sample.length + 2], /^tiny, loaded in \d+ ms; kernel [\w-]+, 1 thread/)
  const { shown, url, body } = await servedBy(['start', '-m', model, '--port', '0'], '')
  assert.ok(shown.startsWith(lines[0]))
  assert.match(url, /\/demo\/$/)
  assert.match(body, /<title>bertweet-wasm/)
})
