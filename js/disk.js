/**
 * disk.js - files, in Node.
 */

import { BertweetError, describe, throwIfAborted } from './errors.js'

const CHUNK = 1 << 20

/**
 * The bytes of a file, in pieces.
 *
 * @param {URL} url
 * @param {import('./source.js').ReadOptions} options
 * @returns {AsyncGenerator<Uint8Array>}
 * @throws {BertweetError} network, aborted
 */
export async function* readDisk(url, { signal, room }) {
  const fs = globalThis.process.getBuiltinModule('node:fs/promises')
  let file
  try {
    file = await fs.open(url)
    for (;;) {
      throwIfAborted(signal)
      // Into the room, where there is one that is not full.
      const left = room ? room.size - room.length : 0
      const target = left > 0 ? new Uint8Array(room.buffer, room.length, Math.min(left, CHUNK)) : new Uint8Array(CHUNK)
      const { bytesRead } = await file.read(target, 0, target.length)
      if (bytesRead === 0) return
      yield target.subarray(0, bytesRead)
    }
  } catch (error) {
    if (error instanceof BertweetError) throw error
    const { href } = url
    throw new BertweetError('network', `Could not read ${href}: ${describe(error)}.`, { url: href, cause: error })
  } finally {
    await file?.close()
  }
}
