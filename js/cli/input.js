/**
 * input.js - texts from the command line or from stdin, in the order in which they come and no faster than they are
 * used.
 */

import { addAbortSignal } from 'node:stream'

import { BertweetError } from '../errors.js'
import { CsvReader } from './csv.js'
import { UsageError } from './options.js'

export const INPUT_OPTIONS = {
  input: { value: 'FORMAT', choices: ['text', 'json', 'csv'], help: 'of stdin: text (a line each; the default),\n' +
    'json (a JSON string, or object, on each line), csv (with a header)' },
  column: { value: 'NAME', help: 'of csv, or field of json objects, that holds the text; default: text' },
}

/** Texts handed on at once: enough to fill the model's batches. */
const BATCH = 64

/**
 * A text, with what else came with it.
 *
 * @typedef {{text: string, line: number, fields?: string[]}} Item
 *   line: number of the line or record, from 1; fields: all of a CSV record's
 *
 * @typedef {{header: string[] | null, batches: AsyncIterable<Item[]>}} Input  header: of CSV
 */

/**
 * @param {{input?: string, column?: string}} values  options
 * @param {string[]} texts  of the command line; if there are none, stdin is read
 * @param {import('./run.js').Io} io
 * @returns {Promise<Input>}
 */
export async function openInput({ input = 'text', column }, texts, { stdin, stderr, signal }) {
  if (texts.length > 0) {
    if (column !== undefined) throw new UsageError('--column belongs to texts on stdin')
    const parse = input === 'json' ? (text, index) => fromJson(text, index + 1) : (text) => text
    return { header: null, batches: cut([texts.map((text, index) => ({ text: parse(text, index), line: index + 1 }))]) }
  }
  if (column !== undefined && input === 'text') throw new UsageError('--column needs --input csv or --input json')
  if (stdin.isTTY) stderr.write('Reading lines; end with Ctrl-D.\n')
  const pieces = decode(addAbortSignal(signal, stdin))
  if (input === 'csv') return openCsv(pieces, column)
  const parse = input === 'json' ? (line, number) => fromJson(line, number, column) : (line) => line
  return { header: null, batches: cut(readLines(pieces, parse)) }
}

/**
 * Lines of a stream, in lists.
 *
 * @template T
 * @param {AsyncIterable<Uint8Array>} stream
 * @param {(line: string, number: number) => T} parse
 * @returns {AsyncGenerator<{text: T, line: number}[]>}
 */
export const readLineBatches = (stream, parse) => cut(readLines(decode(stream), parse))

/** Invalid bytes become U+FFFD, one for each maximal subpart; a byte order mark stays, as it does in Python. */
async function* decode(stream) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const bytes of stream) yield decoder.decode(bytes, { stream: true })
  yield decoder.decode()
}

/** Lines end with a line feed; a carriage return before it is no part of them. What has arrived is not held back. */
async function* readLines(pieces, parse) {
  let rest = ''
  let number = 0
  const item = (line) => {
    number++
    return { text: parse(line.replace(/\r$/, ''), number), line: number }
  }
  for await (const piece of pieces) {
    if (!piece.includes('\n')) {
      rest += piece
      continue
    }
    const lines = piece.split('\n')
    lines[0] = rest + lines[0]
    rest = lines.pop()
    yield lines.map(item)
  }
  if (rest !== '') yield [item(rest)]
}

/** @param {AsyncIterable<string>} pieces @param {string} [column] @returns {Promise<Input>} */
async function openCsv(pieces, column) {
  const records = readRecords(pieces)
  const first = await records.next()
  if (first.done) return { header: [], batches: cut([]) }
  const [header, ...others] = first.value
  header[0] = header[0].replace(/^\ufeff/, '')
  const index = findColumn(header, column)

  async function* items() {
    let line = 1
    const item = (fields) => ({ text: fields[index] ?? '', line: ++line, fields })
    yield others.map(item)
    for await (const batch of records) yield batch.map(item)
  }
  return { header, batches: cut(items()) }
}

async function* readRecords(pieces) {
  const reader = new CsvReader()
  for await (const piece of pieces) {
    const records = reader.push(piece)
    if (records.length > 0) yield records
  }
  const last = reader.end()
  if (last.length > 0) yield last
}

function findColumn(header, column) {
  const index = column === undefined && header.length === 1 ? 0 : header.indexOf(column ?? 'text')
  if (index >= 0) return index
  throw new UsageError(`the CSV has no column "${column ?? 'text'}"; choose with --column one of: ${header.join(', ')}`)
}

function fromJson(line, number, field = 'text') {
  let value
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new BertweetError('input', `Line ${number} is not JSON: ${cause.message}`, { cause })
  }
  const text = typeof value === 'object' && value !== null ? value[field] : value
  if (typeof text === 'string') return text
  throw new BertweetError('input', `Line ${number} must be a JSON string, or an object with a string "${field}"; ` +
    `found ${line.slice(0, 60)}`)
}

/** Lists of any length as lists of at most BATCH. */
async function* cut(lists) {
  for await (const list of lists) {
    for (let start = 0; start < list.length; start += BATCH) yield list.slice(start, start + BATCH)
  }
}
