/**
 * weights.js - the tensors of a checkpoint on their way into WebAssembly: read, checked, counted.
 */

import { BertweetError, throwIfAborted } from '../errors.js'
import { bytesOf, tensorBytes } from './image.js'

/** Numbers of an embedding that are read and quantised at a time. */
const BLOCK_LENGTH = 1 << 20

/**
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('../../web/wasm-convert.js').ConvertWasm} ConvertWasm
 * @typedef {import('./plan.js').LinearPlan} LinearPlan
 */

export class Weights {
  #checkpoint
  #wasm
  #advance
  #signal

  /**
   * @param {Checkpoint} checkpoint
   * @param {ConvertWasm} wasm
   * @param {(numbers: number) => void} advance  told how many numbers have been worked off
   * @param {AbortSignal} [signal]
   */
  constructor(checkpoint, wasm, advance, signal) {
    this.#checkpoint = checkpoint
    this.#wasm = wasm
    this.#advance = advance
    this.#signal = signal
  }

  /** A whole tensor as f32. @param {string} name */
  async floats(name) {
    const values = this.#wasm.toFloats(await this.#read(name))
    if (!values.every(Number.isFinite)) throw notFinite(name)
    this.#advance(values.length)
    return values
  }

  /** Weight and bias of a LayerNorm, one after the other. @param {string} name */
  async norm(name) {
    const [weight, bias] = [await this.floats(`${name}.weight`), await this.floats(`${name}.bias`)]
    const both = new Float32Array(2 * weight.length)
    both.set(weight)
    both.set(bias, weight.length)
    return both
  }

  /**
   * The rows of an embedding that these ids need, in their order.
   *
   * @param {string} name
   * @param {number[]} ids
   * @param {number} columns
   */
  async rowsOf(name, ids, columns) {
    const rows = new Map()
    for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
      const row = this.#wasm.toFloats(await this.#read(name, { firstRow: id, endRow: id + 1 }))
      if (!row.every(Number.isFinite)) throw notFinite(name)
      rows.set(id, row)
    }
    const gathered = new Float32Array(ids.length * columns)
    ids.forEach((id, index) => gathered.set(rows.get(id), index * columns))
    return gathered
  }

  /**
   * Rows first .. end - 1 of an embedding as a tensor `rows` of the image.
   *
   * @param {string} name
   * @param {number} first
   * @param {number} end
   * @param {number} columns
   * @param {boolean} int4  only integers that the wire encoding int4 can carry
   */
  async quantizedRows(name, first, end, columns, int4) {
    const rows = end - first
    const tensor = new Uint8Array(tensorBytes({ name, type: 'rows', rows, columns }))
    const q = tensor.subarray(tensor.length - rows * columns)
    const step = Math.max(1, Math.floor(BLOCK_LENGTH / columns))
    for (let row = first; row < end; row += step) {
      const data = await this.#read(name, { firstRow: row, endRow: Math.min(row + step, end) })
      const quantized = this.#wasm.quantizeRows(data, columns, int4)
      if (quantized === null) throw notFinite(name)
      tensor.set(bytesOf(quantized.scales), 4 * (row - first))
      q.set(quantized.q, (row - first) * columns)
      this.#advance(quantized.q.length)
    }
    return tensor
  }

  /**
   * Loads a linear layer behind the weights already there: weights of all its parts, then their biases.
   *
   * @param {number} index  where, in floats
   * @param {LinearPlan} linear
   * @returns {Promise<number>} index of the first bias
   */
  async loadLinear(index, { parts }) {
    let at = index
    for (const part of parts) at += await this.#load(at, `${part}.weight`)
    const bias = at
    for (const part of parts) at += await this.#load(at, `${part}.bias`)
    return bias
  }

  /** Loads a LayerNorm behind the weights already there. @param {number} index @param {string} name */
  async loadNorm(index, name) {
    const weight = await this.#load(index, `${name}.weight`)
    await this.#load(index + weight, `${name}.bias`)
  }

  /** @returns {Promise<number>} numbers loaded */
  async #load(index, name) {
    const count = this.#wasm.load(index, await this.#read(name))
    if (count === null) throw notFinite(name)
    this.#advance(count)
    return count
  }

  #read(name, rows) {
    throwIfAborted(this.#signal)
    return this.#checkpoint.read(name, rows)
  }
}

const notFinite = (name) => new BertweetError('model', `Tensor "${name}": found NaN or infinity, expected finite ` +
  'numbers. The checkpoint is damaged, or its training diverged.')
