/**
 * The command line under programs that spread work over processes and machines: GNU parallel, and Apache Spark with two
 * executors. `npm run test:scale`; not part of CI: PySpark is a download of 450 MB and wants Java 17.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDER = join(PROJECT, 'build/scale')
const PYTHON = join(FOLDER, 'venv/bin/python')
const INPUT = join(FOLDER, 'texts.txt')
const LINES = 2000

/** `bertweet-wasm` is found as after an installation. */
const env = { ...process.env, PATH: [join(FOLDER, 'bin'), process.env.PATH].join(delimiter) }

const lacks = (program) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status !== 0 && `no ${program}`
const run = (command, args, options) =>
  execFileSync(command, args, { env, encoding: 'utf8', maxBuffer: 1 << 28, ...options })

/** What one process says. */
let expected

before(() => {
  mkdirSync(join(FOLDER, 'bin'), { recursive: true })
  const link = join(FOLDER, 'bin/bertweet-wasm')
  rmSync(link, { force: true })
  symlinkSync(join(PROJECT, 'js/cli/main.js'), link)
  const words = 'so happy not again 😍 #fail @user the meeting is at ten I love it'.split(' ')
  const textOf = (index) => Array.from({ length: index * 7919 % 23 }, (_, at) => words[index * (at + 3) % words.length])
  writeFileSync(INPUT, Array.from({ length: LINES }, (_, index) => `${[...textOf(index), index].join(' ')}\n`).join(''))
  expected = run('bertweet-wasm', ['classify', '--file', INPUT])
})

test('GNU parallel: a process for each core, in order', { skip: lacks('parallel') }, () => {
  const input = readFileSync(INPUT)
  const args = ['--pipe', '--keep-order', '--block', '30k', 'bertweet-wasm', 'classify']
  assert.equal(run('parallel', args, { input }), expected)
})

test('Spark: rdd.pipe on two executors', { skip: lacks('java') || lacks('python3') }, () => {
  if (!existsSync(PYTHON)) run('python3', ['-m', 'venv', join(FOLDER, 'venv')])
  run(PYTHON, ['-m', 'pip', 'install', '--quiet', '-r', join(import.meta.dirname, 'requirements.txt')])
  const output = join(FOLDER, 'labelled')
  rmSync(output, { recursive: true, force: true })
  const args = ['local-cluster[2,1,1024]', INPUT, '5', output]
  const stdio = ['ignore', 'pipe', 'inherit']
  const executors = run(PYTHON, [join(import.meta.dirname, 'pipe.py'), ...args], { stdio })
  const parts = readdirSync(output).filter((name) => name.startsWith('part-')).sort()
  assert.equal(parts.map((name) => readFileSync(join(output, name), 'utf8')).join(''), expected)
  assert.deepEqual([Number(executors), parts.length], [2, 5])
})
