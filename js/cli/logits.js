/**
 * logits.js - ready token ids to the model's raw output, for parity tests and benchmarks.
 */

import { BertweetError } from '../errors.js'
import { openInput } from './input.js'
import { MODEL_OPTIONS, openClassifier } from './model.js'
import { write } from './output.js'

export const usage = '[options]'
export const summary = 'turn rows of token ids on stdin into logits'
export const details = `Reads one JSON array of ids a line, from <s> to </s>, and writes one JSON array of logits a
line, by output index, with all the digits of a 32-bit float.`

export const examples = ["echo '[0, 1023, 2]' | bertweet-wasm logits --model ./model"]

export const options = MODEL_OPTIONS

/** @type {import('./run.js').Command['run']} */
export async function run(values, rows, io) {
  const classifier = await openClassifier(values, io)
  try {
    const { batches } = await openInput({}, rows, io)
    const numLabels = classifier.info.labels.length
    for await (const items of batches) {
      const logits = await classifier.logits(items.map(parseRow), { signal: io.signal })
      const lines = []
      for (let at = 0; at < logits.length; at += numLabels) {
        lines.push(`${JSON.stringify([...logits.subarray(at, at + numLabels)])}\n`)
      }
      await write(io.stdout, lines.join(''))
    }
  } finally {
    await classifier.dispose()
  }
}

/** Ids themselves are checked by the classifier. */
function parseRow({ text, line }) {
  try {
    const ids = JSON.parse(text)
    if (Array.isArray(ids)) return ids
  } catch { /* the same message below */ }
  throw new BertweetError('input', `Line ${line} must be a JSON array of token ids; found ${text.slice(0, 60)}`)
}
