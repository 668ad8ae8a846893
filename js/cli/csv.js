/**
 * csv.js - comma-separated values (RFC 4180), a piece at a time, with commas, quotes and line ends inside quotes.
 */

/**
 * Turns pieces of text into records. Empty lines are no records; a quote inside an unquoted field is an ordinary
 * character, and what follows a closing quote belongs to the field, as most programs read it.
 */
export class CsvReader {
  #field = ''
  /** @type {string[]} */
  #record = []
  #isQuoted = false
  /** Whether the last character was a quote inside quotes: it ends them, unless another follows. */
  #sawQuote = false

  /**
   * @param {string} text  the next piece
   * @returns {string[][]} the records that ended in it
   */
  push(text) {
    const records = []
    for (const character of text) {
      if (this.#sawQuote) {
        this.#sawQuote = false
        if (character === '"') {
          this.#field += '"'
          continue
        }
        this.#isQuoted = false
      }
      if (this.#isQuoted) {
        if (character === '"') this.#sawQuote = true
        else this.#field += character
      } else if (character === '"' && this.#field === '') {
        this.#isQuoted = true
      } else if (character === ',') {
        this.#endField()
      } else if (character === '\n') {
        this.#endRecord(records)
      } else {
        this.#field += character
      }
    }
    return records
  }

  /** @returns {string[][]} the last record, if it had no line end */
  end() {
    const records = []
    this.#endRecord(records)
    return records
  }

  #endField() {
    this.#record.push(this.#field)
    this.#field = ''
  }

  #endRecord(records) {
    this.#field = this.#field.replace(/\r$/, '')
    this.#endField()
    if (this.#record.length > 1 || this.#record[0] !== '') records.push(this.#record)
    this.#record = []
    this.#isQuoted = false
    this.#sawQuote = false
  }
}

/** @param {string[]} fields @returns {string} a line, with its end */
export const csvLine = (fields) =>
  `${fields.map((field) => /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field).join(',')}\n`
