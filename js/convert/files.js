/**
 * files.js - what the converter knows about files, and what it says of those that are something else.
 */

import { BertweetError } from '../errors.js'

/**
 * Where the files of a checkpoint are: a folder (node-files.js), or File objects in a browser. Names have no slashes.
 *
 * @typedef {object} Files
 * @property {() => string[] | Promise<string[]>} list
 * @property {(name: string) => number | Promise<number>} size  in bytes
 * @property {(name: string, start: number, end: number) => Promise<Uint8Array>} read
 *   exactly the bytes start .. end - 1, in memory of their own (the buffer holds nothing else)
 * @property {() => Hasher} createHash  SHA-256
 *
 * @typedef {{update: (bytes: Uint8Array) => void, digest: () => string | Promise<string>}} Hasher  digest: hexadecimal
 */

/** Bytes read at a time where a file is streamed. */
export const BLOCK_NBYTES = 1 << 22

/** Most bytes of a file that is taken into memory whole: texts and JSON. */
export const WHOLE_NBYTES = 1 << 26

/**
 * A small file as a whole.
 *
 * @param {Files} files @param {string} name
 */
export async function readWhole(files, name) {
  const size = await files.size(name)
  if (size > WHOLE_NBYTES) {
    throw new BertweetError('model', `${name} has ${size} bytes, expected at most ${WHOLE_NBYTES}: is it another file?`)
  }
  return files.read(name, 0, size)
}

/**
 * A JSON file that must hold an object.
 *
 * @param {Files} files @param {string} name
 * @returns {Promise<Record<string, unknown>>}
 */
export async function readJson(files, name) {
  return parseJson(await readWhole(files, name), name)
}

/** @param {Uint8Array} bytes @param {string} name  for messages */
export function parseJson(bytes, name) {
  let value
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    const found = describeForeign(bytes) ?? `something else (${cause.message})`
    throw new BertweetError('model', `${name}: expected JSON, found ${found}.`, { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = Array.isArray(value) ? 'an array' : String(value)
    throw new BertweetError('model', `${name}: expected a JSON object, found ${found}.`)
  }
  return value
}

/**
 * What a file is that should have been something else, with advice; null if it is none of the usual suspects.
 *
 * @param {Uint8Array} head  its first bytes
 */
export function describeForeign(head) {
  if (head.length === 0) return 'an empty file: download it again'
  const start = new TextDecoder('latin1').decode(head.subarray(0, 256)).trimStart().toLowerCase()
  if (start.startsWith('<!doctype html') || start.startsWith('<html') || start.startsWith('<?xml')) {
    return 'a web page (an error or login page saved under that name?): download the file itself'
  }
  if (start.startsWith('version https://git-lfs')) return 'a Git LFS pointer: run "git lfs pull" to get the file itself'
  if (start.startsWith('\x89hdf')) return 'a TensorFlow file: save the model from PyTorch'
  return null
}

/**
 * SHA-256 of a file, read in blocks.
 *
 * @param {Files} files @param {string} name
 * @returns {Promise<{bytes: number, sha256: string}>}
 */
export async function hashFile(files, name) {
  const bytes = await files.size(name)
  const hash = files.createHash()
  for (let start = 0; start < bytes; start += BLOCK_NBYTES) {
    hash.update(await files.read(name, start, Math.min(start + BLOCK_NBYTES, bytes)))
  }
  return { bytes, sha256: await hash.digest() }
}
