/**
 * csv.js - comma-separated values (RFC 4180), a piece at a time, with commas, quotes and line ends inside quotes.
 */

import { BertweetError } from '../errors.js'

/** No text is that long; a record that is has lost a quote. In UTF-16 units. */
const MAX_RECORD = 1 << 24

/**
 * @typedef {{fields: string[], line: number}} Record  line: of its beginning, from 1
 *
 * Turns pieces of text into records. Empty lines are no records; a quote inside an unquoted field is an ordinary
 * character, and what follows a closing quote belongs to the field, as most programs read it.
 */
export class CsvReader {
  /** What ends an unquoted field. */
  #ends
  #field = ''
  /** @type {string[]} */
  #fields = []
  /** Units of the record's fields before #field, a separator behind each: a record may be nothing but separators. */
  #length = 0
  #line = 1
  /** Where the record began. */
  #firstLine = 1
  #isQuoted = false
  /** Whether the last character was a quote inside quotes: it ends them, unless another follows. */
  #sawQuote = false

  /** @param {string} [separator] */
  constructor(separator = ',') {
    this.#ends = new RegExp(`[${separator}\\n]`, 'g')
  }

  /**
   * @param {string} text  the next piece
   * @returns {Record[]} the records that ended in it
   * @throws {BertweetError} `input`: a quote that does not end
   */
  push(text) {
    const records = []
    for (let at = 0; at < text.length;) {
      if (this.#sawQuote) at = this.#afterQuote(text, at)
      else if (this.#isQuoted) at = this.#inQuotes(text, at)
      else at = this.#outside(text, at, records)
    }
    if (this.#length + this.#field.length > MAX_RECORD) this.#refuseQuote()
    return records
  }

  /** @returns {Record[]} the last record, if it had no line end @throws {BertweetError} `input` */
  end() {
    if (this.#isQuoted && !this.#sawQuote) this.#refuseQuote()
    const records = []
    this.#endRecord(records)
    return records
  }

  /** Each of these takes some of the text from a place on, and returns the next place. */
  #afterQuote(text, at) {
    this.#sawQuote = false
    this.#isQuoted = text[at] === '"'
    if (this.#isQuoted) this.#field += '"'
    return this.#isQuoted ? at + 1 : at
  }

  #inQuotes(text, at) {
    const found = text.indexOf('"', at)
    const end = found < 0 ? text.length : found
    this.#field += text.slice(at, end)
    for (let feed = text.indexOf('\n', at); feed >= 0 && feed < end; feed = text.indexOf('\n', feed + 1)) this.#line++
    this.#sawQuote = found >= 0
    return end + 1
  }

  #outside(text, at, records) {
    if (text[at] === '"' && this.#field === '') {
      this.#isQuoted = true
      return at + 1
    }
    this.#ends.lastIndex = at
    const end = this.#ends.exec(text)?.index ?? text.length
    this.#field += text.slice(at, end)
    if (text[end] === '\n') {
      this.#line++
      this.#endRecord(records)
    } else if (end < text.length) {
      this.#endField()
    }
    return end + 1
  }

  #refuseQuote() {
    throw new BertweetError('input', `The record that begins on line ${this.#firstLine} does not end: is a quote ` +
      'missing? Quotes inside quotes are written twice.')
  }

  #endField() {
    this.#length += this.#field.length + 1
    this.#fields.push(this.#field)
    this.#field = ''
  }

  #endRecord(records) {
    this.#field = this.#field.replace(/\r$/, '')
    this.#endField()
    if (this.#fields.length > 1 || this.#fields[0] !== '') records.push({ fields: this.#fields, line: this.#firstLine })
    this.#fields = []
    this.#length = 0
    this.#firstLine = this.#line
    this.#isQuoted = false
    this.#sawQuote = false
  }
}

/** @param {string[]} fields @param {string} [separator] @returns {string} a line, with its end */
export const csvLine = (fields, separator = ',') => `${fields.map((field) => field.includes(separator) ||
  /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field).join(separator)}\n`
