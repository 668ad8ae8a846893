/**
 * image-writer.js - writes the image of a classifier from first to last byte, and runs the fp32 path on the way.
 */

import { BertweetError } from '../errors.js'
import { bytesOf } from './image.js'
import { reportLayer } from './layer-report.js'
import { TAIL, WORDS } from './plan.js'

/** Accumulation depth of every panel: int8 quality, and the fast kernels; MODEL.md, "The 16-bit bound". */
export const DEPTH = 4

/** @type {import('../../web/wasm-convert.js').WireLayout} */
const SHORTS = Object.freeze({ kind: 'shorts' })

export class ImageWriter {
  #architecture
  #image
  #planned
  #network
  #weights
  #wasm
  #shardWriter
  #int4
  #onLayer

  /**
   * @param {object} parts
   * @param {import('./architecture.js').Architecture} parts.architecture
   * @param {ReturnType<typeof import('./plan.js').planClassifier>} parts.image
   * @param {import('./network.js').Network} parts.network  of weights and wasm
   * @param {import('./weights.js').Weights} parts.weights
   * @param {import('../../web/wasm-convert.js').ConvertWasm} parts.wasm
   * @param {import('./shard-writer.js').ShardWriter} parts.shardWriter
   * @param {boolean} parts.int4  whether weights are rounded to what the wire encoding int4 carries
   * @param {(report: import('./layer-report.js').LayerReport) => void} [parts.onLayer]  is told of each linear layer
   */
  constructor({ architecture, image, network, weights, wasm, shardWriter, int4, onLayer }) {
    this.#architecture = architecture
    this.#image = image
    this.#planned = new Map(image.tensors.map((tensor) => [tensor.name, tensor]))
    this.#network = network
    this.#weights = weights
    this.#wasm = wasm
    this.#shardWriter = shardWriter
    this.#int4 = int4
    this.#onLayer = onLayer
  }

  /**
   * @param {import('./tokenizer.js').Tokenizer} tokenizer
   * @param {Int32Array[]} ids  of the texts that the reference path classifies
   * @param {number} calibration  how many of them, from the first on, are for calibration
   * @returns {Promise<Float32Array>} the reference's logits, texts x labels
   */
  async write(tokenizer, ids, calibration) {
    const { numLayers, vocabSize } = this.#architecture
    const { head, wordSplit } = this.#image
    await this.#shardWriter.write(head)
    for (const { name, data } of tokenizer.tensors) await this.#put(name, bytesOf(data))
    await this.#writeWords(WORDS, 0, wordSplit)
    await this.#writeEmbeddings(await this.#network.embed(ids, calibration))
    for (let layer = 0; layer < numLayers; layer++) {
      const loaded = await this.#network.loadLayer(layer)
      this.#network.runLayer()
      await this.#writeLayer(loaded)
    }
    const loaded = await this.#network.loadHead()
    const logits = this.#network.runHead()
    await this.#writeHead(loaded)
    if (this.#planned.has(TAIL)) {
      // The first answer needs no byte of the tail.
      await this.#shardWriter.cut()
      await this.#writeWords(TAIL, wordSplit, vocabSize)
    }
    return logits
  }

  async #writeWords(name, first, end) {
    const { hiddenSize } = this.#architecture
    const rows = await this.#weights.quantizedRows(`${WORDS}.weight`, first, end, hiddenSize, this.#int4)
    await this.#put(name, rows, this.#int4)
  }

  async #writeEmbeddings({ positions, norm }) {
    await this.#put('embeddings.position_embeddings', bytesOf(positions))
    await this.#put('embeddings.LayerNorm', bytesOf(norm))
  }

  /** @param {(import('./network.js').LoadedLinear | import('./network.js').LoadedNorm)[]} loaded */
  async #writeLayer(loaded) {
    for (const part of loaded) {
      if ('norm' in part) {
        await this.#put(part.norm, bytesOf(this.#wasm.loaded(part.weights, 2 * this.#architecture.hiddenSize)))
      } else {
        await this.#put(part.name, this.#quantize(part, this.#int4), this.#int4)
      }
    }
  }

  async #writeHead({ dense, outProj }) {
    await this.#put(dense.name, this.#quantize(dense, false))
    await this.#put('classifier.out_proj', bytesOf(outProj))
  }

  /** Packs a layer that has been loaded. @param {import('./network.js').LoadedLinear} linear @param {boolean} int4 */
  #quantize(linear, int4) {
    const { name, weights, outputs, inputs } = linear
    const bytes = this.#wasm.quantizeLinear({ ...linear, depth: DEPTH, int4 })
    if (this.#onLayer) {
      const tensor = { sources: inputs, ...this.#planned.get(name), bytes }
      this.#onLayer(reportLayer(tensor, this.#wasm.loaded(weights, outputs * inputs)))
    }
    return bytes
  }

  /**
   * Writes a tensor, which must be the next of the plan.
   *
   * @param {string} name
   * @param {Uint8Array} bytes
   * @param {boolean} [int4]  whether its weights, which are its end, travel as int4
   */
  async #put(name, bytes, int4 = false) {
    const { offset, nbytes, padding, type, rows, columns } = this.#planned.get(name)
    if (this.#shardWriter.offset !== offset || bytes.length !== nbytes) {
      throw new BertweetError('internal', `${name}: expected ${nbytes} bytes at ${offset}, found ${bytes.length} at ` +
        `${this.#shardWriter.offset}.`)
    }
    const coded = int4 ? rows * columns : type === 'u32' && areShort(bytes) ? nbytes : 0
    await this.#shardWriter.write(bytes.subarray(0, nbytes - coded))
    await this.#shardWriter.write(bytes.subarray(nbytes - coded), type === 'u32' ? SHORTS : { kind: type, columns })
    await this.#shardWriter.write(new Uint8Array(padding))
  }
}

/** Whether all the u32 are below 65,536. @param {Uint8Array} bytes */
const areShort = (bytes) => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
  .every((half, index) => index % 2 === 0 || half === 0)
