/**
 * throughput.js - texts per second of `bertweet-wasm classify`, start, load and tokenizer included, beside
 * transformers.js in Node on the same model at q8, whose start, load and tokens cost nothing here. One core each,
 * tweets of about 25 tokens. Written is build/bench/throughput.json.
 *
 * usage: node tests/bench/throughput.js [--texts 2000] [--rounds 3] [--nodes node,/path/of/another/node]
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROJECT } from '../browser/browser.js'
import { installPackages, prepareModel } from './models.js'

const { values } = parseArgs({ options: {
  texts: { type: 'string', default: '2000' },
  rounds: { type: 'string', default: '3' },
  nodes: { type: 'string', default: process.execPath }
} })

/** The last of --nodes is what the others run in. */
const newestNode = values.nodes.split(',').at(-1)
const FOLDER = join(PROJECT, 'build/bench')
const TEXTS = join(FOLDER, 'throughput.txt')
const CLI = join(PROJECT, 'js/cli/main.js')
const THEIRS = join(import.meta.dirname, 'throughput-transformers.js')
/** Kept to one core, where the system can. */
const onOneCore = spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? ['taskset', '-c', '0'] : []

/** Invented tweets of 12 to 28 words, about 25 tokens with what the tokenizer adds and splits. */
function inventTexts(count) {
  const words = ('so happy to see you all at the game tonight not again worst service ever I love this song please ' +
    'call me back tomorrow meeting was fine coffee first then we talk about it really tired of waiting 😍 #monday')
    .split(' ')
  let state = 1
  const next = (limit) => (state = state * 48271 % 2147483647) % limit
  return Array.from({ length: count }, () =>
    Array.from({ length: 12 + next(17) }, () => words[next(words.length)]).join(' '))
}

function run([command, ...args], options) {
  const begin = performance.now()
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return { seconds: (performance.now() - begin) / 1000, stdout }
}

installPackages()
const model = prepareModel('tweet-mini')
mkdirSync(FOLDER, { recursive: true })
writeFileSync(TEXTS, inventTexts(Number(values.texts)).map((text) => `${text}\n`).join(''))
const tokens = execFileSync(process.execPath, [CLI, 'tokenize', '--tokenizer', model.ours, '--jsonl', '--file', TEXTS],
  { encoding: 'utf8', maxBuffer: 1 << 28 })
const rows = tokens.trimEnd().split('\n').map((line) => JSON.parse(line).ids)
const input = rows.map((ids) => `${JSON.stringify(ids)}\n`).join('')
const meanTokens = rows.reduce((sum, { length }) => sum + length, 0) / rows.length

const classify = (node, ...options) => () =>
  run([...onOneCore, node, CLI, 'classify', '--model', model.ours, '--file', TEXTS, ...options],
    { stdio: ['ignore', openSync('/dev/null', 'w'), 'pipe'] }).seconds
const theirs = (batch, engine) => () =>
  JSON.parse(run([...onOneCore, newestNode, THEIRS, model.onnx, batch, engine], { input }).stdout).seconds

const versionOf = (node) => execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()

/** @type {Record<string, () => number>} seconds for all texts */
const programs = {
  ...Object.fromEntries(values.nodes.split(',').map((node) => [`classify, Node ${versionOf(node)}`, classify(node)])),
  'transformers.js (onnxruntime-node, native code), text by text': theirs(1, 'transformers'),
  'transformers.js (onnxruntime-node, native code), batches of 16': theirs(16, 'transformers'),
  'onnxruntime-web (WebAssembly) in Node, text by text': theirs(1, 'onnxruntime-web'),
  'onnxruntime-web (WebAssembly) in Node, batches of 16': theirs(16, 'onnxruntime-web')
}

const seconds = Object.fromEntries(Object.keys(programs).map((name) => [name, []]))
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, measure] of Object.entries(programs)) seconds[name].push(measure())
}
const speeds = Object.fromEntries(Object.entries(seconds).map(([name, all]) => [name, rows.length / Math.min(...all)]))
const result = { date: new Date().toISOString(), cpu: cpus()[0].model, load: loadavg()[0], texts: rows.length,
  meanTokens, oneCore: onOneCore.length > 0, textsPerSecond: speeds, seconds }
writeFileSync(join(FOLDER, 'throughput.json'), `${JSON.stringify(result, null, 2)}\n`)
for (const [name, speed] of Object.entries(speeds)) console.log(`${speed.toFixed(0).padStart(6)} texts/s  ${name}`)
