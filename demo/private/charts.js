/** charts.js - the two charts of the private page. */

import { Chart } from '../vendor/charts.js'
import { count, nameOf } from '../common.js'

const charts = new Map()

/** What a custom property of the page's colours is now, in the light or in the dark. @param {string} name */
function themeColor(name) {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

const colorOf = (label) => themeColor({ NEG: '--neg', NEU: '--neu', POS: '--pos' }[label] ?? '--accent')

/** @param {HTMLCanvasElement} canvas @param {object} config @param {string} description  for those who do not see it */
function draw(canvas, config, description) {
  charts.get(canvas)?.destroy()
  canvas.setAttribute('aria-label', description)
  Chart.defaults.color = themeColor('--soft')
  Chart.defaults.borderColor = themeColor('--line')
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily
  const options = { animation: false, maintainAspectRatio: false, ...config.options }
  charts.set(canvas, new Chart(canvas, { ...config, options }))
}

/** How many texts have each label. @param {HTMLCanvasElement} canvas @param {Map<string, number>} counts */
export function drawDistribution(canvas, counts) {
  const labels = [...counts.keys()]
  const total = [...counts.values()].reduce((sum, value) => sum + value, 0)
  draw(canvas, {
    type: 'bar',
    data: {
      labels: labels.map((label) => nameOf(label)),
      datasets: [{
        data: [...counts.values()],
        backgroundColor: labels.map(colorOf),
        borderRadius: 6,
        maxBarThickness: 72
      }]
    },
    options: {
      plugins: { legend: { display: false } },
      scales: { x: { grid: { display: false } }, y: { ticks: { precision: 0 } } }
    }
  }, labels.map((label) => `${nameOf(label)} ${count(counts.get(label))} of ${count(total)}`).join(', '))
}

/**
 * How many texts have each label, over time.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{day: string, counts: Map<string, number>}[]} days
 */
export function drawTimeline(canvas, days) {
  const labels = [...new Set(days.flatMap(({ counts }) => [...counts.keys()]))]
  draw(canvas, {
    type: 'line',
    data: {
      labels: days.map(({ day }) => day),
      datasets: labels.map((label) => ({
        label: nameOf(label),
        data: days.map(({ counts }) => counts.get(label) ?? 0),
        borderColor: colorOf(label),
        backgroundColor: colorOf(label),
        borderWidth: 2,
        pointRadius: days.length > 40 ? 0 : 3,
        tension: 0.25
      }))
    },
    options: {
      interaction: { mode: 'index', intersect: false },
      plugins: { legend: { labels: { boxWidth: 12 } } },
      scales: { x: { grid: { display: false } }, y: { beginAtZero: true, ticks: { precision: 0 } } }
    }
  }, `${days.length} days from ${days[0].day} to ${days.at(-1).day}`)
}

/**
 * Counts by day, in their order; by month where days would be too many.
 *
 * @param {{date: number, label: string}[]} items
 */
export function byDay(items) {
  const dates = items.map(({ date }) => date)
  const long = dates.reduce((a, b) => Math.max(a, b)) - dates.reduce((a, b) => Math.min(a, b)) > 366 * 86400e3
  const days = new Map()
  for (const { date, label } of items) {
    const day = new Date(date).toISOString().slice(0, long ? 7 : 10)
    if (!days.has(day)) days.set(day, new Map())
    days.get(day).set(label, (days.get(day).get(label) ?? 0) + 1)
  }
  return [...days].sort(([a], [b]) => a < b ? -1 : 1).map(([day, counts]) => ({ day, counts }))
}
