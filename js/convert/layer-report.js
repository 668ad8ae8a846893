/**
 * layer-report.js - what quantisation made of each linear layer: for `convert --report`, and for callers of
 * convertCheckpoint who pass `onLayer`.
 */

import { packingOf, rowReader } from '../verify/image.js'

/**
 * A linear layer of a finished image beside the checkpoint's.
 *
 * Errors are of the weights alone, as the layer multiplies them: a channel counts as much as smoothing makes of it, so
 * those with large activations count more. They are root mean squares relative to the weights', 0.01 is 1 %. Rounding
 * that feeds errors back makes them larger and the layer's output better; tests/python/numerics.py measures outputs.
 *
 * @typedef {object} LayerReport
 * @property {string} name     in the image
 * @property {number} outputs
 * @property {number} inputs
 * @property {Record<string, number>} depths  panels of 8 outputs by their depth of the 16-bit bound
 * @property {{least: number, most: number}} smoothing  what input channels are divided by; both 1: none
 * @property {number} error    of all weights
 * @property {{output: number, error: number}} worst  the output with the largest error of its own
 */

/**
 * @param {import('../verify/image.js').ImageTensor} tensor  packed
 * @param {Float32Array} weights  the checkpoint's, outputs x inputs
 * @returns {LayerReport}
 */
export function reportLayer(tensor, weights) {
  const { name, rows: outputs, sources: inputs } = tensor
  const { factors, depths } = packingOf(tensor)
  const smoothing = factors.map((factor) => factor === 0 ? 1 : 1 / factor)
  const row = rowReader(tensor)
  let [square, distance] = [0, 0]
  let worst = { output: 0, error: 0 }
  for (let output = 0; output < outputs; output++) {
    const found = row(output)
    let [rowSquare, rowDistance] = [0, 0]
    for (let k = 0; k < inputs; k++) {
      const weight = weights[output * inputs + k]
      rowSquare += (weight * smoothing[k]) ** 2
      rowDistance += ((found[k] - weight) * smoothing[k]) ** 2
    }
    const error = relative(rowDistance, rowSquare)
    if (error > worst.error) worst = { output, error }
    square += rowSquare
    distance += rowDistance
  }
  return { name, outputs, inputs, depths: countEach(depths),
    smoothing: { least: round(Math.min(...smoothing)), most: round(Math.max(...smoothing)) },
    error: relative(distance, square), worst }
}

/** Of sums of squares; weights that are all 0 are rounded without error. */
const relative = (distance, square) => square === 0 ? 0 : round(Math.sqrt(distance / square))

/** @param {Uint8Array} values */
function countEach(values) {
  const counts = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

/** Four digits. */
const round = (value) => Number(value.toPrecision(4))
