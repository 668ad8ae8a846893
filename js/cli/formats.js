/**
 * formats.js - how results are written: a table for people, and what other programs read.
 */

import { BertweetError } from '../errors.js'
import { csvLine } from './csv.js'
import { UsageError } from './options.js'
import { fit, harmless, painter } from './output.js'

export const FORMAT_OPTIONS = {
  jsonl: { help: 'one JSON object a line' },
  scores: { help: 'csv: the scores of all labels too, a column each' },
  prefix: { value: 'TEXT', help: 'before the names of the columns or fields that are added; default: none' },
}

/**
 * @typedef {import('../classifier.js').Classification} Classification
 * @typedef {{item: import('./input.js').Item, result?: Classification, error?: BertweetError}} Result
 *
 * @typedef {object} Format
 * @property {string} head
 * @property {(result: Result) => string} line
 * @property {string[]} [notes]  for stderr, at the end
 */

/**
 * @param {{jsonl?: boolean, scores?: boolean, prefix?: string}} values
 * @param {import('./input.js').Input} input
 * @param {object} info  of the classifier
 * @param {import('./run.js').Io} io
 * @returns {Format}
 * @throws {UsageError} columns that are there already
 */
export function openFormat(values, input, info, { stdout, stderr, env }) {
  const isRecords = input.format === 'csv' || input.format === 'tsv'
  if (values.scores && !(isRecords && input.separator)) throw new UsageError('--scores belongs to csv and tsv')
  if (values.jsonl || (input.format === 'jsonl' && !stdout.isTTY)) return jsonLines(values, input)
  if (stdout.isTTY) {
    const { dim } = painter(stderr, env)
    const note = harmless(`${info.model}: ${info.license.summary}`)
    return { ...resultTable(info.labels, stdout, env), notes: [`${dim(note)}\n`] }
  }
  return isRecords && input.separator ? records(values, input, info) : tabbedLines()
}

const tabbedLines = () => ({
  head: '',
  line: ({ item: { text }, result }) =>
    `${result?.label ?? 'error'}\t${result ? result.score.toFixed(4) : ''}\t${text.replace(/[\t\r\n]/g, ' ')}\n`,
})

/** The records as they came, with columns at the end. */
function records({ scores, prefix = '' }, { header, separator }, { labels, problemType }) {
  const isMultiLabel = problemType === 'multi_label_classification'
  const names = ['label', 'score', ...isMultiLabel ? ['labels'] : [], ...scores ? labels : []]
    .map((name) => prefix + name)
  const taken = names.find((name) => header?.includes(name))
  if (taken) throw new UsageError(`the CSV has a column "${taken}" already; --prefix bertweet_ names the new ones anew`)
  const cells = (result) => [result.label, result.score.toFixed(4), ...isMultiLabel ? [result.labels.join(' ')] : [],
    ...scores ? labels.map((label) => result.scores[label].toFixed(4)) : []]
  const errorCells = names.map((_, index) => index === 0 ? 'error' : '')
  return {
    head: header ? csvLine([...header, ...names], separator) : '',
    line({ item: { fields }, result }) {
      const missing = Array(Math.max(0, (header?.length ?? 0) - fields.length)).fill('')
      return csvLine([...fields, ...missing, ...result ? cells(result) : errorCells], separator)
    },
  }
}

/** The objects as they came, records as objects too, or the text; with fields at the end. */
function jsonLines({ prefix = '' }, { header }) {
  const objectOf = ({ value, fields, error }) => value ??
    (header && fields && !error ? Object.fromEntries(header.map((name, index) => [name, fields[index] ?? ''])) : null)
  return {
    head: '',
    line({ item, result, error }) {
      const { text, line } = item
      const value = objectOf(item)
      const found = Object.entries(result ?? { error: { code: error.code, message: error.message, line } })
      const fields = prefix ? found.map(([name, field]) => [prefix + name, field]) : found
      const [taken] = fields.find(([name]) => value && Object.hasOwn(value, name)) ?? []
      if (taken) {
        throw new BertweetError('input', `Line ${line} has a field "${taken}" already; ` +
          '--prefix bertweet_ names the new ones anew.')
      }
      return `${JSON.stringify({ ...value ?? { text }, ...Object.fromEntries(fields) })}\n`
    },
  }
}

/** Columns of a terminal that the table's columns take, and how many of the labels' scores it shows. */
const LABEL_WIDTH = 12
const SCORE_WIDTH = 6
const NUMBER_WIDTH = 6
const MAX_SCORES = 4
const MIN_TEXT_WIDTH = 20
const MAX_WIDTH = 140

/**
 * A table of results for people, as wide as the terminal.
 *
 * @param {string[]} labels
 * @param {NodeJS.WriteStream} stdout
 * @param {Record<string, string | undefined>} env
 * @param {boolean} [timed]  with columns of tokens and milliseconds
 */
export function resultTable(labels, stdout, env, timed = false) {
  const paint = painter(stdout, env)
  const shown = labels.slice(0, MAX_SCORES)
  const numbersWidth = shown.length * (SCORE_WIDTH + 1) + (timed ? 2 * (NUMBER_WIDTH + 1) : 0)
  const width = Math.min(stdout.columns ?? 120, MAX_WIDTH) - 1 - LABEL_WIDTH - 1 - numbersWidth
  const row = (text, label, scores, numbers) => [fit(text, Math.max(MIN_TEXT_WIDTH, width)), label,
    ...scores.map((score) => fit(score, SCORE_WIDTH).trimEnd().padStart(SCORE_WIDTH)),
    ...timed ? numbers.map((number) => number.padStart(NUMBER_WIDTH)) : []].join(' ')

  return {
    head: `${paint.bold(row('text', fit('label', LABEL_WIDTH), shown, ['tokens', 'ms']))}\n`,
    line({ item, result, ms }) {
      if (!result) return `${row(item.text, 'error', [], [])}\n`
      const name = result.labels ? result.labels.join(' ') || '-' : result.label
      const label = paint.label(result.label, fit(name, LABEL_WIDTH))
      const scores = shown.map((label) => result.scores[label].toFixed(3))
      return `${row(item.text, label, scores, [String(result.tokens), ms?.toFixed(1) ?? ''])}\n`
    },
  }
}
