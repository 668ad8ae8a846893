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

  return {
    list: () => names,
    size: async (name) => (await stat(join(directory, name))).size,
    read: async (name, start, end) => readExactly(await handle(name), name, start, end),
    createHash() {
      const hash = createHash('sha256')
      return { update: (bytes) => { hash.update(bytes) }, digest: () => hash.digest('hex') }
    },
    async close() {
      for (const opened of handles.values()) await (await opened).close()
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
