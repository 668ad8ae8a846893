/**
 * flat.js - whether memory stays flat: the line through what was measured in the second half of a run.
 */

/**
 * What a run was measured to hold, in bytes: all of the process, what a collected heap holds, and WebAssembly's
 * memory. What a place cannot tell is absent.
 *
 * @typedef {{done: number, process?: number, heap?: number, wasm?: number}} Sample  done: calls before it
 *
 * @typedef {{slope: number, growth: number, limit: number, isFlat: boolean}} Trend
 *   slope: bytes a call; growth: of the second half, by that slope
 */

/** What is not collected at will goes up and down: its line goes through the lowest of so many parts of the time. */
const PARTS = 5

/**
 * Growth of the second half that may be chance, and bytes a call on top. A process takes memory in large pieces and
 * gives it back when it likes; a heap that was collected hardly varies; WebAssembly's memory has no reason to grow.
 */
const LIMITS = {
  process: { slack: 32 << 20, rate: 4 },
  heap: { slack: 512 << 10, rate: 1 },
  wasm: { slack: 0, rate: 0 }
}

/**
 * @param {Sample[]} samples  in order
 * @returns {Record<string, Trend>}
 */
export function trends(samples) {
  const last = samples.at(-1).done
  const half = samples.filter(({ done }) => done >= last / 2)
  if (half.length < 3) throw new Error(`${half.length} samples in the second half tell nothing`)
  const calls = last - half[0].done
  const entries = Object.entries(LIMITS).filter(([what]) => what in half[0]).map(([what, { slack, rate }]) => {
    const points = half.map((sample) => [sample.done, sample[what]])
    const slope = slopeOf(what === 'process' ? lowest(points) : points)
    const growth = slope * calls
    const limit = slack + rate * calls
    return [what, { slope, growth, limit, isFlat: growth <= limit }]
  })
  return Object.fromEntries(entries)
}

/** The lowest point of each part. @param {[number, number][]} points */
function lowest(points) {
  const count = Math.min(PARTS, points.length)
  const begin = (part) => Math.floor(points.length * part / count)
  const parts = Array.from({ length: count }, (_, part) => points.slice(begin(part), begin(part + 1)))
  return parts.map((part) => part.reduce((least, point) => point[1] < least[1] ? point : least))
}

/** Of the line with the least squares. @param {[number, number][]} points */
function slopeOf(points) {
  const mean = (at) => points.reduce((sum, point) => sum + point[at], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const [above, below] = points.reduce(([xy, xx], point) =>
    [xy + (point[0] - x) * (point[1] - y), xx + (point[0] - x) ** 2], [0, 0])
  return above / below
}
