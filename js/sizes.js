/**
 * sizes.js - whether an image is the one that its manifest describes.
 */

import { BertweetError } from './errors.js'

/**
 * @param {{name: string, config: Record<string, number>, labels: string[]}} described  by the manifest
 * @param {import('../web/wasm.js').ModelInfo} sizes  of the image
 * @throws {BertweetError} model, naming what differs
 */
export function checkSizes({ name, config, labels }, sizes) {
  const pairs = [
    ['hidden_size', config.hidden_size, sizes.hiddenSize],
    ['num_hidden_layers', config.num_hidden_layers, sizes.numLayers],
    ['num_attention_heads', config.num_attention_heads, sizes.numHeads],
    ['intermediate_size', config.intermediate_size, sizes.intermediateSize],
    ['vocab_size', config.vocab_size, sizes.vocabSize],
    ['max_position_embeddings', config.max_position_embeddings, sizes.numPositions],
    ['number of labels', labels.length, sizes.numLabels]
  ]
  const wrong = pairs.find(([, expected, found]) => expected !== found)
  if (!wrong) return
  throw new BertweetError('model', `Model ${name}: ${wrong[0]} is ${wrong[1]} in the manifest, ${wrong[2]} in the ` +
    'image. Convert it again.')
}
