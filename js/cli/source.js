/**
 * source.js - the bytes of a file or of stdin, counted.
 */

import { createReadStream, fstatSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'

import { BertweetError } from '../errors.js'
import { decode } from './decode.js'

/** Of a file that is taken whole. In UTF-16 units. */
const MAX_TEXT = 1 << 28

/**
 * @typedef {object} ByteSource
 * @property {AsyncIterable<Uint8Array>} chunks
 * @property {number | null} size  in bytes, where it is known
 * @property {() => number} read  bytes so far
 * @property {() => void} close  also ends a read that waits
 *
 * @param {string | undefined} file  - or nothing: stdin
 * @param {import('./run.js').Io} io
 * @returns {Promise<ByteSource>}
 * @throws {BertweetError} `input`: there is no such file, or it cannot be read
 */
export async function openSource(file, { stdin, stderr, signal }) {
  if (file !== undefined && file !== '-') return counted(await openFile(file, signal), file)
  if (stdin.isTTY) stderr.write('Reading lines; end with Ctrl-D.\n')
  return counted({ stream: addAbortSignal(signal, stdin), size: sizeOf(stdin.fd) }, 'stdin')
}

/**
 * All of a text file: UTF-8, or UTF-16 with its mark.
 *
 * @param {string} file
 * @param {import('./run.js').Io} io
 * @returns {Promise<string>}
 * @throws {BertweetError} `input`: it cannot be read, is no text or is too long
 */
export async function readText(file, io) {
  const source = await openSource(file, io)
  try {
    let text = ''
    for await (const piece of decode(source.chunks)) {
      text += piece
      if (text.length > MAX_TEXT) throw new BertweetError('input', `${file} has more than ${MAX_TEXT} characters.`)
    }
    return text
  } finally {
    source.close()
  }
}

async function openFile(file, signal) {
  try {
    const handle = await open(file)
    const found = await handle.stat()
    if (!found.isDirectory()) {
      return { stream: createReadStream(file, { fd: handle, signal }), size: found.isFile() ? found.size : null }
    }
    await handle.close()
    throw new Error('it is a folder')
  } catch (cause) {
    const reason = cause.code === 'ENOENT' ? 'there is no such file' : cause.message
    throw new BertweetError('input', `Cannot read ${file}: ${reason}.`, { cause })
  }
}

/** What stdin is may be anything, a closed one too. */
function sizeOf(fd) {
  try {
    const found = fstatSync(fd ?? 0)
    return found.isFile() ? found.size : null
  } catch {
    return null
  }
}

function counted({ stream, size }, name) {
  let bytes = 0
  async function* count() {
    try {
      for await (const chunk of stream) {
        bytes += chunk.length
        yield chunk
      }
    } catch (cause) {
      if (!cause.syscall) throw cause // as where it was aborted
      throw new BertweetError('input', `Cannot read ${name}: ${cause.message}.`, { cause })
    }
  }
  return { chunks: count(), size, read: () => bytes, close: () => stream.destroy() }
}
