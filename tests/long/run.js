/**
 * run.js - runs a place's work piece by piece, and measures between the pieces.
 */
import { trends } from './flat.js'

/**
 * @typedef {object} Place
 * @property {() => Promise<{process?: number, heap?: number}>} measure  bytes, after a collection
 * @property {() => Promise<void>} start  a classifier for classify
 * @property {(calls: number) => Promise<{wasm?: number}>} classify
 * @property {(count: number) => Promise<{wasm?: number}>} cycle  makes classifiers and disposes of them
 * @property {() => Promise<void>} startDeaths  a classifier for die
 * @property {(times: number) => Promise<{wasm?: number}>} die  kills its worker
 * @property {() => Promise<Record<string, number>>} stop  disposes of the classifier; counts what stays all the same
 * @property {() => Promise<void>} close
 *
 * @typedef {{what: string, count: number, seconds: number, left: Record<string, number>,
 *   samples: import('./flat.js').Sample[], trends: Record<string, import('./flat.js').Trend>}} Report
 */

/**
 * @param {Place} place
 * @param {'classify' | 'cycle' | 'die'} what
 * @param {number} count
 * @param {number} [pieces]  after each of which it is measured
 * @returns {Promise<Report>}
 */
export async function run(place, what, count, pieces = 40) {
  const begin = performance.now()
  if (what === 'classify') await place.start()
  if (what === 'die') await place.startDeaths()
  const samples = []
  for (let done = 0; done < count;) {
    const goal = Math.min(count, done + Math.ceil(count / pieces))
    const told = await place[what](goal - done)
    done = goal
    samples.push({ done, ...await place.measure(), ...told })
  }
  const left = await place.stop()
  return { what, count, seconds: (performance.now() - begin) / 1000, left, samples, trends: trends(samples) }
}

/** Whether memory was flat, and nothing was left. @param {Report} report */
export const isClean = ({ left, trends }) =>
  Object.values(trends).every(({ isFlat }) => isFlat) && Object.values(left).every((number) => number === 0)

/** A line for each thing measured. @param {Report} report */
export function print({ what, count, seconds, left, samples, trends }) {
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`
  const lines = Object.entries(trends).map(([name, { slope, growth, limit, isFlat }]) =>
    `  ${name}: ${slope.toFixed(3)} bytes each, ${megabytes(growth)} in the second half ` +
    `(at most ${megabytes(limit)}); at the end ${megabytes(samples.at(-1)[name])}${isFlat ? '' : ' GROWS'}`)
  const leavings = Object.entries(left).map(([name, number]) => `${number} ${name}`).join(', ')
  return [`${what} ${count}, ${seconds.toFixed(0)} s${leavings && `; left: ${leavings}`}`, ...lines].join('\n')
}
