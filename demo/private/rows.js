/**
 * rows.js - files and pasted lines as tables, and which of their columns is what.
 */

import { CsvReader, csvLine } from '../../js/cli/csv.js'

/** Tables beyond this do not fit in a page. */
const MAX_ROWS = 1_000_000

/** @typedef {{columns: string[], rows: string[][]}} Table */

/** @param {string} text @returns {Table} a text a line */
export const tableOfLines = (text) =>
  ({ columns: ['text'], rows: text.split(/\r?\n/).filter((line) => line.trim() !== '').map((line) => [line]) })

/**
 * Reads a file while it comes: CSV, or TSV and plain lines by their names.
 *
 * @param {File} file
 * @returns {Promise<Table>}
 */
export async function readTable(file) {
  const lines = /\.(txt|text)$/i.test(file.name)
  const reader = lines ? new LineReader() : new CsvReader(/\.(tsv|tab)$/i.test(file.name) ? '\t' : ',')
  const rows = []
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const take = (records) => {
    for (const { fields } of records) rows.push(fields)
    if (rows.length > MAX_ROWS) throw new Error(`${file.name} has more than ${MAX_ROWS} rows. Use the command line: ` +
      'npx bertweet-wasm classify')
  }
  try {
    for (let start = 0; start < file.size; start += 1 << 20) {
      const bytes = await file.slice(start, start + (1 << 20)).arrayBuffer()
      take(reader.push(decoder.decode(bytes, { stream: true })))
    }
    take(reader.push(decoder.decode()))
  } catch (error) {
    if (error instanceof TypeError) throw new Error(`${file.name} is not text in UTF-8. Save it as CSV in UTF-8.`)
    throw error
  }
  take(reader.end())
  if (rows.length === 0) throw new Error(`${file.name} has no rows.`)
  if (lines) return { columns: ['text'], rows }
  const [columns] = rows.splice(0, 1)
  return { columns, rows }
}

/** Lines as records of one field, those of white space left out. */
class LineReader {
  #rest = ''

  push(text) {
    const lines = (this.#rest + text).split(/\r?\n/)
    this.#rest = lines.pop()
    return lines.filter((line) => line.trim() !== '').map((line) => ({ fields: [line] }))
  }

  end() {
    return this.push('\n')
  }
}

/** The column that holds texts: by its name, else that with most letters. @param {Table} table */
export function guessTextColumn({ columns, rows }) {
  const named = columns.findIndex((name) => /^(full_?)?(text|tweet|content|body|message|comment|review)$/i.test(name))
  if (named >= 0) return named
  const lengths = columns.map((_, column) =>
    rows.slice(0, 100).reduce((sum, row) => sum + (row[column]?.length ?? 0), 0))
  return lengths.indexOf(Math.max(...lengths))
}

/** The column that holds dates; -1: none. @param {Table} table */
export const guessDateColumn = ({ columns, rows }) => columns.findIndex((name, column) =>
  /date|time|created/i.test(name) && rows.slice(0, 20).every((row) => !Number.isNaN(Date.parse(row[column]))))

/**
 * The table with its classifications, as a CSV file.
 *
 * @param {Table} table
 * @param {(import('../../js/index.js').Classification | null)[]} results  of its rows
 */
export function csvOf({ columns, rows }, results) {
  const labels = Object.keys(results.find(Boolean)?.scores ?? {})
  const lines = [csvLine([...columns, 'label', 'score', ...labels, 'compound'])]
  rows.forEach((row, index) => {
    const result = results[index]
    if (!result) return
    const { label, score, scores, compound = '' } = result
    const cells = columns.map((_, column) => row[column] ?? '')
    lines.push(csvLine([...cells, label, score, ...labels.map((name) => scores[name]), compound].map(String)))
  })
  return new Blob(lines, { type: 'text/csv' })
}
