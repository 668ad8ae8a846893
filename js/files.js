/**
 * files.js - models in folders on this device: what <input type=file>, a drop and the file system APIs give.
 */

import { BertweetError } from './errors.js'

const MANIFEST = 'manifest.json'

/**
 * The files of a model: those of an <input type="file"> (multiple, or webkitdirectory), of a drop, or a folder's handle
 * (showDirectoryPicker, OPFS, or webkitGetAsEntry of what was dropped). More files than the model's do no harm.
 *
 * @typedef {FileList | File[] | {files: FileList | File[] | Record<string, Blob | ArrayBuffer | ArrayBufferView>}
 *   | FileSystemDirectoryHandle | FileSystemDirectoryEntry} LocalFiles
 */

/**
 * @param {LocalFiles} option
 * @param {(manifest: Blob) => Promise<import('./manifest.js').Manifest>} parse  checks a manifest
 * @returns {Promise<{manifest: Blob, files: Record<string, Blob>}>}
 * @throws {BertweetError} input: no manifest, or several
 */
export async function filesOf(option, parse) {
  if (option.kind === 'directory' || option.isDirectory) return readFolder(option, parse)
  const { files = option } = option
  if (typeof files.length !== 'number') return withManifest({ ...files }, Object.keys(files))
  const all = Array.from(files)
  const manifests = all.filter(({ name }) => name === MANIFEST)
  if (manifests.length > 1) {
    const paths = manifests.map(({ webkitRelativePath, name }) => webkitRelativePath || name).join(', ')
    throw new BertweetError('input', `There are several models: ${paths}. Choose the folder of one.`)
  }
  // Beside the manifest, where there are folders.
  const folder = folderOf(manifests[0])
  const near = all.filter((file) => folderOf(file) === folder)
  return withManifest(Object.fromEntries(near.map((file) => [file.name, file])), all.map(({ name }) => name))
}

const folderOf = (file) => file?.webkitRelativePath?.replace(/[^/]*$/, '')

function withManifest({ [MANIFEST]: manifest, ...files }, names) {
  if (!manifest) {
    throw new BertweetError('input', `There is no ${MANIFEST} among the ${names.length} files` +
      `${names.length > 0 ? ` (${names.slice(0, 5).join(', ')})` : ''}. Models are made with bertweet-wasm convert; ` +
      'choose all files of the folder that it wrote.')
  }
  return { manifest: manifest instanceof Blob ? manifest : new Blob([manifest]), files }
}

/** @param {FileSystemDirectoryHandle | FileSystemDirectoryEntry} folder @param {Parameters<typeof filesOf>[1]} parse */
async function readFolder(folder, parse) {
  const read = folder.kind ? handleReader(folder) : entryReader(folder)
  const missing = (file) => (cause) => {
    throw new BertweetError('input', `The folder ${folder.name} has no ${file}. Models are made with bertweet-wasm ` +
      'convert; choose the folder that it wrote.', { cause })
  }
  const manifest = await read(MANIFEST).catch(missing(MANIFEST))
  const { shards } = await parse(manifest) // before any name in it is followed
  const files = Object.create(null)
  for (const { file } of shards) files[file] = await read(file).catch(missing(file))
  return { manifest, files }
}

/** @param {FileSystemDirectoryHandle} folder */
const handleReader = (folder) => async (name) => (await folder.getFileHandle(name)).getFile()

/** @param {FileSystemDirectoryEntry} folder */
const entryReader = (folder) => (name) => new Promise((resolve, reject) => {
  folder.getFile(name, {}, (entry) => entry.file(resolve, reject), reject)
})
