/**
 * architecture.js - what config.json says about a model, and which tensors its weights must then hold
 * (models/MODEL.md, section 1).
 */

import { BertweetError, show } from '../errors.js'

/**
 * The sizes and constants of a classifier, checked.
 *
 * @typedef {object} Architecture
 * @property {number} hiddenSize        multiple of 16
 * @property {number} numLayers
 * @property {number} numHeads          hiddenSize / numHeads is a multiple of 4
 * @property {number} intermediateSize  multiple of 16
 * @property {number} vocabSize
 * @property {number} numPositions      max_position_embeddings
 * @property {number} typeVocabSize     rows of token_type_embeddings, of which row 0 is used
 * @property {number} layerNormEps
 * @property {string[]} labels          by output index
 * @property {'single_label_classification' | 'multi_label_classification'} problemType
 */

/** Why a config.json is refused: every sentence begins with it. */
const refuse = (message) => { throw new BertweetError('model', `config.json: ${message}`) }

/**
 * Reads config.json's fields by their Hugging Face names; defaults are those of transformers' RobertaConfig.
 *
 * @param {Record<string, unknown>} config
 * @returns {Architecture}
 * @throws {BertweetError} `model`: another architecture, or sizes that do not fit the packing rules
 */
export function readArchitecture(config) {
  checkKind(config)
  const labels = readLabels(config)
  const architecture = {
    hiddenSize: integer(config, 'hidden_size', { max: 16384, multipleOf: 16 }),
    numLayers: integer(config, 'num_hidden_layers', { max: 64 }),
    numHeads: integer(config, 'num_attention_heads', { max: 4096 }),
    intermediateSize: integer(config, 'intermediate_size', { max: 16384, multipleOf: 16 }),
    vocabSize: integer(config, 'vocab_size', { min: 5, max: 1 << 24 }),
    numPositions: integer(config, 'max_position_embeddings', { min: 4, max: 2050 }),
    typeVocabSize: integer(config, 'type_vocab_size', { max: 1024, fallback: 2 }),
    layerNormEps: readEpsilon(config),
    labels,
    problemType: readProblemType(config, labels),
  }
  const { hiddenSize, numHeads } = architecture
  if (hiddenSize % (4 * numHeads) !== 0) {
    refuse(`hidden_size / num_attention_heads must be a multiple of 4, found ${hiddenSize} / ${numHeads}.`)
  }
  return architecture
}

/**
 * The tensors of a classifier with their shapes, by transformers' names without the leading "roberta.".
 *
 * @param {Architecture} architecture
 * @returns {Map<string, number[]>}
 */
export function expectedTensors({ hiddenSize, numLayers, intermediateSize, vocabSize, numPositions, typeVocabSize,
  labels }) {
  const shapes = new Map()
  const set = (name, weight, bias) => shapes.set(`${name}.weight`, weight).set(`${name}.bias`, bias)
  const linear = (name, outputs, inputs) => set(name, [outputs, inputs], [outputs])
  const norm = (name) => set(name, [hiddenSize], [hiddenSize])

  shapes.set('embeddings.word_embeddings.weight', [vocabSize, hiddenSize])
  shapes.set('embeddings.position_embeddings.weight', [numPositions, hiddenSize])
  shapes.set('embeddings.token_type_embeddings.weight', [typeVocabSize, hiddenSize])
  norm('embeddings.LayerNorm')
  for (let layer = 0; layer < numLayers; layer++) {
    const prefix = `encoder.layer.${layer}`
    for (const part of ['query', 'key', 'value']) linear(`${prefix}.attention.self.${part}`, hiddenSize, hiddenSize)
    linear(`${prefix}.attention.output.dense`, hiddenSize, hiddenSize)
    norm(`${prefix}.attention.output.LayerNorm`)
    linear(`${prefix}.intermediate.dense`, intermediateSize, hiddenSize)
    linear(`${prefix}.output.dense`, hiddenSize, intermediateSize)
    norm(`${prefix}.output.LayerNorm`)
  }
  linear('classifier.dense', hiddenSize, hiddenSize)
  linear('classifier.out_proj', labels.length, hiddenSize)
  return shapes
}

/** Refuses what computes something else than MODEL.md, section 1. */
function checkKind(config) {
  const { architectures, model_type: type } = config
  if (Array.isArray(architectures) && !architectures.includes('RobertaForSequenceClassification')) {
    const hint = architectures.includes('RobertaForMaskedLM')
      ? ' That is the pre-trained language model: convert a classifier that was fine-tuned from it.'
      : ''
    refuse(`architectures: expected RobertaForSequenceClassification, found ${show(architectures)}.${hint}`)
  }
  const fixed = {
    model_type: ['roberta', type],
    hidden_act: ['gelu', config.hidden_act ?? 'gelu'],
    position_embedding_type: ['absolute', config.position_embedding_type ?? 'absolute'],
    pad_token_id: [1, config.pad_token_id ?? 1],
    is_decoder: [false, config.is_decoder ?? false],
    add_cross_attention: [false, config.add_cross_attention ?? false],
  }
  for (const [field, [expected, found]] of Object.entries(fixed)) {
    if (found !== expected) refuse(`${field}: expected ${JSON.stringify(expected)}, found ${show(found)}.`)
  }
}

/** @returns {string[]} */
function readLabels({ id2label, num_labels: count }) {
  if (id2label === undefined || id2label === null) {
    return Array.from({ length: integer({ num_labels: count }, 'num_labels', { max: 1024, fallback: 2 }) },
      (_, index) => `LABEL_${index}`)
  }
  if (typeof id2label !== 'object') refuse(`id2label: expected an object, found ${show(id2label)}.`)
  const length = Object.keys(id2label).length
  if (length < 1 || length > 1024) refuse(`id2label: expected 1 to 1024 labels, found ${length}.`)
  const labels = Array.from({ length }, (_, index) => id2label[index])
  labels.forEach((label, index) => {
    if (typeof label !== 'string') refuse(`id2label: expected a string for "${index}", found ${show(label)}.`)
    if (labels.indexOf(label) !== index) refuse(`id2label: ${show(label)} twice; give each label its own name.`)
  })
  return labels
}

/** Without problem_type, transformers' pipeline takes softmax for two labels and more. */
function readProblemType({ problem_type: type }, labels) {
  if (type === 'multi_label_classification') return type
  if (type === 'single_label_classification' || ((type === undefined || type === null) && labels.length > 1)) {
    return 'single_label_classification'
  }
  refuse('problem_type: expected "single_label_classification" or "multi_label_classification", found ' +
    `${show(type)} with ${labels.length} label(s). Regression is not supported.`)
}

/** The image holds it as a float, which must be above 0 and below 1. */
function readEpsilon({ layer_norm_eps: epsilon = 1e-12 }) {
  if (typeof epsilon === 'number' && Math.fround(epsilon) > 0 && Math.fround(epsilon) < 1) return epsilon
  refuse(`layer_norm_eps: expected a number between 0 and 1, found ${show(epsilon)}.`)
}

function integer(config, field, { min = 1, max, multipleOf = 1, fallback }) {
  const value = config[field] ?? fallback
  if (Number.isInteger(value) && value >= min && value <= max && value % multipleOf === 0) return value
  const multiple = multipleOf === 1 ? 'an integer' : `a multiple of ${multipleOf}`
  refuse(`${field}: expected ${multiple} from ${min} to ${max}, found ${show(value)}.`)
}
