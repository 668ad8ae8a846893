/**
 * classify.js - texts to labels, as a filter.
 */

import { csvLine } from './csv.js'
import { INPUT_OPTIONS, openInput } from './input.js'
import { MODEL_OPTIONS, openClassifier, TEXT_MODES } from './model.js'
import { fit, painter, write } from './output.js'

export const usage = '[texts] [options]'
export const summary = 'label texts, or each line of stdin'
export const details = `Results keep the order of the texts. On a terminal they are a table. In a pipe they are lines
of label, score and text, between tabs; with --input csv the records themselves with the columns label and
score at the end; with --jsonl one object a line:

  {"text": ..., "label": "POS", "score": 0.98, "scores": {...}, "compound": ..., "tokens": 6, "truncated": ...}

A text that the model cannot take (over 32,768 characters) has the label "error" and a message on stderr, the
others go on, and the exit code is 1.`

export const examples = [
  'bertweet-wasm classify "so happy today" "not again"',
  'bertweet-wasm classify --input csv --column tweet < in.csv > out.csv',
  'bertweet-wasm classify --jsonl < tweets.txt | jq -r .label | sort | uniq -c',
]

export const options = {
  ...MODEL_OPTIONS,
  ...INPUT_OPTIONS,
  jsonl: { help: 'one JSON object a line' },
  preprocess: { value: 'MODE', choices: TEXT_MODES, help: `text mode: ${TEXT_MODES.join(', ')}; default: the model's` },
}

/** @type {import('./run.js').Command['run']} */
export async function run(values, texts, io) {
  const classifier = await openClassifier(values, io)
  try {
    const input = await openInput(values, texts, io)
    const format = formatter(values, input.header, classifier.info, io)
    await write(io.stdout, format.head)
    let failures = 0
    for await (const items of input.batches) {
      const results = await classifyItems(classifier, items, io)
      failures += results.filter(({ error }) => error).length
      await write(io.stdout, results.map(format.line).join(''))
    }
    for (const line of format.notes) await write(io.stderr, line)
    return failures > 0 ? 1 : 0
  } finally {
    await classifier.dispose()
  }
}

/**
 * @typedef {import('../classifier.js').Classification} Classification
 * @typedef {{item: import('./input.js').Item, result?: Classification, error?: Error}} Result
 *
 * @param {Awaited<ReturnType<typeof openClassifier>>} classifier
 * @param {import('./input.js').Item[]} items
 * @returns {Promise<Result[]>}
 */
async function classifyItems(classifier, items, { signal, stderr }) {
  try {
    const results = await classifier.classify(items.map(({ text }) => text), { signal })
    return items.map((item, index) => ({ item, result: results[index] }))
  } catch (error) {
    if (error.code !== 'input') throw error
    if (items.length === 1) {
      stderr.write(`bertweet-wasm: line ${items[0].line}: ${error.message.replace('Text 0: ', '')}\n`)
      return [{ item: items[0], error }]
    }
    const alone = []
    for (const item of items) alone.push(...await classifyItems(classifier, [item], { signal, stderr }))
    return alone
  }
}

/**
 * How results are written.
 *
 * @returns {{head: string, line: (result: Result) => string, notes: string[]}}  notes: for stderr, at the end
 */
function formatter({ jsonl }, header, info, { stdout, stderr, env }) {
  if (jsonl) {
    return { head: '', notes: [], line: ({ item: { text }, result, error }) => `${JSON.stringify({ text, ...result ??
      { error: { code: error.code, message: error.message } } })}\n` }
  }
  if (stdout.isTTY) {
    const table = resultTable(info.labels, stdout, env)
    const { dim } = painter(stderr, env)
    return { ...table, notes: [dim(`${info.model}: ${info.license.summary}\n`)] }
  }
  const cells = ({ result }) => [result?.label ?? 'error', result ? result.score.toFixed(4) : '']
  if (header) {
    return { head: csvLine([...header, 'label', 'score']), notes: [],
      line: (entry) => csvLine([...header.map((_, index) => entry.item.fields[index] ?? ''), ...cells(entry)]) }
  }
  const oneLine = (text) => text.replace(/[\t\r\n]/g, ' ')
  return { head: '', notes: [], line: (entry) => `${[...cells(entry), oneLine(entry.item.text)].join('\t')}\n` }
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
