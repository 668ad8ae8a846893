/**
 * plot.js - latency against tokens as an SVG: both axes logarithmic, a line for each engine, its name at its end. Its
 * colours follow the reader's light or dark mode.
 */

const WIDTH = 900
const HEIGHT = 460
const LEFT = 60
const RIGHT = 560
const TOP = 84
const BOTTOM = 404
const LABEL_HEIGHT = 17

/** Of ours, then of the others in the order in which they come; on white and on black (Okabe and Ito, and kin). */
const COLOURS = [
  ['#0072b2', '#56b4e9'], ['#c14a00', '#ff9f5a'], ['#4d4d4d', '#bdbdbd'], ['#007a5a', '#3ddbb0'],
  ['#a3458b', '#e79fd0'], ['#7a6a00', '#f0e442']
]

const STYLE = [
  'svg { background: #fff; font: 13px system-ui, -apple-system, "Segoe UI", sans-serif }',
  '.title { font-size: 17px; font-weight: 600 } .bold { font-weight: 600 }',
  'text { fill: #1f2328 } .quiet { fill: #59636e } .grid { stroke: #d1d9e0 }',
  '.line { fill: none; stroke-width: 2; stroke-linejoin: round } .ours { stroke-width: 3 }',
  ...COLOURS.map(([light], index) => `.s${index} { stroke: ${light} } .f${index} { fill: ${light} }`),
  '@media (prefers-color-scheme: dark) {',
  'svg { background: #0d1117 } text { fill: #e6edf3 } .quiet { fill: #9198a1 } .grid { stroke: #30363d }',
  ...COLOURS.map(([, dark], index) => `.s${index} { stroke: ${dark} } .f${index} { fill: ${dark} }`),
  '}'
].join('\n')

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} family  lines of one family have one colour; that of ours is 'ours'
 * @property {string} [dashes]  of the stroke, as SVG has them
 * @property {[tokens: number, ms: number][]} points
 */

/**
 * @param {{title: string, subtitle: string, lines: Line[]}} plot
 * @returns {string} an SVG document
 */
export function drawPlot({ title, subtitle, lines }) {
  const all = lines.flatMap(({ points }) => points)
  const tokens = [...new Set(all.map(([x]) => x))].sort((a, b) => a - b)
  const times = all.map(([, y]) => y)
  const ticks = timeTicks(Math.min(...times), Math.max(...times))
  const x = scale(tokens[0], tokens.at(-1), LEFT, RIGHT)
  const y = scale(ticks[0], ticks.at(-1), BOTTOM, TOP)
  const labelHeights = spread(lines.map(({ points }) => y(points.at(-1)[1])), LABEL_HEIGHT)
  const families = [...new Set(['ours', ...lines.map(({ family }) => family)])]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<style>\n${STYLE}\n</style>`,
    `<text x="20" y="32" class="title">${escape(title)}</text>`,
    `<text x="20" y="54" class="quiet">${escape(subtitle)}</text>`,
    ...ticks.map((ms) => `<path d="M${LEFT} ${y(ms)}H${RIGHT}" class="grid"/>` +
      `<text x="${LEFT - 8}" y="${y(ms) + 4}" text-anchor="end" class="quiet">${ms}</text>`),
    ...tokens.map((count) => `<path d="M${x(count)} ${TOP}V${BOTTOM}" class="grid"/>` +
      `<text x="${x(count)}" y="${BOTTOM + 20}" text-anchor="middle" class="quiet">${count}</text>`),
    `<text x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 42}" text-anchor="middle" class="quiet">tokens of one text</text>`,
    `<text transform="translate(20 ${(TOP + BOTTOM) / 2}) rotate(-90)" text-anchor="middle" class="quiet">` +
      'milliseconds of a call, fastest</text>',
    ...lines.map(({ label, family, dashes, points }, index) => drawLine({
      label,
      points: points.map(([a, b]) => [x(a), y(b)]),
      colour: families.indexOf(family) % COLOURS.length,
      emphasis: family === 'ours',
      dashes,
      labelHeight: labelHeights[index]
    })),
    '</svg>', ''
  ].join('\n')
}

function drawLine({ label, points, colour, emphasis, dashes, labelHeight }) {
  const [endX, endY] = points.at(-1)
  const stroke = dashes ? ` stroke-dasharray="${dashes}"` : ''
  return `<polyline points="${points.map((point) => point.join(' ')).join(', ')}" ` +
    `class="line s${colour}${emphasis ? ' ours' : ''}"${stroke}/>` +
    points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="${emphasis ? 4 : 3}" class="f${colour}"/>`).join('') +
    `<path d="M${endX + 7} ${endY}L${endX + 18} ${labelHeight}" class="s${colour}"/>` +
    `<text x="${endX + 23}" y="${labelHeight + 4}" class="f${colour}${emphasis ? ' bold' : ''}">${escape(label)}</text>`
}

/** 1, 2, 5, 10, ... around a range. */
function timeTicks(min, max) {
  const all = [-2, -1, 0, 1, 2, 3, 4].flatMap((power) => [1, 2, 5].map((step) => Number(`${step}e${power}`)))
  const first = all.findLastIndex((tick) => tick <= min)
  return all.slice(first, all.findIndex((tick) => tick >= max) + 1)
}

function scale(min, max, from, to) {
  const span = Math.log(max / min) || 1
  return (value) => Math.round(10 * (from + (to - from) * Math.log(value / min) / span)) / 10
}

/** Moves heights apart where they are closer to each other than the distance, half of it up and half of it down. */
function spread(heights, distance) {
  const order = heights.map((_, index) => index).sort((a, b) => heights[a] - heights[b])
  const result = [...heights]
  order.forEach((index, rank) => {
    if (rank > 0) result[index] = Math.max(result[index], result[order[rank - 1]] + distance)
  })
  const shift = heights.reduce((sum, height, index) => sum + height - result[index], 0) / heights.length
  return result.map((height) => Math.round(10 * (height + shift)) / 10)
}

const escape = (text) => text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign])
