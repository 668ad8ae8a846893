/**
 * tensor-hashes.js - fingerprints of a checkpoint's tensors, by which `verify` tells which of them is another one.
 */

import { throwIfAborted } from '../errors.js'
import { bytesOf } from './image.js'

/** Hex digits kept of a SHA-256: enough where nobody forges. */
const DIGITS = 16
/** Numbers read and hashed at a time. */
const BLOCK_LENGTH = 1 << 20

/**
 * The fingerprint of each tensor by its name: of its numbers as f32, so that it is the same in every container and for
 * every type of number that f32 holds exactly.
 *
 * @param {import('./checkpoint.js').Checkpoint} checkpoint
 * @param {(data: import('./checkpoint.js').TensorData) => Float32Array} toFloats
 * @param {AbortSignal} [signal]
 * @returns {Promise<Record<string, string>>}
 */
export async function hashTensors(checkpoint, toFloats, signal) {
  const hashes = {}
  for (const name of checkpoint.names()) {
    const hash = checkpoint.createHash()
    for await (const values of readBlocks(checkpoint, name, toFloats)) {
      throwIfAborted(signal)
      hash.update(bytesOf(values))
    }
    hashes[name] = (await hash.digest()).slice(0, DIGITS)
  }
  return hashes
}

/**
 * The fingerprint that a tensor would have after its numbers were changed.
 *
 * @param {import('./checkpoint.js').Checkpoint} checkpoint
 * @param {string} name
 * @param {(data: import('./checkpoint.js').TensorData) => Float32Array} toFloats
 * @param {(value: number) => number} change
 */
export async function hashChanged(checkpoint, name, toFloats, change) {
  const hash = checkpoint.createHash()
  for await (const values of readBlocks(checkpoint, name, toFloats)) hash.update(bytesOf(values.map(change)))
  return (await hash.digest()).slice(0, DIGITS)
}

/**
 * The numbers of a tensor, some whole rows at a time.
 *
 * @param {import('./checkpoint.js').Checkpoint} checkpoint
 * @param {string} name
 * @param {(data: import('./checkpoint.js').TensorData) => Float32Array} toFloats
 * @returns {AsyncGenerator<Float32Array>}
 */
export async function* readBlocks(checkpoint, name, toFloats) {
  const [rows, ...rest] = checkpoint.shape(name)
  const step = Math.max(1, Math.floor(BLOCK_LENGTH / rest.reduce((size, length) => size * length, 1)))
  for (let firstRow = 0; firstRow < rows; firstRow += step) {
    yield toFloats(await checkpoint.read(name, { firstRow, endRow: Math.min(firstRow + step, rows) }))
  }
}
