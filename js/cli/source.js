/**
 * source.js - the bytes of a file or of stdin, counted.
 */

import { createReadStream, fstatSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'

import { BertweetError } from '../errors.js'

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
  if (file !== undefined && file !== '-') return counted(await openFile(file, signal))
  if (stdin.isTTY) stderr.write('Reading lines; end with Ctrl-D.\n')
  return counted({ stream: addAbortSignal(signal, stdin), size: sizeOf(stdin.fd) })
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

function counted({ stream, size }) {
  let bytes = 0
  async function* count() {
    for await (const chunk of stream) {
      bytes += chunk.length
      yield chunk
    }
  }
  return { chunks: count(), size, read: () => bytes, close: () => stream.destroy() }
}
