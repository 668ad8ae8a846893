/**
 * compare.js - the lexicon packages that people use today, on labelled texts: the rows of the models' cards.
 *
 *     node models/lexicons/compare.js <file> [--json]
 *
 * The file has a label, a tab and a text on each line, as for `bertweet-wasm eval`, whose measures and intervals these
 * are. The packages go into build/lexicons on first use. A text is positive or negative as the package's score says,
 * neutral between its thresholds: VADER's are those its authors name (0.05 of the compound score), the others' are 0.
 */

import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { labelFinder } from '../../js/cli/labels.js'
import { bootstrap, evaluate } from '../../js/metrics.js'

const LABELS = ['NEG', 'NEU', 'POS']
const FOLDER = join(import.meta.dirname, '../../build/lexicons')

/** Scores of a text, and between which it is neutral. */
const PACKAGES = {
  'vader-sentiment': {
    threshold: 0.05,
    open: ({ SentimentIntensityAnalyzer: vader }) => (text) => vader.polarity_scores(text).compound,
  },
  sentiment: {
    threshold: 0,
    open(Sentiment) {
      const sentiment = new Sentiment()
      return (text) => sentiment.analyze(text).score
    },
  },
  'wink-sentiment': { threshold: 0, open: (wink) => (text) => wink(text).score },
}

function install() {
  const files = ['package.json', 'package-lock.json']
  const isCurrent = files.every((file) => existsSync(join(FOLDER, file)) &&
    readFileSync(join(FOLDER, file)).equals(readFileSync(join(import.meta.dirname, file))))
  if (isCurrent && existsSync(join(FOLDER, 'node_modules'))) return
  mkdirSync(FOLDER, { recursive: true })
  for (const file of files) copyFileSync(join(import.meta.dirname, file), join(FOLDER, file))
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`npm ci in ${FOLDER} ended with ${status}`)
}

/** @param {string} file @returns {{labels: number[], texts: string[]}} */
function read(file) {
  const find = labelFinder(LABELS, undefined)
  const rows = readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line, index) => {
    const tab = line.indexOf('\t')
    const label = find(line.slice(0, Math.max(0, tab)))
    if (label === null) throw new Error(`${file}:${index + 1}: expected ${LABELS.join(', ')}, a tab and a text`)
    return { label, text: line.slice(tab + 1) }
  })
  return { labels: rows.map(({ label }) => label), texts: rows.map(({ text }) => text) }
}

function main() {
  const { values, positionals: [file] } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } })
  if (!file) throw new Error('usage: node models/lexicons/compare.js <file> [--json]')
  install()
  const require = createRequire(join(FOLDER, 'package.json'))
  const { labels, texts } = read(file)
  const reports = Object.entries(PACKAGES).map(([name, { threshold, open }]) => {
    const score = open(require(name))
    const predicted = texts.map((text) => {
      const value = score(text)
      return 1 + (Math.abs(value) < threshold ? 0 : Math.sign(value))
    })
    const predictions = { gold: labels, predicted, confidence: labels.map(() => 1) }
    const { version } = require(`${name}/package.json`)
    const { macroRecall, macroF1, accuracy, confusion } = evaluate(predictions, LABELS.length)
    const intervals = bootstrap(predictions, LABELS.length)
    return { name, version, macroRecall, macroF1, accuracy, confusion, intervals }
  })
  console.log(values.json ? JSON.stringify(reports, null, 2) : table(reports))
}

function table(reports) {
  const percent = (value) => (100 * value).toFixed(1)
  const cell = (report, key) => `${percent(report[key])} (${report.intervals[key].map(percent).join(' .. ')})`
  const rows = reports.map((report) => `| ${report.name} ${report.version} | ${cell(report, 'macroRecall')} | ` +
    `${cell(report, 'macroF1')} | ${percent(report.accuracy)} |`)
  return ['| package | macro-recall | macro-F1 | accuracy |', '|---|---|---|---|', ...rows].join('\n')
}

main()
