/**
 * output.js - writing to streams that may be slow, and tables and bars for people.
 */

import { BertweetError } from '../errors.js'

/**
 * Writes, and waits until it is written: for readers that are slower than we are.
 *
 * @param {NodeJS.WriteStream} stream @param {string} text
 * @throws {BertweetError} `input`: there is no more room on the disk, or the like
 */
export const write = (stream, text) => new Promise((resolve, reject) => {
  stream.write(text, (cause) => {
    if (cause) reject(new BertweetError('input', `The output cannot be written: ${cause.message}.`, { cause }))
    else resolve()
  })
})

/* ------------------------------------------------------------------------------------------------- for people -- */

const COLORS = { POS: 32, NEG: 31, NEU: 33 }

/**
 * Functions that colour text, if the stream is a terminal that wants it (NO_COLOR is not set).
 *
 * @param {NodeJS.WriteStream} stream @param {Record<string, string | undefined>} env
 */
export function painter(stream, env) {
  const isColored = stream.isTTY && !env.NO_COLOR && env.TERM !== 'dumb'
  const paint = (code) => (text) => isColored ? `\x1b[${code}m${text}\x1b[0m` : text
  return { dim: paint(2), bold: paint(1), label: (name, text) => paint(COLORS[name] ?? 36)(text) }
}

/**
 * What a stranger wrote, as one line that cannot command the terminal or pass for other lines.
 *
 * @param {unknown} text
 */
export const harmless = (text) => String(text).replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, ' ')

/**
 * A text as one line that cannot command the terminal, cut or filled to a width in columns.
 *
 * @param {string} text @param {number} width
 */
export function fit(text, width) {
  const characters = Array.from(new Intl.Segmenter().segment(harmless(text)), ({ segment }) => segment)
  const total = characters.reduce((sum, character) => sum + columnsOf(character), 0)
  const room = total > width ? width - 1 : width
  let used = 0
  let shown = ''
  for (const character of characters) {
    if (used + columnsOf(character) > room) break
    shown += character
    used += columnsOf(character)
  }
  return shown + (total > width ? '…' : '') + ' '.repeat(room - used)
}

const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u
const EAST_ASIAN = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60]/

/** Emoji and East Asian scripts take two columns in most terminals, marks alone none. */
const columnsOf = (character) =>
  /^\p{M}+$/u.test(character) ? 0 : EMOJI.test(character) || EAST_ASIAN.test(character) ? 2 : 1

/** @param {number} bytes */
export const formatBytes = (bytes) => bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`

/**
 * A bar on a terminal; on other streams nothing.
 *
 * @param {NodeJS.WriteStream} stream
 * @returns {{show: (what: string, loaded: number, total: number | null) => void, clear: () => void}}
 */
export function progressBar(stream) {
  const WIDTH = 24
  let shown = ''
  const draw = (line) => {
    if (line !== shown && stream.isTTY) stream.write(`\r\x1b[K${line}`)
    shown = line
  }
  return {
    show(what, loaded, total) {
      const share = total ? Math.min(1, loaded / total) : 0
      const bar = '█'.repeat(Math.floor(share * WIDTH)).padEnd(WIDTH, '░')
      draw(total ? `${bar} ${String(Math.floor(100 * share)).padStart(3)} %  ${what}` : what)
    },
    clear: () => draw(''),
  }
}
