/**
 * network.js - the fp32 reference path (src/reference.h) on a checkpoint, one layer's weights in memory at a time.
 *
 * The converter walks through it step by step and packs what is loaded at each; by itself it is the yardstick:
 *
 *     const logits = await referenceLogits({ checkpoint, ids: [[0, 17, 2]] })
 */

import { compile } from '../../web/wasm.js'
import { ConvertWasm } from '../../web/wasm-convert.js'
import { WORDS, headLinear, layerSteps } from './plan.js'
import { Weights } from './weights.js'

/** Of `<pad>`, which does not move the position on. */
const PAD_ID = 1

/** bertweet-convert.wasm, compiled. @param {string | URL} [url]  where it is, if not in dist/ */
export const compileConverter = (url = '../../dist/bertweet-convert.wasm') =>
  compile(new URL(url, import.meta.url).href)

/**
 * Part of a layer that has been loaded: a linear layer, or a LayerNorm. weights, bias: index in ConvertWasm's weights;
 * observed: which of the layer's linear layers it is.
 *
 * @typedef {import('./plan.js').LinearPlan & {weights: number, bias: number, observed: number}} LoadedLinear
 * @typedef {{norm: string, weights: number}} LoadedNorm
 */

export class Network {
  #architecture
  #weights
  #wasm

  /**
   * @param {import('./architecture.js').Architecture} architecture
   * @param {Weights} weights
   * @param {ConvertWasm} wasm
   */
  constructor(architecture, weights, wasm) {
    this.#architecture = architecture
    this.#weights = weights
    this.#wasm = wasm
  }

  /**
   * Begins with texts.
   *
   * @param {ArrayLike<number>[]} ids  of each text
   * @param {number} [calibration]  how many of them, from the first on, tell what the layers' inputs are like
   * @returns {Promise<{positions: Float32Array, norm: Float32Array}>}
   *   positions: position embeddings, token type row 0 added, positions x hidden; norm: of the LayerNorm, 2 x hidden
   */
  async embed(ids, calibration = 0) {
    const { hiddenSize } = this.#architecture
    const positions = await this.#weights.floats('embeddings.position_embeddings.weight')
    const types = await this.#weights.floats('embeddings.token_type_embeddings.weight')
    positions.forEach((value, index) => { positions[index] = value + types[index % hiddenSize] })
    const norm = await this.#weights.norm('embeddings.LayerNorm')
    this.#wasm.embed({
      words: await this.#weights.rowsOf(`${WORDS}.weight`, ids.flatMap((row) => [...row]), hiddenSize),
      lengths: ids.map(({ length }) => length),
      positions,
      at: ids.flatMap((row) => positionsOf(row)),
      norm,
      calibration,
    })
    return { positions, norm }
  }

  /**
   * Loads a layer, in the order of its weights.
   *
   * @param {number} layer
   * @returns {Promise<(LoadedLinear | LoadedNorm)[]>}
   */
  async loadLayer(layer) {
    const loaded = []
    let index = 0
    for (const step of layerSteps(this.#architecture, layer)) {
      if ('norm' in step) {
        await this.#weights.loadNorm(index, step.norm)
        loaded.push({ norm: step.norm, weights: index })
        index += 2 * this.#architecture.hiddenSize
      } else {
        loaded.push(await this.#loadLinear(index, step.linear, loaded.filter((part) => 'bias' in part).length))
        index += step.linear.outputs * (step.linear.inputs + 1)
      }
    }
    return loaded
  }

  /** Runs the layer that has been loaded. */
  runLayer() {
    this.#wasm.runLayer()
  }

  /**
   * Loads the head.
   *
   * @returns {Promise<{dense: LoadedLinear, outProj: Float32Array}>}
   *   outProj: weights, then the bias, of each label, labels x (hidden + 1)
   */
  async loadHead() {
    const { hiddenSize, labels } = this.#architecture
    const dense = await this.#loadLinear(0, headLinear(this.#architecture), 0)
    const weight = await this.#weights.floats('classifier.out_proj.weight')
    const bias = await this.#weights.floats('classifier.out_proj.bias')
    const outProj = new Float32Array(labels.length * (hiddenSize + 1))
    bias.forEach((value, label) => {
      outProj.set(weight.subarray(label * hiddenSize, (label + 1) * hiddenSize), label * (hiddenSize + 1))
      outProj[label * (hiddenSize + 1) + hiddenSize] = value
    })
    this.#wasm.load(hiddenSize * (hiddenSize + 1), outProj)
    return { dense, outProj }
  }

  /** @returns {Float32Array} logits of the texts, texts x labels */
  runHead() {
    return this.#wasm.runHead()
  }

  /** @returns {Promise<LoadedLinear>} */
  async #loadLinear(index, linear, observed) {
    return { ...linear, weights: index, bias: await this.#weights.loadLinear(index, linear), observed }
  }
}

/**
 * Logits of the fp32 path.
 *
 * @param {object} options
 * @param {import('./checkpoint.js').Checkpoint} options.checkpoint
 * @param {ArrayLike<number>[]} options.ids  of each text, `<s>` to `</s>`
 * @param {string | URL} [options.wasmUrl]   of bertweet-convert.wasm
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<Float32Array>} texts x labels
 * @throws {BertweetError} `model`, `aborted`, whatever checkpoint throws
 */
export async function referenceLogits({ checkpoint, ids, wasmUrl, signal }) {
  const { architecture } = checkpoint
  const wasm = await ConvertWasm.create(await compileConverter(wasmUrl), architecture)
  const network = new Network(architecture, new Weights(checkpoint, wasm, () => {}, signal), wasm)
  await network.embed(ids)
  for (let layer = 0; layer < architecture.numLayers; layer++) {
    await network.loadLayer(layer)
    network.runLayer()
  }
  await network.loadHead()
  return network.runHead()
}

/** Positions of a row of ids; MODEL.md, section 1. @param {ArrayLike<number>} ids @returns {number[]} */
function positionsOf(ids) {
  let position = PAD_ID
  return Array.from(ids, (id) => id === PAD_ID ? PAD_ID : ++position)
}
