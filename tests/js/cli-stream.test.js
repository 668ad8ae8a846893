/** Long runs of `bertweet-wasm classify`: memory that does not grow, readers that are slow. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../js/cli/main.js', import.meta.url))
const CHECKPOINT = fileURLToPath(new URL('../golden/tiny-bin', import.meta.url))

let scratch
let model
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cli-stream-'))
  model = join(scratch, 'model')
  const [code] = await once(spawn(process.execPath, [MAIN, 'convert', CHECKPOINT, model]), 'exit')
  assert.equal(code, 0)
})
after(() => rm(scratch, { recursive: true }))

/** Starts it with a heap that would not hold the input. */
function startClassify(...args) {
  const child = spawn(process.execPath, ['--max-old-space-size=48', MAIN, 'classify', '-m', model, ...args],
    { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => {}) // it ended early, which its exit code tells
  return child
}

/** Records with a short text and a long column that only passes through. */
const NOTE = 'x'.repeat(8000)
const PIECE = 64
const piece = (index) => Array.from({ length: PIECE }, (_, at) => `${index * PIECE + at},a b,${NOTE}\n`).join('')

/** Most memory that a process has had so far, in bytes. */
const peakMemory = ({ pid }) => 1024 * /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]

test('memory does not grow with the input', { timeout: 600_000 }, async (t) => {
  const PIECES = 500
  const child = startClassify('--input', 'csv', '--threads', '2')
  const exit = once(child, 'exit')
  let records = -1 // the header
  let peak = null
  const reading = (async () => {
    let rest = ''
    for await (const text of child.stdout.setEncoding('utf8')) {
      const lines = (rest + text).split('\n')
      rest = lines.pop()
      for (const line of lines) {
        if (records >= 0) assert.ok(line.startsWith(`${records},a b,x`))
        records++
      }
    }
  })()
  child.stdin.write('id,text,note\n')
  for (let index = 0; index < PIECES; index++) {
    if (!child.stdin.write(piece(index))) await once(child.stdin, 'drain')
    if (index === PIECES / 5 && existsSync('/proc/self/status')) peak = peakMemory(child)
  }
  const grown = peak === null ? 0 : peakMemory(child) - peak
  child.stdin.end()
  await reading
  assert.deepEqual([await exit, records], [[0, null], PIECES * PIECE])
  const megabytes = PIECES * PIECE * (NOTE.length + 12) / 1e6
  const [first, more] = [peak, grown].map((bytes) => (bytes / 1e6).toFixed(0))
  t.diagnostic(`${megabytes.toFixed(0)} MB; peak ${first} MB after a fifth, ${more} MB more later`)
  assert.ok(grown < 64e6, `${grown} bytes`)
})

test('it reads no faster than its output is read', { timeout: 600_000 }, async (t) => {
  const child = startClassify('--input', 'csv', '--column', 'text')
  child.stdin.write('id,text,note\n')
  // The child is stuck when nothing moves for so long; a busy machine makes this test weaker, not wrong.
  let sent = 0
  for (let still = 0; still < 20 && sent < 500;) {
    if (child.stdin.writableNeedDrain) {
      await setTimeout(100)
      still++
    } else {
      child.stdin.write(piece(sent++))
      still = 0
    }
  }
  t.diagnostic(`${sent * PIECE} records were taken`)
  assert.ok(sent < 100, `${sent} pieces`)
  child.stdin.end()
  let lines = 0
  for await (const text of child.stdout.setEncoding('utf8')) lines += text.split('\n').length - 1
  assert.equal(lines, 1 + sent * PIECE)
})
