/**
 * bench.js - `npm run bench`: this package side by side with what people use today. README.md beside it tells how and
 * what. Writes build/bench/results.json, results.md and a plot for each model.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROJECT, launchChromium, startServer } from '../browser/browser.js'
import { ENGINES } from './engines.js'
import { SHAPES, measureKernels } from './kernels.js'
import { makeCases, measureLatency } from './latency.js'
import { measureMemory, measureStart } from './loading.js'
import { MODELS, installPackages, installPython, prepareModel } from './models.js'
import { drawPlot } from './plot.js'
import { report, titleOf } from './report.js'
import { measureLoad } from './streaming.js'
import { measureTokenizer } from './tokenizer.js'

/** Those of each model come after the others. */
const MODEL_PARTS = ['latency', 'start', 'load', 'memory']
const PARTS = ['kernels', 'tokenizer', ...MODEL_PARTS]

/** What the models are, in words. */
const DESCRIPTIONS = {
  'tweet-mini': 'tweet-mini, 18 million parameters',
  full: 'RoBERTa-base\'s shape, 135 million parameters'
}

const HELP = `Usage: npm run bench -- [options]

  --model LIST     ${MODELS.join(', ')}; default: all
  --engines LIST   default: all of
                   ${Object.keys(ENGINES).join(', ')}
  --parts LIST     ${PARTS.join(', ')}; default: all
  --tokens LIST    lengths of texts, at most 128; default: 8,16,32,64,128
  --rounds N       default: 10; a third of it for start
  --ms N           for each engine and length in a round; default: 300
  --output DIR     default: build/bench
  --help           show this`

const OPTIONS = {
  model: { type: 'string', default: MODELS.join() },
  engines: { type: 'string', default: Object.keys(ENGINES).join() },
  parts: { type: 'string', default: PARTS.join() },
  tokens: { type: 'string', default: '8,16,32,64,128' },
  rounds: { type: 'string', default: '10' },
  ms: { type: 'string', default: '300' },
  output: { type: 'string', default: join(PROJECT, 'build/bench') },
  help: { type: 'boolean' }
}

const log = (message) => console.error(message)

function readOptions() {
  const { values } = parseArgs({ options: OPTIONS })
  const list = (text, known) => text.split(',').map((name) => {
    if (known.includes(name)) return name
    throw new Error(`There is no ${name}; there are ${known.join(', ')}.`)
  })
  return {
    help: values.help,
    models: list(values.model, MODELS),
    engines: list(values.engines, Object.keys(ENGINES)),
    parts: list(values.parts, PARTS),
    tokens: values.tokens.split(',').map(Number),
    rounds: Number(values.rounds),
    ms: Number(values.ms),
    output: values.output
  }
}

/** Fills result part by part, and calls save after each. */
async function benchModel(name, result, { engines, parts, tokens, rounds, ms }, url, save) {
  let model
  try {
    model = prepareModel(name)
  } catch (error) {
    log(`skipped: ${name}: ${error.message}`)
    result.missing = error.message
    return
  }
  const cases = makeCases(model, tokens)
  result.macsPerToken = model.macsPerToken
  if (parts.includes('latency')) {
    const measured = await measureLatency({ model, engines, cases, rounds, ms, url, log })
    result.latency = { ...measured, cases: cases.map(({ name, tokens }) => ({ name, tokens })) }
    save()
  }
  if (parts.includes('load') && engines.includes('ours')) {
    log(`${name}: load`)
    result.load = await measureLoad(model, rounds)
    save()
  }
  // Kernels are no matter for these, and neither are threads, but for the memory that they share.
  const pages = engines.filter((engine) => ENGINES[engine].page && !ENGINES[engine].kernel)
  for (const part of parts.filter((part) => ['start', 'memory'].includes(part))) {
    result[part] = {}
    for (const engine of pages.filter((engine) => !result.latency?.absent[engine])) {
      log(`${name}: ${part} of ${engine}`)
      result[part][engine] = part === 'start' ? await measureStart(engine, model, Math.ceil(rounds / 3))
        : await measureMemory(engine, model, cases, url)
      save()
    }
  }
}

/** All engines but those that hide the others: the picked kernel when it is also forced, and the scalar one. */
function drawLatency(name, { engines, cases }, { date, machine, versions }) {
  const picked = engines.ours?.info.kernel
  const shown = Object.entries(engines).filter(([key]) => ![picked, 'scalar'].includes(ENGINES[key].kernel ?? ''))
  const single = cases.filter((item) => item.name === `${item.tokens}`)
  const [chromium] = versions.Chromium.split('.')
  return drawPlot({
    title: `Latency of ${DESCRIPTIONS[name]}`,
    subtitle: [
      `Chromium ${chromium}`, `${machine.cores} cores of ${machine.cpu}`, date.slice(0, 10)
    ].join(', '),
    lines: shown.map(([key, { info, times }]) => ({
      label: titleOf(key, info),
      family: key.startsWith('ours') ? 'ours' : key.split('-2t')[0],
      dashes: ENGINES[key].threads > 1 ? '7 4' : ENGINES[key].kernel ? '2 4' : undefined,
      points: single.map((item) => [item.tokens, times[item.name].min])
    }))
  })
}

const packageOf = (folder) => JSON.parse(readFileSync(join(PROJECT, folder, 'package.json'), 'utf8')).version

/** Of what runs in these parts. */
async function readVersions(parts) {
  return {
    'bertweet-wasm': packageOf('.'),
    Node: process.versions.node,
    ...parts.some((part) => part !== 'tokenizer') && { Chromium: await readChromium() },
    ...parts.some((part) => MODEL_PARTS.includes(part)) && readOthers()
  }
}

async function readChromium() {
  const browser = await launchChromium()
  const version = browser.version()
  await browser.close()
  return version
}

function readOthers() {
  const pip = spawnSync(join(PROJECT, 'build/venv/torch/bin/python'), ['-m', 'pip', 'list', '--format', 'json'])
  const python = pip.status === 0 ? JSON.parse(pip.stdout) : []
  return {
    'onnxruntime-web': packageOf('build/bench/npm/node_modules/onnxruntime-web'),
    '@huggingface/transformers': packageOf('build/bench/npm/node_modules/@huggingface/transformers'),
    ...Object.fromEntries(python.filter(({ name }) => ['onnxruntime', 'torch'].includes(name))
      .map(({ name, version }) => [`${name} (Python)`, version]))
  }
}

function readMachine() {
  return {
    cpu: cpus()[0].model,
    cores: cpus().length,
    memory: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`
  }
}

function saveResults(results, folder) {
  mkdirSync(folder, { recursive: true })
  const write = (file, text) => writeFileSync(join(folder, file), text)
  write('results.json', `${JSON.stringify(results, null, 2)}\n`)
  write('results.md', report(results))
  for (const [name, { latency }] of Object.entries(results.models)) {
    if (latency) write(`latency-${name}.svg`, drawLatency(name, latency, results))
  }
}

const readLoad = () => loadavg()[0].toFixed(1)

async function main() {
  const options = readOptions()
  if (options.help) return console.log(HELP)
  const models = options.parts.some((part) => MODEL_PARTS.includes(part)) ? options.models : []
  if (models.length > 0) installPackages()
  if (models.length > 0 && options.engines.some((name) => name.startsWith('native-'))) installPython()
  const results = {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    command: ['npm run bench', ...process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : []].join(' '),
    machine: readMachine(),
    versions: await readVersions(options.parts),
    load: { start: readLoad() },
    models: {}
  }
  const save = () => {
    results.load.end = readLoad()
    saveResults(results, options.output)
  }
  const server = await startServer()
  try {
    if (options.parts.includes('kernels')) {
      log('kernels')
      results.kernels = { shapes: SHAPES, speeds: await measureKernels(10 * options.rounds, server.url) }
    }
    if (options.parts.includes('tokenizer')) {
      log('tokenizer')
      results.tokenizer = await measureTokenizer(2 * options.rounds)
      save()
    }
    for (const name of models) {
      results.models[name] = {}
      await benchModel(name, results.models[name], options, server.url, save)
    }
  } finally {
    await server.close()
  }
  save()
  console.log(report(results))
}

await main()
