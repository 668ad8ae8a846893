/**
 * lines.js - lines of a stream, in lists: what has arrived is not held back, and no more is read than is used.
 */

import { BertweetError } from '../errors.js'
import { decode } from './decode.js'

/** Longer lines are bad lines: no model takes them, and one may be all of a file. In UTF-16 units. */
const MAX_LINE = 1 << 20
/** Characters of them that are kept. */
const SHOWN = 1000
/** Enough to fill the model's batches. */
export const BATCH = 64

/**
 * @typedef {object} Line
 * @property {string} text  without its end: a line feed, or a carriage return and a line feed
 * @property {number} line  its number, from 1
 * @property {BertweetError} [error]  it is too long, and text is its beginning
 */

/** @param {AsyncIterable<string>} pieces @returns {AsyncGenerator<Line[]>} */
export async function* readLines(pieces) {
  let rest = ''
  let isCut = false
  let line = 0
  const finish = (text) => {
    line++
    const isGood = !isCut && text.length <= MAX_LINE
    isCut = false
    if (isGood) return { text: text.replace(/\r$/, ''), line }
    const error = new BertweetError('input', `It has more than ${MAX_LINE} characters.`)
    return { text: text.slice(0, SHOWN), line, error }
  }
  for await (const piece of pieces) {
    const lines = piece.split('\n')
    lines[0] = rest + lines[0]
    rest = lines.pop()
    if (lines.length > 0) yield lines.map(finish)
    if (rest.length > MAX_LINE) {
      rest = rest.slice(0, MAX_LINE)
      isCut = true
    }
  }
  if (rest !== '') yield [finish(rest)]
}

/** Lists of any length as lists of at most so many. @template T @param {AsyncIterable<T[]> | Iterable<T[]>} lists */
export async function* cut(lists, size) {
  for await (const list of lists) {
    for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size)
  }
}

/**
 * Lines that are all needed: the first bad one is an error.
 *
 * @template T
 * @param {AsyncIterable<Uint8Array>} stream
 * @param {(text: string, line: number) => T} parse
 * @returns {AsyncGenerator<{text: T, line: number}[]>}
 * @throws {BertweetError} `input`, and what parse throws
 */
export async function* readLineBatches(stream, parse) {
  for await (const lines of cut(readLines(decode(stream)), BATCH)) {
    yield lines.map(({ text, line, error }) => {
      if (error) throw new BertweetError('input', `Line ${line}: ${error.message}`, { cause: error })
      return { text: parse(text, line), line }
    })
  }
}
