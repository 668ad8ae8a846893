/** The private page: a table in, a table with labels out, and no way to send either anywhere. */
import { createClassifier, isCached } from '../../js/index.js'
import { count, describeInfo, element, make, nameOf, percent } from '../common.js'
import { keptModule } from '../module-cache.js'
import { byDay, drawDistribution, drawTimeline } from './charts.js'
import { tryAll } from './leaks.js'
import { csvOf, guessDateColumn, guessTextColumn, readTable, tableOfLines } from './rows.js'

/** Texts classified between two looks at the clock. */
const CHUNK = 128
const PAGE_ROWS = 100

/** @type {import('../../js/index.js').Classifier} */
let classifier
/** @type {import('./rows.js').Table | null} */
let table = null
/** Of the table's rows; null where there is none yet. @type {(import('../../js/index.js').Classification | null)[]} */
let results = []
let running = new AbortController()
let shownRows = PAGE_ROWS

function showError(error) {
  element('error').textContent = error?.message ?? ''
  element('error').hidden = !error
}

// ----------------------------------------------------------------------------------------------------- the model --

const worker = () => new Worker(new URL('worker.js', import.meta.url), { type: 'module' })

async function openModel(options) {
  classifier = await createClassifier({ ...options, worker })
  element('info').textContent = describeInfo(classifier.info)
  element('setup').hidden = true
  element('input').hidden = false
}

/** From the cache, as the live page left it. */
async function openKept() {
  const wasmUrl = await keptModule()
  if (wasmUrl && await isCached()) await openModel({ wasmUrl })
  else element('setup').hidden = false
}

/** From files. @param {File[]} files */
async function openFiles(files) {
  const manifest = files.find(({ name }) => name === 'manifest.json')
  const module = files.find(({ name }) => name.endsWith('.wasm'))
  const wasmUrl = module ? URL.createObjectURL(new Blob([module], { type: 'application/wasm' })) : await keptModule()
  if (!manifest || !wasmUrl) {
    throw new Error('Choose manifest.json, all .bin files of the model and bertweet.wasm together.')
  }
  const shards = Object.fromEntries(files.filter(({ name }) => name.endsWith('.bin')).map((file) => [file.name, file]))
  await openModel({ wasmUrl, model: { manifest, files: shards } })
}

// ------------------------------------------------------------------------------------------------------- the table --

/** @param {import('./rows.js').Table} next */
function setTable(next) {
  running.abort()
  table = next
  results = []
  const option = (text, value) => make('option', { value }, text)
  element('column').replaceChildren(...table.columns.map((name, index) => option(name, index)))
  element('column').value = guessTextColumn(table)
  element('dates').replaceChildren(option('none', -1), ...table.columns.map((name, index) => option(name, index)))
  element('dates').value = guessDateColumn(table)
  element('found').textContent = `${count(table.rows.length)} rows, ${count(table.columns.length)} ` +
    `${table.columns.length === 1 ? 'column' : 'columns'}`
  element('choices').hidden = table.rows.length === 0
  element('report').hidden = true
}

/** A promise's error stands in the page. */
const attempt = (work) => {
  showError(null)
  return Promise.resolve().then(work).catch((error) => {
    if (error.name !== 'AbortError') showError(error)
  })
}

// ------------------------------------------------------------------------------------------------- classification --

function showProgress(done, total, start) {
  const seconds = (performance.now() - start) / 1000
  const rate = done / seconds
  const left = Math.ceil((total - done) / rate)
  element('progress').value = done / total
  element('loading-text').textContent = done === 0 ? 'Classifying…'
    : `${count(done)} of ${count(total)}, ${count(Math.round(rate))} a second, ` +
      (left > 90 ? `${Math.ceil(left / 60)} minutes left` : `${left} seconds left`)
}

async function run() {
  running.abort()
  const { signal } = running = new AbortController()
  const column = Number(element('column').value)
  const { rows } = table
  results = Array(rows.length).fill(null)
  element('cancel').hidden = element('loading').hidden = false
  element('run').disabled = true
  const start = performance.now()
  try {
    showProgress(0, rows.length, start)
    for (let at = 0; at < rows.length; at += CHUNK) {
      const texts = rows.slice(at, at + CHUNK).map((row) => row[column] ?? '')
      const chunk = await classifier.classify(texts, { signal })
      chunk.forEach((result, index) => { results[at + index] = result })
      showProgress(at + chunk.length, rows.length, start)
    }
    element('loading-text').textContent = `${count(rows.length)} texts in ` +
      `${((performance.now() - start) / 1000).toFixed(1)} seconds`
  } finally {
    element('cancel').hidden = true
    element('run').disabled = false
    if (signal.aborted) element('loading-text').textContent = 'Cancelled; what was done is shown.'
    showReport()
  }
}

// ---------------------------------------------------------------------------------------------------------- report --

function showReport() {
  const done = results.filter(Boolean)
  element('report').hidden = done.length === 0
  if (done.length === 0) return
  const { labels } = classifier.info
  const counts = new Map(labels.map((label) => [label, done.filter((result) => result.label === label).length]))
  drawDistribution(element('distribution'), counts)
  drawDates()
  element('filter').replaceChildren(make('option', { value: '' }, 'all'),
    ...labels.map((label) => make('option', { value: label }, nameOf(label))))
  shownRows = PAGE_ROWS
  showRows()
}

function drawDates() {
  const column = Number(element('dates').value)
  const items = table.rows.flatMap((row, index) => {
    const date = Date.parse(row[column])
    return results[index] && !Number.isNaN(date) ? [{ date, label: results[index].label }] : []
  })
  element('timeline-figure').hidden = items.length === 0
  if (items.length > 0) drawTimeline(element('timeline'), byDay(items))
}

function showRows() {
  const column = Number(element('column').value)
  const label = element('filter').value
  const wanted = element('search').value.toLowerCase()
  const matching = table.rows.flatMap((row, index) => {
    const result = results[index]
    const text = row[column] ?? ''
    const fits = result && (label === '' || result.label === label) && text.toLowerCase().includes(wanted)
    return fits ? [{ number: index + 1, text, result }] : []
  })
  element('head').replaceChildren(make('tr', {}, ...['Row', 'Label', 'Score', 'Text'].map((name) =>
    make('th', { scope: 'col' }, name))))
  element('body').replaceChildren(...matching.slice(0, shownRows).map(({ number, text, result }) =>
    make('tr', { dataset: { label: result.label } },
      make('td', {}, count(number)), make('td', {}, nameOf(result.label)), make('td', {}, percent(result.score)),
      make('td', {}, text))))
  element('shown').textContent = `${count(matching.length)} of ${count(results.filter(Boolean).length)} texts`
  element('more').hidden = matching.length <= shownRows
}

function download() {
  const url = URL.createObjectURL(csvOf(table, results))
  make('a', { href: url, download: 'sentiment.csv' }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10000)
}

// ---------------------------------------------------------------------------------------------------------- events --

/** Files dropped on a label, or chosen in its field. @param {(files: File[]) => any} take */
function acceptFiles(label, field, take) {
  element(field).addEventListener('change', ({ target }) => attempt(() => take([...target.files])))
  element(label).addEventListener('dragover', (event) => event.preventDefault())
  element(label).addEventListener('drop', (event) => {
    event.preventDefault()
    attempt(() => take([...event.dataTransfer.files]))
  })
}

acceptFiles('model-drop', 'model-files', openFiles)
acceptFiles('drop', 'file', async ([file]) => file && setTable(await readTable(file)))
element('lines').addEventListener('input', ({ target }) => setTable(tableOfLines(target.value)))
element('run').addEventListener('click', () => attempt(run))
element('cancel').addEventListener('click', () => running.abort())
element('dates').addEventListener('change', drawDates)
element('filter').addEventListener('change', showRows)
element('search').addEventListener('input', showRows)
element('download').addEventListener('click', download)
element('more').addEventListener('click', () => {
  shownRows += PAGE_ROWS
  showRows()
})
element('try-leak').addEventListener('click', () => attempt(async () => {
  const ways = await tryAll(new URL('/collect', location.href).href)
  element('leaks').replaceChildren(...ways.map(([way, left]) =>
    make('li', { dataset: { left } }, `${way}: ${left ? 'NOT stopped' : 'stopped'}`)))
}))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showReport)
attempt(openKept)
