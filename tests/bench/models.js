/**
 * models.js - makes what the bench needs, once, under build/bench: the other libraries, and a checkpoint in the formats
 * of all.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PROJECT } from '../browser/browser.js'

const BENCH = join(PROJECT, 'build/bench')
const SHARED = process.env.BERTWEET_SHARED ?? join(PROJECT, '../shared')
const python = (environment) => join(PROJECT, `build/venv/${environment}/bin/python`)

/**
 * @typedef {object} BenchModel
 * @property {string} name
 * @property {string} checkpoint  folder of Hugging Face's layout
 * @property {string} ours  manifest of the converted model
 * @property {string} onnx  folder that export_onnx.py has written
 * @property {{ours: string, onnx: string}} urls  the same, for pages of the server
 * @property {number} macsPerToken  multiplications of the encoder's matrices by one token's activations
 * @property {(tokens: number, seed: number) => number[]} row  ids of an invented text, `<s>` to `</s>`
 */

/** Folders of checkpoints, by the names of --model, and how to make them. */
const CHECKPOINTS = {
  'tweet-mini': { folder: join(SHARED, 'models/tweet-mini') },
  full: {
    folder: join(PROJECT, 'build/checkpoints/full'),
    make(folder) {
      run(join(PROJECT, 'tests/python/setup.sh'), ['text'])
      run(python('text'), [join(PROJECT, 'tests/python/make_checkpoint.py'), 'full', folder])
    }
  }
}

export const MODELS = Object.keys(CHECKPOINTS)

/** Installs the libraries of package.json beside this file into build/bench/npm; no scripts of theirs run. */
export function installPackages() {
  const folder = join(BENCH, 'npm')
  const lock = join(import.meta.dirname, 'package-lock.json')
  if (!isOlder(join(folder, 'node_modules/.package-lock.json'), [lock])) return
  mkdirSync(folder, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(dirname(lock), file), join(folder, file))
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder])
}

/** Sets up the Python that exports models and runs the native engines, unless it is there in any version. */
export function installPython() {
  const check = spawnSync(python('torch'), ['-c', 'import numpy, onnx, onnxruntime, onnxscript, torch, transformers'])
  if (check.status === 0) return
  run(join(PROJECT, 'tests/python/setup.sh'), ['torch'])
  const requirements = join(PROJECT, 'tests/python/requirements-onnxruntime.txt')
  run(python('torch'), ['-m', 'pip', 'install', '--quiet', '-r', requirements])
}

/**
 * A model in all formats, made where it is missing or older than what makes it.
 *
 * @param {string} name  one of MODELS
 * @returns {BenchModel}
 * @throws {Error} where its checkpoint is not on this machine
 */
export function prepareModel(name) {
  const { folder: checkpoint, make } = CHECKPOINTS[name]
  if (!existsSync(join(checkpoint, 'config.json'))) {
    if (!make) throw new Error(`no checkpoint at ${checkpoint} (BERTWEET_SHARED names the folder above it)`)
    make(checkpoint)
  }
  const ours = join(BENCH, 'models', name, 'manifest.json')
  if (isOlder(ours, [join(PROJECT, 'dist/bertweet-convert.wasm'), join(PROJECT, 'js/convert')])) {
    run(process.execPath, [join(PROJECT, 'js/cli/main.js'), 'convert', checkpoint, dirname(ours)])
  }
  const onnx = join(BENCH, 'onnx', name)
  if (!existsSync(join(onnx, 'config.json'))) {
    installPython()
    run(python('torch'), [join(import.meta.dirname, 'export_onnx.py'), checkpoint, onnx])
  }
  const config = JSON.parse(readFileSync(join(checkpoint, 'config.json'), 'utf8'))
  return {
    name,
    checkpoint,
    ours,
    onnx,
    urls: { ours: `/build/bench/models/${name}/manifest.json`, onnx: `/build/bench/onnx/${name}/` },
    macsPerToken: macsPerToken(config),
    row: (tokens, seed) => inventRow(tokens, seed, config.vocab_size)
  }
}

const macsPerToken = ({ num_hidden_layers: layers, hidden_size: hidden, intermediate_size: inner }) =>
  layers * (4 * hidden * hidden + 2 * hidden * inner)

/** Ids from a linear congruential generator (minstd), special ones only at the ends. */
function inventRow(tokens, seed, vocabSize) {
  let state = seed
  return Array.from({ length: tokens }, (_, index) => {
    if (index === 0) return 0
    if (index === tokens - 1) return 2
    state = state * 48271 % 2147483647
    return 4 + state % (vocabSize - 5)
  })
}

const modified = (file) => statSync(file).mtimeMs
const isOlder = (file, than) => !existsSync(file) || than.some((other) => modified(other) > modified(file))

function run(program, args) {
  console.error(`$ ${[program, ...args].join(' ')}`)
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw error ?? new Error(`${program} ended with ${status}`)
}
