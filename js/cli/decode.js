/**
 * decode.js - bytes to text: UTF-8, or UTF-16 where the first bytes say so; what is no text is refused.
 */

import { BertweetError } from '../errors.js'

/** How files begin that people take for text. */
const SIGNS = [
  ['1f8b', 'gzip-compressed; decompress it: gunzip -c file.gz | bertweet-wasm ...'],
  ['28b52ffd', 'zstd-compressed; decompress it: zstd -dc file.zst | bertweet-wasm ...'],
  ['504b0304', 'a ZIP archive, as .xlsx files are; save the sheet as CSV'],
  ['d0cf11e0', 'an .xls file; save the sheet as CSV'],
  ['50415231', 'a Parquet file; export it as CSV or JSONL'],
  ['25504446', 'a PDF'],
]
const UTF16 = { fffe: 'utf-16le', feff: 'utf-16be' }

/**
 * The text of a stream, in pieces. Invalid bytes become U+FFFD, one for each maximal subpart; the byte order mark of
 * UTF-8 stays, as it does in Python.
 *
 * @param {AsyncIterable<Uint8Array>} stream
 * @returns {AsyncGenerator<string>}
 * @throws {BertweetError} `input`: binary data
 */
export async function* decode(stream) {
  let decoder
  for await (const bytes of withWholeHead(stream)) {
    decoder ??= decoderOf(bytes)
    yield decoder.decode(bytes, { stream: true })
  }
  if (decoder) yield decoder.decode()
}

/** The pieces of a stream, of which pipes may give a byte at a time; the first tells what the stream is. */
async function* withWholeHead(stream) {
  let head = Buffer.alloc(0)
  for await (const piece of stream) {
    if (head === null) {
      yield piece
      continue
    }
    head = Buffer.concat([head, piece])
    if (mayBecomeSign(head)) continue
    yield head
    head = null
  }
  if (head?.length > 0) yield head
}

/** Whether it is the beginning of one of the signs, and no more. */
const mayBecomeSign = (bytes) => [...SIGNS.map(([sign]) => sign), ...Object.keys(UTF16)]
  .some((sign) => sign.length > 2 * bytes.length && sign.startsWith(bytes.toString('hex')))

/** @param {Uint8Array} bytes  the first that have come */
function decoderOf(bytes) {
  const begin = Buffer.from(bytes.subarray(0, 4)).toString('hex')
  const [, found] = SIGNS.find(([sign]) => begin.startsWith(sign)) ?? []
  if (found) throw new BertweetError('input', `The input is ${found}.`)
  const encoding = UTF16[begin.slice(0, 4)]
  if (encoding) return new TextDecoder(encoding)
  if (bytes.includes(0)) {
    throw new BertweetError('input', 'The input has zero bytes, so it is no text; or is it UTF-16? Then: iconv -f ' +
      'UTF-16LE -t UTF-8 file | bertweet-wasm ...')
  }
  return new TextDecoder('utf-8', { ignoreBOM: true })
}
