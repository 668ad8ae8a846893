/**
 * input.js - texts from the command line, a file or stdin, in the order in which they come and no faster than they are
 * used.
 */

import { stat } from 'node:fs/promises'

import { BertweetError, brief } from '../errors.js'
import { CsvReader } from './csv.js'
import { decode } from './decode.js'
import { BATCH, cut, readLines } from './lines.js'
import { parseNumber, UsageError } from './options.js'
import { openSource } from './source.js'

const FORMATS = ['text', 'jsonl', 'csv', 'tsv', 'json']
const SEPARATORS = { csv: ',', tsv: '\t' }
const MAX_BATCH = 4096
/** Columns that a message names; a stranger's header may have millions. */
const MAX_NAMES = 50

export const INPUT_OPTIONS = {
  file: { value: 'FILE', short: 'f', help: 'read this instead of stdin' },
  input: { value: 'FORMAT', choices: FORMATS, help: 'text (a line each), jsonl (a JSON string or object\n' +
    "on each line), csv or tsv (with a header); default: what the file's name\nends with, else text" },
  column: { value: 'NAME', help: 'of csv, or field of jsonl objects, that holds the text; default: text' },
  'no-header': { help: 'the first csv record is one like the others; --column is a number, from 1' },
  batch: { value: 'NUMBER', help: `texts handed to the model at once; default: ${BATCH}` },
}

/**
 * A text, with what else came with it.
 *
 * @typedef {object} Item
 * @property {string} text  the whole line where there is an error
 * @property {number} line  its number, or that of the record's first one; from 1
 * @property {string[]} [fields]  all of a CSV record's
 * @property {object} [value]  the JSON object
 * @property {BertweetError} [error]  why there is no text
 *
 * @typedef {object} Input
 * @property {'text' | 'jsonl' | 'csv' | 'tsv'} format
 * @property {string[] | null} header  of CSV that has one
 * @property {string} separator  of CSV
 * @property {AsyncIterable<Item[]>} batches
 * @property {number | null} size  in bytes, where it is known
 * @property {() => number} read  bytes so far
 * @property {() => void} close  also ends a read that waits
 */

/**
 * @param {{file?: string, input?: string, column?: string, 'no-header'?: boolean, batch?: string}} values  options
 * @param {string[]} texts  of the command line; if there are none, the file or stdin is read
 * @param {import('./run.js').Io} io
 * @returns {Promise<Input>}
 * @throws {UsageError | BertweetError}
 */
export async function openInput(values, texts, io) {
  const batch = parseNumber(values.batch, 'batch', MAX_BATCH, 1) ?? BATCH
  const format = formatOf(values)
  checkOptions(values, texts, format)
  if (texts.length > 0) {
    await checkTexts(texts)
    const items = texts.map((text, index) => parserOf(format)({ text, line: index + 1 }))
    return { format, header: null, batches: cut([items], batch), size: null, read: () => 0, close() {} }
  }
  const source = await openSource(values.file, io)
  try {
    const pieces = decode(source.chunks)
    const { header, items } = SEPARATORS[format] ? await openCsv(pieces, SEPARATORS[format], values)
      : { header: null, items: parsed(readLines(pieces), parserOf(format, values.column)) }
    return { ...source, format, separator: SEPARATORS[format], header, batches: cut(items, batch) }
  } catch (error) {
    source.close()
    throw error
  }
}

function formatOf({ input, file }) {
  const [, ending] = /\.(\w+)$/.exec(file?.toLowerCase() ?? '') ?? []
  const format = input ?? (ending === 'ndjson' ? 'jsonl' : FORMATS.includes(ending) ? ending : 'text')
  return format === 'json' ? 'jsonl' : format
}

function checkOptions({ column, file, 'no-header': noHeader }, texts, format) {
  if (texts.length > 0 && (column ?? file) !== undefined) {
    const name = column === undefined ? '--file' : '--column'
    throw new UsageError(`${name} belongs to texts on stdin or in a file; there are texts on the command line`)
  }
  if (column !== undefined && format === 'text') throw new UsageError('--column needs --input csv, tsv or jsonl')
  if (noHeader && !SEPARATORS[format]) throw new UsageError('--no-header needs --input csv or tsv')
}

/** A text alone that is the name of a file was probably meant as one. */
async function checkTexts([text, ...others]) {
  const isName = others.length === 0 && /^[^\n]*\.\w+$/.test(text)
  if (!isName || !await stat(text).then((found) => found.isFile(), () => false)) return
  throw new UsageError(`"${text}" is a file; for the texts in it: --file ${text}`)
}

async function* parsed(lists, parse) {
  for await (const list of lists) yield list.map(parse)
}

/**
 * The texts of items where all are needed.
 *
 * @param {Item[]} items
 * @throws {BertweetError} `input`, of the first bad one
 */
export function textsOf(items) {
  const bad = items.find(({ error }) => error)
  if (bad) throw new BertweetError('input', `Line ${bad.line}: ${bad.error.message}`, { cause: bad.error })
  return items.map(({ text }) => text)
}

/* ------------------------------------------------------------------------------------------------------- CSV -- */

/** @param {AsyncIterable<string>} pieces @returns {Promise<{header: string[] | null, items: AsyncIterable<Item[]>}>} */
async function openCsv(pieces, separator, { column, 'no-header': noHeader }) {
  const records = readRecords(pieces, new CsvReader(separator))
  const first = await records.next()
  if (first.done) {
    if (noHeader) return { header: null, items: records }
    throw new BertweetError('input', 'The input is empty; a CSV begins with a header.')
  }
  const [begin] = first.value
  begin.fields[0] = begin.fields[0].replace(/^\ufeff/, '')
  const width = begin.fields.length
  const index = noHeader ? columnNumber(column, width) : findColumn(begin.fields, column)

  const itemOf = ({ fields, line }) => {
    const isGood = index < fields.length && fields.length <= width
    const error = isGood ? undefined
      : new BertweetError('input', `The first record has ${width} fields, this one ${fields.length}.`)
    return { text: isGood ? fields[index] : fields.join(separator), line, fields, error }
  }
  async function* items() {
    yield first.value.slice(noHeader ? 0 : 1).map(itemOf)
    yield* parsed(records, itemOf)
  }
  return { header: noHeader ? null : begin.fields, items: items() }
}

async function* readRecords(pieces, reader) {
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
  throw new UsageError(`the CSV has no column "${column ?? 'text'}"; choose with --column one of: ` +
    header.slice(0, MAX_NAMES).map(brief).join(', ') + (header.length > MAX_NAMES ? ', ...' : ''))
}

function columnNumber(column, width) {
  if (column === undefined && width > 1) throw new UsageError(`--no-header needs --column 1 to ${width}`)
  return (parseNumber(column, 'column', width, 1) ?? 1) - 1
}

/* ----------------------------------------------------------------------------------------------------- lines -- */

/** @param {string} format @param {string} [column] @returns {(line: import('./lines.js').Line) => Item} */
const parserOf = (format, column = 'text') => (line) => format === 'text' || line.error ? line : fromJson(line, column)

/** @returns {Item} */
function fromJson({ text, line }, column) {
  const bad = (message) => ({ text, line, error: new BertweetError('input', message) })
  let value
  try {
    value = JSON.parse(line === 1 ? text.replace(/^\ufeff/, '') : text)
  } catch (cause) {
    return bad(`It is not JSON: ${cause.message}`)
  }
  if (typeof value === 'string') return { text: value, line }
  if (typeof value?.[column] === 'string') return { text: value[column], line, value }
  return bad(`It must be a JSON string, or an object with a string "${column}"; found ${text.slice(0, 60)}`)
}
