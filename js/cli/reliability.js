/**
 * reliability.js - the reliability diagram as SVG: accuracy against confidence, above how many texts had it. Filled
 * points are the scores as they are, hollow ones those at temperature 1, where the model has another.
 */

const SIZE = 320
const COUNTS_HEIGHT = 70
const GAP = 26
const LEFT = 52
const TOP = 44
const RIGHT = 20
const BOTTOM = 46
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1]

/**
 * @typedef {{calibrationError: number, reliability: import('../metrics.js').Bin[]}} Calibration
 *
 * @param {Calibration & {model: string, path: string, temperature?: number, untempered?: Calibration | null}} report
 *   of eval
 * @returns {string}
 */
export function reliabilityDiagram({ model, path, reliability: bins, calibrationError, temperature, untempered }) {
  const title = `${model} (${path})`
  const width = LEFT + SIZE + RIGHT
  const height = TOP + SIZE + GAP + COUNTS_HEIGHT + BOTTOM
  const countsTop = TOP + SIZE + GAP
  const x = (share) => round(LEFT + SIZE * share)
  const y = (share) => round(TOP + SIZE * (1 - share))
  const most = Math.max(...bins.map(({ count }) => count))
  const total = bins.reduce((sum, { count }) => sum + count, 0)
  const shown = bins.filter(({ count }) => count > 0)
  const barWidth = ({ lower, upper }) => round(SIZE * (upper - lower) - 2)

  const accuracy = shown.map((bin) => `<rect class="bar" x="${x(bin.lower) + 1}" y="${y(bin.accuracy)}" ` +
    `width="${barWidth(bin)}" height="${round(SIZE * bin.accuracy)}"><title>confidence ${bin.confidence.toFixed(3)}, ` +
    `accuracy ${bin.accuracy.toFixed(3)}, ${bin.count} texts</title></rect>`)
  const point = (kind) => (bin) => `<circle${kind} cx="${x(bin.confidence)}" cy="${y(bin.accuracy)}" r="3"/>`
  const points = [...untempered?.reliability.filter(({ count }) => count > 0).map(point(' class="before"')) ?? [],
    ...shown.map(point(''))]
  const error = `expected calibration error ${calibrationError.toFixed(4)}` +
    (untempered ? `; ${untempered.calibrationError.toFixed(4)} (hollow) without temperature ${temperature}` : '')
  const counts = shown.map((bin) => {
    const length = round(COUNTS_HEIGHT * bin.count / most)
    return `<rect class="count" x="${x(bin.lower) + 1}" y="${round(countsTop + COUNTS_HEIGHT - length)}" ` +
      `width="${barWidth(bin)}" height="${length}"/>`
  })
  const ticks = TICKS.flatMap((tick) => [
    `<path class="grid" d="M${LEFT} ${y(tick)}h${SIZE}"/>`,
    `<text class="right" x="${LEFT - 8}" y="${y(tick) + 4}">${tick}</text>`,
    `<text class="middle" x="${x(tick)}" y="${countsTop + COUNTS_HEIGHT + 16}">${tick}</text>`
  ])

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" \
role="img" aria-labelledby="title description">
<title id="title">${escape(title)}: reliability</title>
<desc id="description">Accuracy against confidence of ${total} texts in ${bins.length} bins; \
${error}.</desc>
<style>text{font:12px system-ui,sans-serif;fill:#333}.middle{text-anchor:middle}.right{text-anchor:end}\
.name{font-weight:600;font-size:14px}.bar{fill:#4a7fc1;fill-opacity:.55}.count{fill:#9aa5b1}.grid{stroke:#e3e6ea}\
.ideal{stroke:#333;stroke-dasharray:4 4}circle{fill:#1d4f91;stroke:#1d4f91}.before{fill:#fff;fill-opacity:.6}</style>
<rect width="${width}" height="${height}" fill="#fff"/>
<text class="name" x="${LEFT}" y="20">${escape(title)}</text>
<text x="${LEFT}" y="36">${total} texts, ${error}</text>
${[...ticks, ...accuracy].join('\n')}
<path class="ideal" d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}"/>
${[...points, ...counts].join('\n')}
<text class="middle" x="${x(0.5)}" y="${height - 10}">confidence</text>
<text class="middle" transform="translate(14 ${y(0.5)}) rotate(-90)">accuracy</text>
<text class="middle" transform="translate(14 ${countsTop + COUNTS_HEIGHT / 2}) rotate(-90)">texts</text>
<text class="right" x="${LEFT - 8}" y="${countsTop + 10}">${most}</text>
</svg>
`
}

const round = (value) => Math.round(100 * value) / 100

const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
