/**
 * image-writer.js - writes the image of a classifier from first to last byte, and runs the fp32 reference path on the way.
 */

import { BertweetError } from '../errors.js'
import { bytesOf, tensorBytes } from './image.js'
import { TAIL, WORDS, headLinear, layerSteps } from './plan.js'

const POSITIONS = 'embeddings.position_embeddings'

/** Accumulation depth of every panel: int8 quality, and the fast kernels; MODEL.md, "The 16-bit bound". */
export const DEPTH = 4

/** Of `<pad>`, which does not move the position on. */
const PAD_ID = 1

export class ImageWriter {
  #architecture
  #image
  #planned
  #weights
  #wasm
  #shardWriter

  /**
   * @param {object} parts
   * @param {import('./architecture.js').Architecture} parts.architecture
   * @param {ReturnType<typeof import('./plan.js').planClassifier>} parts.image
   * @param {import('./weights.js').Weights} parts.weights
   * @param {import('../../web/wasm-convert.js').ConvertWasm} parts.wasm
   * @param {import('./shard-writer.js').ShardWriter} parts.shardWriter
   */
  constructor({ architecture, image, weights, wasm, shardWriter }) {
    this.#architecture = architecture
    this.#image = image
    this.#planned = new Map(image.tensors.map((tensor) => [tensor.name, tensor]))
    this.#weights = weights
    this.#wasm = wasm
    this.#shardWriter = shardWriter
  }

  /**
   * @param {import('./tokenizer.js').Tokenizer} tokenizer
   * @param {Int32Array[]} ids  of the texts that the reference path classifies
   * @returns {Promise<Float32Array>} the reference's logits, texts x labels
   */
  async write(tokenizer, ids) {
    await this.#shardWriter.write(this.#image.head)
    for (const { name, data } of tokenizer.tensors) await this.#put(name, bytesOf(data))
    await this.#writeWords(WORDS, 0, this.#image.wordSplit)
    await this.#writeEmbeddings(ids)
    for (let layer = 0; layer < this.#architecture.numLayers; layer++) await this.#writeLayer(layer)
    const logits = await this.#writeHead()
    if (this.#planned.has(TAIL)) await this.#writeWords(TAIL, this.#image.wordSplit, this.#architecture.vocabSize)
    return logits
  }

  async #writeWords(name, first, end) {
    await this.#put(name, await this.#weights.quantizedRows(`${WORDS}.weight`, first, end, this.#architecture.hiddenSize))
  }

  /** Positions and LayerNorm; begins the reference path. */
  async #writeEmbeddings(ids) {
    const { hiddenSize } = this.#architecture
    const positions = await this.#weights.floats(`${POSITIONS}.weight`)
    const types = await this.#weights.floats('embeddings.token_type_embeddings.weight')
    positions.forEach((value, index) => { positions[index] = value + types[index % hiddenSize] })
    const norm = await this.#weights.norm('embeddings.LayerNorm')
    await this.#put(POSITIONS, packRows(this.#wasm.quantizeRows(positions, hiddenSize), hiddenSize))
    await this.#put('embeddings.LayerNorm', bytesOf(norm))

    const tokens = ids.flatMap((row) => [...row])
    this.#wasm.embed({
      words: await this.#weights.rowsOf(`${WORDS}.weight`, tokens, hiddenSize),
      lengths: ids.map(({ length }) => length),
      positions,
      at: ids.flatMap((row) => positionsOf(row)),
      norm,
    })
  }

  async #writeLayer(layer) {
    let index = 0
    for (const step of layerSteps(this.#architecture, layer)) {
      index += 'norm' in step ? await this.#writeNorm(index, step.norm) : await this.#writeLinear(index, step.linear)
    }
    this.#wasm.runLayer()
  }

  async #writeHead() {
    const { hiddenSize, labels } = this.#architecture
    const index = await this.#writeLinear(0, headLinear(this.#architecture))
    const weight = await this.#weights.floats('classifier.out_proj.weight')
    const bias = await this.#weights.floats('classifier.out_proj.bias')
    const rows = new Float32Array(labels.length * (hiddenSize + 1))
    bias.forEach((value, label) => {
      rows.set(weight.subarray(label * hiddenSize, (label + 1) * hiddenSize), label * (hiddenSize + 1))
      rows[label * (hiddenSize + 1) + hiddenSize] = value
    })
    await this.#put('classifier.out_proj', bytesOf(rows))
    this.#wasm.load(index, rows)
    return this.#wasm.runHead()
  }

  /** @returns {Promise<number>} weights and biases loaded at index */
  async #writeLinear(index, linear) {
    const { outputs, inputs } = linear
    const bias = await this.#weights.loadLinear(index, linear)
    await this.#put(linear.name, this.#wasm.quantizeLinear({ weights: index, bias, outputs, inputs, depth: DEPTH }))
    return outputs * (inputs + 1)
  }

  /** @returns {Promise<number>} weights and biases loaded at index */
  async #writeNorm(index, name) {
    const length = 2 * this.#architecture.hiddenSize
    await this.#weights.loadNorm(index, name)
    await this.#put(name, bytesOf(this.#wasm.loaded(index, length)))
    return length
  }

  /** Writes a tensor, which must be the next of the plan. @param {string} name @param {Uint8Array} bytes */
  async #put(name, bytes) {
    const { offset, nbytes, padding } = this.#planned.get(name)
    if (this.#shardWriter.offset !== offset || bytes.length !== nbytes) {
      throw new BertweetError('internal', `${name}: expected ${nbytes} bytes at ${offset}, found ${bytes.length} at ` +
        `${this.#shardWriter.offset}.`)
    }
    await this.#shardWriter.write(bytes)
    await this.#shardWriter.write(new Uint8Array(padding))
  }
}

/** Positions of a row of ids; MODEL.md, section 1. @param {Int32Array} ids @returns {number[]} */
function positionsOf(ids) {
  let position = PAD_ID
  return Array.from(ids, (id) => id === PAD_ID ? PAD_ID : ++position)
}

/** Quantised rows as the image keeps them. */
function packRows({ scales, q }, columns) {
  const tensor = new Uint8Array(tensorBytes({ name: '', type: 'rows', rows: scales.length, columns }))
  tensor.set(bytesOf(scales))
  tensor.set(q, tensor.length - q.length)
  return tensor
}
