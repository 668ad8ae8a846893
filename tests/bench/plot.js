/**
 * plot.js - latency against tokens as an SVG: both axes logarithmic, a line for each engine, its name at its end.
 */

const WIDTH = 760
const HEIGHT = 420
const LEFT = 56
const RIGHT = 500
const TOP = 44
const BOTTOM = 372
const COLOURS = [
  '#0b7285', '#e8590c', '#5f3dc4', '#2b8a3e', '#c2255c', '#868e96', '#1098ad', '#a61e4d', '#364fc7', '#846358', '#000'
]

/**
 * @param {object} plot
 * @param {string} plot.title
 * @param {{label: string, points: [tokens: number, ms: number][]}[]} plot.lines
 * @returns {string} an SVG document
 */
export function drawPlot({ title, lines }) {
  const all = lines.flatMap(({ points }) => points)
  const tokens = [...new Set(all.map(([x]) => x))].sort((a, b) => a - b)
  const times = all.map(([, y]) => y)
  const ticks = timeTicks(Math.min(...times), Math.max(...times))
  const x = scale(tokens[0], tokens.at(-1), LEFT, RIGHT)
  const y = scale(ticks[0], ticks.at(-1), BOTTOM, TOP)
  const labelHeights = spread(lines.map(({ points }) => y(points.at(-1)[1])), 15)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="22" font-size="14" font-weight="bold">${escape(title)}</text>`,
    ...ticks.map((ms) => `<path d="M${LEFT} ${y(ms)}H${RIGHT}" stroke="#e9ecef"/>` +
      `<text x="${LEFT - 6}" y="${y(ms) + 4}" text-anchor="end" fill="#495057">${ms}</text>`),
    ...tokens.map((count) => `<path d="M${x(count)} ${TOP}V${BOTTOM}" stroke="#e9ecef"/>` +
      `<text x="${x(count)}" y="${BOTTOM + 17}" text-anchor="middle" fill="#495057">${count}</text>`),
    `<text x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle" fill="#495057">tokens of one text</text>`,
    `<text transform="translate(14 ${(TOP + BOTTOM) / 2}) rotate(-90)" text-anchor="middle" fill="#495057">` +
      'milliseconds, fastest call</text>',
    ...lines.map(({ label, points }, index) => drawLine(label, points.map(([a, b]) => [x(a), y(b)]),
      COLOURS[index % COLOURS.length], labelHeights[index])),
    '</svg>', ''
  ].join('\n')
}

function drawLine(label, points, colour, labelHeight) {
  const [endX, endY] = points.at(-1)
  return `<polyline points="${points.map((point) => point.join(' ')).join(', ')}" fill="none" stroke="${colour}" ` +
    'stroke-width="2"/>' + points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`).join('') +
    `<path d="M${endX + 5} ${endY}L${endX + 16} ${labelHeight}" stroke="${colour}" opacity="0.5"/>` +
    `<text x="${endX + 20}" y="${labelHeight + 4}" fill="${colour}">${escape(label)}</text>`
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

/** Moves heights down where they are closer to each other than the distance. */
function spread(heights, distance) {
  const result = [...heights]
  const order = heights.map((_, index) => index).sort((a, b) => heights[a] - heights[b])
  order.forEach((index, rank) => {
    if (rank > 0) result[index] = Math.max(result[index], result[order[rank - 1]] + distance)
  })
  return result
}

const escape = (text) => text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign])
