/**
 * info.js - what a model is, from its manifest alone: no weights are read.
 */

import { createSha256 } from '../hash.js'
import { readModel } from '../manifest.js'
import { UsageError } from './options.js'
import { defaultModel, locateModel } from './model.js'
import { formatBytes, harmless, painter, write } from './output.js'

export const usage = '[model] [options]'
export const summary = 'show what a model is, its licence and its fidelity'
export const options = { json: { help: 'the manifest as JSON' } }

/** @type {import('./run.js').Command['run']} */
export async function run({ json }, models, io) {
  if (models.length > 1) throw new UsageError('info takes one model')
  const manifest = await readManifest(models[0], io.signal)
  const text = json ? `${JSON.stringify(manifest, null, 2)}\n` : describe(manifest, painter(io.stdout, io.env))
  await write(io.stdout, text)
}

async function readManifest(place, signal) {
  const model = await locateModel(place) ?? await defaultModel()
  return (await readModel(model, { signal, sha256: createSha256(null) })).manifest
}

/**
 * A manifest for people; also what convert ends with.
 *
 * @param {import('../manifest.js').Manifest} manifest
 * @param {ReturnType<typeof painter>} paint
 */
export function describe(manifest, paint) {
  const { name, source, license, config, labels, problemType, preprocess, maxTokens, quantization, fidelity, bytes,
    shards } = manifest
  const percent = (share) => `${(100 * share).toFixed(1)} %`
  const rows = {
    model: name,
    source: source?.repository ? `${source.repository}@${source.revision ?? '?'}` : undefined,
    licence: license.summary,
    labels: `${labels.join(', ')}${problemType === 'multi_label_classification' ? ' (several may hold)' : ''}`,
    architecture: `${config.num_hidden_layers} layers x ${config.hidden_size}, ${config.num_attention_heads} heads, ` +
      `${config.vocab_size} tokens`,
    'text mode': `${preprocess}, at most ${maxTokens} tokens`,
    weights: `${formatBytes(bytes)} in ${shards.length} ${shards.length === 1 ? 'file' : 'files'}` +
      (quantization ? `, ${quantization.weights}` : ''),
    fidelity: fidelity ? `same label as 32-bit floats on ${percent(fidelity.labelAgreement)} of ${fidelity.texts} ` +
      `texts; scores differ by ${Number(fidelity.maxScoreDifference).toFixed(4)} at most` : undefined,
  }
  return Object.entries(rows).filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, harmless(value)])
    .map(([key, value]) => `${paint.dim(key.padEnd(13))}${key === 'model' ? paint.bold(value) : value}\n`).join('')
}
