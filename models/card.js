/**
 * card.js - the measured parts of a model's card: figures, reliability diagram, behaviour.
 *
 *     node models/card.js <model folder> [labelled file]... [--checkpoint FOLDER]
 *
 * Measures the model on the files as `bertweet-wasm eval` does, with --checkpoint the checkpoint's 32-bit floats too,
 * and keeps the reports in evaluation.json of the folder, in place of earlier ones on the same files; reports on
 * another version of the model are dropped. Then writes reliability.svg, and into README.md, between the marks for
 * them, the tables. Without files all of it is written again from evaluation.json: nobody need look at a test set
 * twice.
 *
 * A file has a label, a tab and a text on each line; in the card it has the name of its folder and its own:
 * semeval2017/dev.
 */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { reliabilityDiagram } from '../js/cli/reliability.js'
import { createClassifier } from '../js/index.js'
import { runBehaviours, table } from './behaviour/run.js'

const MAIN = fileURLToPath(new URL('../js/cli/main.js', import.meta.url))

/**
 * @typedef {{set: string} & Record<string, any>} Report  of `bertweet-wasm eval --json`
 * @typedef {{manifest: string, reports: Report[]}} Evaluation  manifest: its SHA-256; reports: sets in the order in
 *   which they were measured first
 */

/** @param {string} folder @returns {Evaluation}  no reports, where there are none on this model */
export function readEvaluation(folder) {
  const manifest = createHash('sha256').update(readFileSync(join(folder, 'manifest.json'))).digest('hex')
  const file = join(folder, 'evaluation.json')
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
  return kept?.manifest === manifest ? kept : { manifest, reports: [] }
}

/** @param {Report[]} reports @param {Report} report @returns {Report[]} */
function withReport(reports, report) {
  const at = reports.findIndex(({ set, path }) => set === report.set && path === report.path)
  return at < 0 ? [...reports, report] : reports.with(at, report)
}

/** @param {string} folder @param {string} file @param {string[]} [options] @returns {Report} */
function measure(folder, file, options = []) {
  const set = `${basename(dirname(resolve(file)))}/${basename(file, extname(file))}`
  const output = execFileSync(process.execPath, [MAIN, 'eval', folder, file, '--json', ...options],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const round = (_, value) => typeof value === 'number' ? Number(value.toFixed(6)) : value
  return { set, ...JSON.parse(output, round) }
}

/* -------------------------------------------------------------------------------------------------- the parts -- */

/** The one that the diagram and the table of labels are about: of the converted model, on the last file measured. */
export const mainReport = (reports) => reports.findLast(({ path }) => path !== 'fp32')

const percent = (share) => (100 * share).toFixed(1)

/** @param {Report[]} reports @returns {string} Markdown */
export function figures(reports) {
  const main = mainReport(reports)
  if (!main) return 'Not measured yet.'
  const { resamples } = main.bootstrap
  const cell = (report, key) => `${percent(report[key])} (${report.intervals[key].map(percent).join(' .. ')})`
  const rows = reports.map((report) => {
    const before = report.untempered ? `; ${percent(report.untempered.calibrationError)} without temperature` : ''
    return `| ${report.set} | ${report.texts} | ${report.path} | ${cell(report, 'macroRecall')} | ` +
      `${cell(report, 'macroF1')} | ${cell(report, 'accuracy')} | ${cell(report, 'calibrationError')}${before} |`
  })
  const labels = main.perLabel.map(({ precision, recall, f1, support }, index) => `| ${main.labels[index]} | ` +
    `${[precision, recall, f1].map(percent).join(' | ')} | ${support} | ${main.confusion[index].join(' | ')} |`)
  return `In percent, with 95 % bootstrap intervals over the texts (${resamples} resamples); temperature ` +
    `${main.temperature}.

| set | texts | weights | macro-recall | macro-F1 | accuracy | calibration error |
|---|---|---|---|---|---|---|
${rows.join('\n')}

Labels on ${main.set}, ${main.path}:

| label | precision | recall | F1 | texts | ${main.labels.map((label) => `given ${label}`).join(' | ')} |
|---|---|---|---|---|${main.labels.map(() => '---|').join('')}
${labels.join('\n')}

![Reliability diagram: accuracy against confidence on ${main.set}](reliability.svg)`
}

/**
 * A card with a part put between its marks, `<!-- name -->` and `<!-- /name -->`.
 *
 * @param {string} card @param {string} name @param {string} text
 */
export function fill(card, name, text) {
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`]
  const [from, to] = [card.indexOf(begin), card.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`The card has no ${begin.trim()} and ${end.trim()} to write between.`)
  return card.slice(0, from + begin.length) + text + card.slice(to)
}

/** @param {string} folder  of a model @returns {Promise<string>} Markdown */
export async function behaviour(folder) {
  const classifier = await createClassifier({ model: join(folder, 'manifest.json') })
  try {
    return table(await runBehaviours(classifier))
  } finally {
    await classifier.dispose()
  }
}

async function main() {
  const { values: { checkpoint }, positionals: [folder, ...files] } = parseArgs({ allowPositionals: true,
    options: { checkpoint: { type: 'string' } } })
  if (!folder) throw new Error('usage: node models/card.js <model folder> [labelled file]... [--checkpoint FOLDER]')
  let { manifest, reports } = readEvaluation(folder)
  for (const file of files) {
    if (checkpoint) reports = withReport(reports, measure(folder, file, ['--checkpoint', checkpoint]))
    reports = withReport(reports, measure(folder, file))
    writeFileSync(join(folder, 'evaluation.json'), `${JSON.stringify({ manifest, reports }, null, 1)}\n`)
  }
  const report = mainReport(reports)
  if (report) writeFileSync(join(folder, 'reliability.svg'), reliabilityDiagram(report))
  const card = join(folder, 'README.md')
  const withFigures = fill(readFileSync(card, 'utf8'), 'figures', figures(reports))
  writeFileSync(card, fill(withFigures, 'behaviour', await behaviour(folder)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
