/**
 * browser-files.js - the files of a folder that a user chose or dropped, for the converter in a page or its worker; and
 * a model made of Blobs.
 */

import { BertweetError, describe } from '../errors.js'
import { createHashes } from '../../web/wasm-convert.js'

/**
 * @param {Iterable<File>} list  of one folder, read where it lies
 * @param {WebAssembly.Module} module  bertweet-convert.wasm
 * @returns {Promise<import('./files.js').Files>}
 */
export async function openFileList(list, module) {
  const files = new Map(Array.from(list, (file) => [file.name, file]))
  const find = (name) => {
    if (files.has(name)) return files.get(name)
    throw new BertweetError('model', `${name} is not among the files.`)
  }
  return {
    list: () => [...files.keys()],
    size: (name) => find(name).size,
    async read(name, start, end) {
      const bytes = await find(name).slice(start, end).arrayBuffer().catch((cause) => {
        const message = `${name} cannot be read: ${describe(cause)}. Was it changed or removed?`
        throw new BertweetError('model', message, { cause })
      })
      if (bytes.byteLength === end - start) return new Uint8Array(bytes)
      throw new BertweetError('model', `${name} ends before byte ${end}: it is truncated, or it changed meanwhile.`)
    },
    createHash: await createHashes(module),
  }
}

/**
 * An output that keeps its files as Blobs, which browsers may put on the disk.
 *
 * @returns {import('./node-output.js').Output & {files: Record<string, Blob>}}
 */
export function blobOutput() {
  const files = {}
  return {
    files,
    write: async (name, bytes) => { files[name] = new Blob([bytes]) },
    read: async (name) => new Uint8Array(await files[name].arrayBuffer()),
    commit: async () => {},
    discard: async () => {
      for (const name of Object.keys(files)) delete files[name]
    },
  }
}
