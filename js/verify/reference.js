/**
 * reference.js - a checkpoint as a classifier: its own tokenizer, and the fp32 path on its own weights.
 */

import { defaultPreprocess } from '../convert/index.js'
import { splitRows } from '../convert/fidelity.js'
import { tokenizerImage } from '../convert/image.js'
import { compileConverter, referenceLogits } from '../convert/network.js'
import { buildTokenizer } from '../convert/tokenizer.js'
import { MODES, Wasm } from '../../web/wasm.js'
import { ConvertWasm } from '../../web/wasm-convert.js'

/** What a batch of the fp32 path may take; each batch reads all weights again. */
const BATCH_NBYTES = 1 << 27

/**
 * @param {import('../convert/checkpoint.js').Checkpoint} checkpoint
 * @param {object} how
 * @param {import('../convert/tokenizer.js').Tokenizer} [how.tokenizer]  default: of the checkpoint's files
 * @param {'none' | 'pysentimiento' | 'bertweet'} [how.preprocess]  default: defaultPreprocess
 * @param {number} how.maxTokens
 * @param {string | URL} [how.wasmUrl]  of bertweet-convert.wasm
 * @param {AbortSignal} [how.signal]
 */
export async function openReference(checkpoint, { tokenizer = buildTokenizer(checkpoint.tokenizerFiles), preprocess,
  maxTokens, wasmUrl, signal }) {
  const { architecture } = checkpoint
  const module = await compileConverter(wasmUrl)
  const image = tokenizerImage(tokenizer)
  const text = await Wasm.create(module, image.length)
  text.writeImage(0, image)
  text.open(image.length)
  const numbers = await ConvertWasm.create(module, architecture)
  const mode = preprocess ?? defaultPreprocess(tokenizer)

  return {
    labels: architecture.labels,
    isMultiLabel: architecture.problemType === 'multi_label_classification',
    preprocess: mode,
    /** Ids there are, `<mask>` included; more than the embedding has rows if the two do not belong together. */
    vocabSize: tokenizer.vocabSize,
    /** @param {string} words @returns {Int32Array} */
    tokenize: (words) => text.tokenize(words, MODES[mode], maxTokens).ids,
    /** Numbers of the checkpoint. @param {import('../convert/checkpoint.js').TensorData} data */
    toFloats: (data) => numbers.toFloats(data),
    /**
     * Scores of the fp32 path, at temperature 1.
     *
     * @param {ArrayLike<number>[]} rows  ids of each text
     * @param {(done: number) => void} [onProgress]  told of texts
     * @returns {Promise<number[][]>} of each text, by label
     */
    async scores(rows, onProgress = () => {}) {
      const scores = []
      for (const ids of batches(rows, architecture)) {
        const logits = await referenceLogits({ checkpoint, ids, wasmUrl, signal })
        scores.push(...this.toScores(logits))
        onProgress(scores.length)
      }
      return scores
    },
    /** @param {Float32Array} logits  texts x labels @returns {number[][]} */
    toScores(logits) {
      return splitRows(numbers.scores(logits, this.isMultiLabel), architecture.labels.length)
    },
  }
}

/** Texts whose activations fit into BATCH_NBYTES, at least one. */
function* batches(rows, { hiddenSize, intermediateSize }) {
  const most = BATCH_NBYTES / (4 * (6 * hiddenSize + intermediateSize))
  let batch = []
  let tokens = 0
  for (const row of rows) {
    if (batch.length > 0 && tokens + row.length > most) {
      yield batch
      batch = []
      tokens = 0
    }
    batch.push(row)
    tokens += row.length
  }
  if (batch.length > 0) yield batch
}
