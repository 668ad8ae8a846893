/**
 * node-files.js - the files of a folder, for the converter in Node. Browsers never load this module.
 */

import { createHash } from 'node:crypto'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { BertweetError, describe } from '../errors.js'

/**
 * @param {string} directory
 * @returns {Promise<import('./files.js').Files & {close: () => Promise<void>}>}
 *   close: gives the file handles back
 * @throws {BertweetError} `input` if there is no such folder
 */
export async function openDirectory(directory) {
  const names = await readdir(directory).catch((cause) => {
    throw new BertweetError('input', `Cannot read the folder ${directory}: ${describe(cause)}`, { cause })
  })
  const handles = new Map()
  const handle = (name) => {
    if (!handles.has(name)) handles.set(name, open(join(directory, name)))
    return handles.get(name)
  }
  /** What the system says of a file, such as one that may not be read, or a folder of its name, as our error. */
  const orRefuse = (name, promise) => promise.catch((cause) => {
    throw cause instanceof BertweetError ? cause
      : new BertweetError('model', `${name} cannot be read: ${describe(cause)}.`, { cause })
  })

  return {
    list: () => names,
    size: async (name) => (await orRefuse(name, stat(join(directory, name)))).size,
    read: (name, start, end) => orRefuse(name, handle(name).then((opened) => readExactly(opened, name, start, end))),
    createHash() {
      const hash = createHash('sha256')
      return { update: (bytes) => { hash.update(bytes) }, digest: () => hash.digest('hex') }
    },
    async close() {
      for (const opened of handles.values()) await (await opened.catch(() => null))?.close()
      handles.clear()
    },
  }
}

async function readExactly(handle, name, start, end) {
  const bytes = new Uint8Array(end - start)
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
    if (bytesRead === 0) {
      throw new BertweetError('model', `${name} ends before byte ${end}: it is truncated, or it changed meanwhile.`)
    }
    filled += bytesRead
  }
  return bytes
}
