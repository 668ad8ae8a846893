/**
 * fingerprints.js - which tensors of a checkpoint are not those that a model was made from, and what was done to them.
 * This tells also what is below int8's resolution.
 */

import { hashChanged, hashTensors, readBlocks } from '../convert/tensor-hashes.js'
import { abridge, mismatch } from './findings.js'
import { ROUNDINGS } from './precision.js'

/**
 * @param {object} compared
 * @param {import('../convert/checkpoint.js').Checkpoint} compared.checkpoint
 * @param {(data: import('../convert/checkpoint.js').TensorData) => Float32Array} compared.toFloats
 * @param {Record<string, string>} compared.fingerprints  of the tensors that were converted; see tensor-hashes.js
 * @param {(name: string) => boolean} compared.isClose  whether int8 shows no difference of a tensor
 * @param {AbortSignal} [compared.signal]
 * @returns {Promise<import('./findings.js').Finding[]>}  one for each thing that was done
 */
export async function compareFingerprints({ fingerprints, signal, ...compared }) {
  const now = await hashTensors(compared.checkpoint, compared.toFloats, signal)
  /** @type {Map<string, {kind: import('./findings.js').FindingKind, names: string[]}>} */
  const changes = new Map()
  for (const name of Object.keys(now).filter((name) => fingerprints[name] !== now[name])) {
    const { kind, what } = await explainTensor(name, fingerprints[name], compared)
    if (!changes.has(what)) changes.set(what, { kind, names: [] })
    changes.get(what).names.push(name)
  }
  return [...changes].map(([what, { kind, names }]) => mismatch(kind, `${abridge(names)}: ${what}`))
}

async function explainTensor(name, fingerprint, { checkpoint, toFloats, isClose }) {
  for (const [format, round] of Object.entries(ROUNDINGS)) {
    if (await hashChanged(checkpoint, name, toFloats, round) === fingerprint) {
      return { kind: 'precision', what: `rounded to ${format} where the model was made from, not in this checkpoint` }
    }
  }
  for (const [format, round] of Object.entries(ROUNDINGS)) {
    if (isClose(name) && await isRounded(checkpoint, name, toFloats, round)) {
      return { kind: 'precision', what: `rounded to ${format} in this checkpoint, not where the model was made from` }
    }
  }
  return { kind: 'weights', what: 'other numbers than those the model was made from' }
}

/** Whether a tensor has only numbers that a 16-bit format holds. */
async function isRounded(checkpoint, name, toFloats, round) {
  for await (const values of readBlocks(checkpoint, name, toFloats)) {
    if (!values.every((value) => round(value) === value)) return false
  }
  return true
}
