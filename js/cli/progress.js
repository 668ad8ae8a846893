/**
 * progress.js - how far a long run is: a bar on a terminal, a line now and then elsewhere if it is asked for.
 */

import { progressBar } from './output.js'

const BAR_MS = 200
const LINE_MS = 10_000

/**
 * @param {import('./run.js').Io} io
 * @param {{size: number | null, read: () => number}} input
 * @param {boolean} isWanted  also where stderr is no terminal
 * @returns {{show: (more: number, bad: number) => void, end: () => void}}  show: so many more texts, so many bad
 *   ones in all
 */
export function openProgress({ stdout, stderr }, { size, read }, isWanted) {
  // Results on the same terminal would be written into the bar.
  const isBar = stderr.isTTY && !stdout.isTTY
  if (!isBar && !isWanted) return { show() {}, end() {} }
  const bar = progressBar(stderr)
  const begin = performance.now()
  let [texts, bad, shown] = [0, 0, begin]

  const describe = () => {
    const seconds = (performance.now() - begin) / 1000
    const left = size && read() > 0 ? Math.max(0, size - read()) / read() * seconds : null
    return [`${count(texts)} texts`, `${count(Math.round(texts / seconds))}/s`, ...bad > 0 ? [`${count(bad)} bad`] : [],
      ...left === null ? [] : [`${duration(left)} left`]].join(', ')
  }
  return {
    show(more, badNow) {
      texts += more
      bad = badNow
      const now = performance.now()
      if (now - shown < (isBar ? BAR_MS : LINE_MS)) return
      shown = now
      if (isBar) bar.show(describe(), read(), size)
      else stderr.write(`${size ? `${Math.floor(100 * read() / size)} %, ` : ''}${describe()}\n`)
    },
    end() {
      bar.clear()
      const seconds = (performance.now() - begin) / 1000
      stderr.write(`${count(texts)} texts in ${duration(seconds)}, ${count(Math.round(texts / seconds))}/s\n`)
    },
  }
}

const count = (number) => number.toLocaleString('en')

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const parts = [seconds / 3600, seconds / 60 % 60, seconds % 60]
  return parts.map((value) => String(Math.floor(value)).padStart(2, '0')).join(':').replace(/^(00:)?0?/, '')
}
