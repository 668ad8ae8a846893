/**
 * plan.js - the tensors of a classifier's image, and which tensors of a checkpoint become them.
 */

import { KIND, planImage } from './image.js'

/**
 * @typedef {import('./architecture.js').Architecture} Architecture
 * @typedef {import('./tokenizer.js').Tokenizer} Tokenizer
 *
 * A linear layer: its name in the image, and the checkpoint's layers whose outputs stand side by side in it.
 * @typedef {{name: string, parts: string[], outputs: number, inputs: number}} LinearPlan
 */

export const WORDS = 'embeddings.word_embeddings'
export const TAIL = 'embeddings.word_embeddings.tail'

/**
 * Rows of word embeddings before the encoder; the others follow it. Vocabularies are sorted by frequency and rows
 * arrive in their order, so a text waits for its rarest word wherever the split is: a small one lets the first answer
 * come first.
 */
const MAX_WORD_SPLIT = 4096

/**
 * The steps of one encoder layer in the order of its weights, which the image and src/reference.h share.
 *
 * @param {Architecture} architecture
 * @param {number} layer
 * @returns {({linear: LinearPlan} | {norm: string})[]}
 */
export function layerSteps({ hiddenSize, intermediateSize }, layer) {
  const prefix = `encoder.layer.${layer}`
  const linear = (name, outputs, inputs, parts = [name]) => (
    { linear: { name: `${prefix}.${name}`, parts: parts.map((part) => `${prefix}.${part}`), outputs, inputs } })
  const self = ['query', 'key', 'value'].map((part) => `attention.self.${part}`)
  return [
    linear('attention.self', 3 * hiddenSize, hiddenSize, self),
    linear('attention.output.dense', hiddenSize, hiddenSize),
    { norm: `${prefix}.attention.output.LayerNorm` },
    linear('intermediate.dense', intermediateSize, hiddenSize),
    linear('output.dense', hiddenSize, intermediateSize),
    { norm: `${prefix}.output.LayerNorm` },
  ]
}

/** @param {Architecture} architecture @returns {LinearPlan} */
export const headLinear = ({ hiddenSize }) => (
  { name: 'classifier.dense', parts: ['classifier.dense'], outputs: hiddenSize, inputs: hiddenSize })

/**
 * Lays out the image of a classifier.
 *
 * @param {Architecture} architecture
 * @param {Tokenizer} tokenizer
 */
export function planClassifier(architecture, tokenizer) {
  const { hiddenSize, numLayers, vocabSize, numPositions, labels } = architecture
  const wordSplit = Math.min(vocabSize, MAX_WORD_SPLIT)
  const norm = (name) => ({ name, type: 'f32', rows: 2, columns: hiddenSize })
  const linear = ({ name, outputs, inputs }) => ({ name, type: 'linear', rows: outputs, columns: inputs })
  const embedding = (name, rows) => ({ name, type: 'rows', rows, columns: hiddenSize })

  const tensors = [
    ...tokenizer.tensors,
    embedding(WORDS, wordSplit),
    { name: 'embeddings.position_embeddings', type: 'f32', rows: numPositions, columns: hiddenSize },
    norm('embeddings.LayerNorm'),
  ]
  for (let layer = 0; layer < numLayers; layer++) {
    for (const step of layerSteps(architecture, layer)) {
      tensors.push('norm' in step ? norm(step.norm) : linear(step.linear))
    }
  }
  tensors.push(linear(headLinear(architecture)))
  tensors.push({ name: 'classifier.out_proj', type: 'f32', rows: labels.length, columns: hiddenSize + 1 })
  if (wordSplit < vocabSize) tensors.push(embedding(TAIL, vocabSize - wordSplit))

  const { numHeads, intermediateSize, layerNormEps } = architecture
  const sizes = { hiddenSize, numLayers, numHeads, intermediateSize, numPositions, numLabels: labels.length,
    layerNormEps, wordSplit, vocabSize, maskId: tokenizer.maskId }
  return { ...planImage({ kind: KIND.classifier, tensors, tail: TAIL, ...sizes }), wordSplit }
}
