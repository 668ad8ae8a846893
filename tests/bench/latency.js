/**
 * latency.js - times of calls: all engines side by side, in rounds, so that a slow minute of the machine meets all.
 */
import { startEngine } from './engines.js'

/** How long each case runs before it counts: engines compile their hot functions meanwhile. */
const WARM_UP_MS = 700

/**
 * @typedef {{name: string, tokens: number, rows: number[][]}} Case
 * @typedef {{min: number, median: number, calls: number}} Times  milliseconds of a call
 * @typedef {object} EngineLatency
 * @property {object} info  what the engine says of itself
 * @property {Record<string, Times>} times  by case
 * @property {Record<string, number[]>} logits  by case
 */

/**
 * One text of each length, and 8 texts of 32 tokens.
 *
 * @param {import('./models.js').BenchModel} model
 * @param {number[]} lengths  in tokens
 * @returns {Case[]}
 */
export function makeCases(model, lengths) {
  const one = (tokens) => ({ name: `${tokens}`, tokens, rows: [model.row(tokens, tokens)] })
  const batch = { name: '8 x 32', tokens: 256, rows: Array.from({ length: 8 }, (_, index) => model.row(32, index + 1)) }
  return [...lengths.map(one), batch]
}

/**
 * Times the engines on the cases. What cannot run here is left out, with the reason.
 *
 * @param {object} options
 * @param {import('./models.js').BenchModel} options.model
 * @param {string[]} options.engines  names
 * @param {Case[]} options.cases
 * @param {number} options.rounds
 * @param {number} options.ms  for an engine and a case in a round
 * @param {string} options.url  of the server
 * @param {(message: string) => void} options.log
 * @returns {Promise<{engines: Record<string, EngineLatency>, absent: Record<string, string>}>}
 */
export async function measureLatency({ model, engines, cases, rounds, ms, url, log }) {
  const { running, absent } = await startAll({ model, engines, url, log })
  const samples = Object.fromEntries([...running.keys()].map((name) => [name, { times: {}, logits: {} }]))
  try {
    for (const [name, engine] of running) {
      log(`${model.name}: warming ${name} up`)
      for (const { rows } of cases) await engine.measure(rows, WARM_UP_MS)
    }
    for (let round = 0; round < rounds; round++) {
      log(`${model.name}: round ${round + 1} of ${rounds}`)
      for (const { name: key, rows } of cases) {
        for (const [name, engine] of running) {
          const { times, logits } = await engine.measure(rows, ms)
          const sample = samples[name]
          sample.times[key] = [...sample.times[key] ?? [], ...times]
          sample.logits[key] = logits
        }
      }
    }
  } finally {
    for (const engine of running.values()) await engine.close()
  }
  const results = [...running].map(([name, { info }]) => [name, {
    info,
    times: Object.fromEntries(Object.entries(samples[name].times).map(([key, times]) => [key, summarise(times)])),
    logits: samples[name].logits
  }])
  return { engines: Object.fromEntries(results), absent }
}

async function startAll({ model, engines, url, log }) {
  const running = new Map()
  const absent = {}
  for (const name of engines) {
    log(`${model.name}: starting ${name}`)
    try {
      running.set(name, await startEngine(name, model, url))
    } catch (error) {
      absent[name] = error.message.replace(/^page\.\w+: /, '').split('\n')[0]
      log(`${model.name}: without ${name}: ${absent[name]}`)
    }
  }
  return { running, absent }
}

/** @param {number[]} times @returns {Times} */
export function summarise(times) {
  const sorted = times.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { min: sorted[0], median, calls: sorted.length }
}
