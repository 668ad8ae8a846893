/**
 * layer-table.js - what quantisation made of a model's linear layers, as a table for people.
 */

const HEADINGS = ['layer', 'shape', 'depth', 'smoothing', 'error', 'worst output']

/**
 * @param {import('../convert/layer-report.js').LayerReport[]} layers
 * @returns {string}  lines; shape: outputs x inputs; depth: with its number of panels where there are several
 */
export function layerTable(layers) {
  const rows = [HEADINGS, ...layers.map(cellsOf), totalOf(layers)]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()}\n`).join('')
}

function cellsOf({ name, outputs, inputs, depths, smoothing, error, worst }) {
  const each = Object.entries(depths)
  const depth = each.length === 1 ? each[0][0] : each.map(([value, count]) => `${value} (${count})`).join(', ')
  const { least, most } = smoothing
  return [name, `${outputs} x ${inputs}`, depth, least === most ? 'none' : `${short(least)} to ${short(most)}`,
    percent(error), `${worst.output}: ${percent(worst.error)}`]
}

function totalOf(layers) {
  const worst = layers.reduce((a, b) => b.worst.error > a.worst.error ? b : a)
  const mean = layers.reduce((sum, { error }) => sum + error, 0) / layers.length
  return ['mean; worst of all', '', '', '', percent(mean), `${percent(worst.worst.error)}, ${worst.name}`]
}

const percent = (share) => `${(100 * share).toFixed(2)} %`

const short = (value) => String(Number(value.toPrecision(2)))
