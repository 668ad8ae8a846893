/**
 * engines.js - what is compared, each in a process of its own.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { PROJECT, launchChromium } from '../browser/browser.js'

/**
 * A page engine is tests/bench/page-<page>.js in a Chromium of its own; a program one is a command that answers lines.
 *
 * @typedef {object} Engine
 * @property {string} title
 * @property {number} threads
 * @property {string} [page]
 * @property {string} [kernel]  of ours
 * @property {(model: import('./models.js').BenchModel) => string[]} [command]
 */

const python = join(PROJECT, 'build/venv/torch/bin/python')
const here = (file) => join(import.meta.dirname, file)

const ours = (threads, kernel) => ({ title: 'bertweet-wasm', page: 'ours', threads, kernel })
const node = (threads) => ({
  title: 'bertweet-wasm in Node',
  threads,
  command: ({ ours }) => [process.execPath, here('node.js'), ours, threads]
})

/** By the names of --engines, in the order of the tables. @type {Record<string, Engine>} */
export const ENGINES = {
  ours: ours(1),
  'ours-relaxed-deep': ours(1, 'relaxed-deep'),
  'ours-relaxed-dot': ours(1, 'relaxed-dot'),
  'ours-simd128': ours(1, 'simd128'),
  'ours-simd128-deep': ours(1, 'simd128-deep'),
  'ours-scalar': ours(1, 'scalar'),
  ort: { title: 'onnxruntime-web q8', page: 'ort', threads: 1 },
  transformers: { title: 'transformers.js q8', page: 'transformers', threads: 1 },
  'ours-2t': ours(2),
  'ort-2t': { title: 'onnxruntime-web q8', page: 'ort', threads: 2 },
  node: node(1),
  'native-ort': {
    title: 'onnxruntime q8 (Python)',
    threads: 1,
    command: ({ onnx }) => [python, here('native.py'), 'onnxruntime', join(onnx, 'onnx/model_quantized.onnx'), 1]
  },
  'native-torch': {
    title: 'PyTorch fp32 (Python)',
    threads: 1,
    command: ({ checkpoint }) => [python, here('native.py'), 'torch', checkpoint, 1]
  }
}

/**
 * @typedef {object} Running
 * @property {object} info  what the engine says of itself
 * @property {(rows: number[][], ms: number) => Promise<{times: number[], logits: number[]}>} measure
 * @property {() => Promise<void>} close
 */

/**
 * Starts an engine on a model.
 *
 * @param {string} name  one of ENGINES
 * @param {import('./models.js').BenchModel} model
 * @param {string} url  of the server, for pages
 * @returns {Promise<Running>}
 * @throws {Error} where it cannot run here
 */
export async function startEngine(name, model, url) {
  const engine = ENGINES[name]
  return engine.page ? startPage(engine, model, url) : startProgram(engine.command(model))
}

/** What page.js needs to open an engine. @param {Engine} engine @param {import('./models.js').BenchModel} model */
export function openRequest({ page, threads, kernel }, model) {
  const options = { model: model.urls.ours, onnx: model.urls.onnx, threads, kernel }
  return { engine: page, options, rows: [model.row(16, 1)] }
}

/** Address of the page that opens an engine by itself. */
export const openUrl = (url, request) =>
  `${url}tests/bench/page.html?open=${encodeURIComponent(JSON.stringify(request))}`

async function startPage(engine, model, url) {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.goto(openUrl(url, openRequest(engine, model)))
    const { info } = await page.evaluate(() => globalThis.opened)
    if (info.threads !== engine.threads) throw new Error(info.threadsReason ?? `it runs ${info.threads} threads`)
    return {
      info,
      measure: (rows, ms) => page.evaluate((request) => globalThis.bench.measure(request), { rows, ms }),
      close: () => browser.close()
    }
  } catch (error) {
    await browser.close()
    throw error
  }
}

async function startProgram(command) {
  const [program, ...args] = command.map(String)
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text) => { complaints += text })
  const failed = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => reject(new Error(`${program} ended: ${complaints.trim().split('\n').at(-1)}`)))
  })
  failed.catch(() => {}) // told by next()
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () =>
    JSON.parse(await Promise.race([lines.next().then(({ value }) => value ?? failed), failed]))
  return {
    info: await next(),
    measure(rows, ms) {
      child.stdin.write(`${JSON.stringify({ rows, ms })}\n`)
      return next()
    },
    async close() {
      child.stdin.end()
      await failed.catch(() => {})
    }
  }
}
