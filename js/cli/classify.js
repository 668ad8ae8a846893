/**
 * classify.js - texts to labels, as a filter.
 */

import { FORMAT_OPTIONS, openFormat } from './formats.js'
import { inOrder } from './in-order.js'
import { INPUT_OPTIONS, openInput } from './input.js'
import { TEXT_MODES } from './model.js'
import { harmless, write } from './output.js'
import { openProgress } from './progress.js'
import { openWorkers, WORKER_OPTIONS } from './workers.js'

export const usage = '[texts] [options]'
export const summary = 'label texts, or each line of a file or of stdin'
export const details = `\
Results keep the order of the texts, each comes as soon as it can, and memory does not grow with the input.
On a terminal they are a table. In a pipe they are lines of label, score and text, between tabs; csv and tsv
give the records themselves with columns at the end; jsonl, or --jsonl for any input, one object a line, with
what the input's object or record has first:

  {"text": ..., "label": "POS", "score": 0.98, "scores": {...}, "compound": ..., "tokens": 6, "truncated": ...}

A bad line (no JSON, a record with too many fields or without the text, a text of over 32,768 code points) is
told on stderr with its number and keeps its place in the output, with the label "error" or, as JSON, an
object "error"; the others go on.

Exit codes: 0 all texts have labels, 1 some have none or it failed, 2 wrong command line, 130 interrupted.`

export const examples = [
  'bertweet-wasm classify "so happy today" "not again"',
  'bertweet-wasm classify --file tweets.csv --column tweet --scores > labelled.csv',
  'bertweet-wasm classify --threads auto < tweets.txt | cut -f 1 | sort | uniq -c',
  'gunzip -c tweets.jsonl.gz | bertweet-wasm classify --input jsonl --progress | gzip > labelled.jsonl.gz',
]

export const options = {
  ...INPUT_OPTIONS,
  ...FORMAT_OPTIONS,
  ...WORKER_OPTIONS,
  preprocess: { value: 'MODE', choices: TEXT_MODES, help: `text mode: ${TEXT_MODES.join(', ')}; default: the model's` },
  progress: { help: 'on stderr, also where it is no terminal: a line every 10 seconds' },
}

/** Batches that wait in each worker while one is computed, so that it never waits for the disk. */
const QUEUED = 2
/** Bad lines that are told one by one; they may be millions. */
const MAX_TOLD = 20

/** @type {import('./run.js').Command['run']} */
export async function run(values, texts, io) {
  const input = await openInput(values, texts, io)
  let workers
  try {
    workers = await openWorkers(values, io)
    const format = openFormat(values, input, workers.info, io)
    await write(io.stdout, format.head)
    const progress = openProgress(io, input, values.progress)
    const complaints = openComplaints(io)
    const classify = (items) => classifyItems(workers, items, io)
    for await (const results of inOrder(input.batches, QUEUED * workers.count, classify)) {
      for (const { item, error } of results) if (error) complaints.tell(item.line, error)
      await write(io.stdout, results.map(format.line).join(''))
      progress.show(results.length, complaints.count)
    }
    progress.end()
    complaints.end()
    for (const line of format.notes ?? []) await write(io.stderr, line)
    return complaints.count > 0 ? 1 : 0
  } finally {
    input.close()
    await workers?.dispose()
  }
}

/**
 * @param {import('./workers.js').Workers} workers
 * @param {import('./input.js').Item[]} items
 * @returns {Promise<import('./formats.js').Result[]>} in their order
 */
async function classifyItems(workers, items, { signal }) {
  const good = items.filter(({ error }) => !error)
  const results = new Map()
  try {
    const all = good.length > 0 ? await workers.classify(good.map(({ text }) => text), { signal }) : []
    good.forEach((item, index) => results.set(item, { result: all[index] }))
  } catch (error) {
    if (error.code !== 'input') throw error
    if (items.length === 1) return [{ item: items[0], error }]
    const alone = await Promise.all(items.map((item) => classifyItems(workers, [item], { signal })))
    return alone.flat()
  }
  return items.map((item) => ({ item, error: item.error, ...results.get(item) }))
}

/** Tells of bad lines, the first of them. */
function openComplaints({ stderr }) {
  return {
    count: 0,
    tell(line, error) {
      this.count++
      if (this.count > MAX_TOLD) return
      stderr.write(`bertweet-wasm: line ${line}: ${harmless(error.message.replace('Text 0: ', ''))}\n`)
    },
    end() {
      if (this.count > MAX_TOLD) stderr.write(`bertweet-wasm: ${this.count - MAX_TOLD} more bad lines\n`)
    },
  }
}
