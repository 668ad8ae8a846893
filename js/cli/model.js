/**
 * model.js - the model that a command line means.
 */

import { access, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { BertweetError } from '../errors.js'
import { createClassifier } from '../index.js'
import { KERNELS } from '../options.js'
import { formatBytes, progressBar } from './output.js'

export { TEXT_MODES } from '../text-modes.js'

export const MODEL_OPTIONS = {
  model: { value: 'MODEL', short: 'm', help: 'folder, manifest.json, URL, or tweet-nano; default: tweet-mini' },
  kernel: { value: 'KERNEL', choices: KERNELS, help: `how to multiply, same bits: ${KERNELS.join(', ')}` },
}

/** Of the package; each has a folder of its name. */
const MODELS = fileURLToPath(new URL('../../models/', import.meta.url))

const exists = (path) => access(path).then(() => true, () => false)

/**
 * Where the manifest of a model is: a path may name its folder. What is no path may be a model of the package.
 *
 * @param {string | undefined} model
 * @returns {Promise<string | undefined>} what createClassifier takes as its model
 * @throws {BertweetError} `input`: nothing is there, or a checkpoint that was not converted
 */
export async function locateModel(model) {
  if (model === undefined || /^(https?|file):/i.test(model)) return model
  let found
  try {
    found = await stat(model)
  } catch (cause) {
    const shipped = join(MODELS, model, 'manifest.json')
    if (/^[\w-]+$/.test(model) && await exists(shipped)) return shipped
    throw new BertweetError('input', `There is no model at ${model}. Give a folder that bertweet-wasm convert wrote, ` +
      'its manifest.json, a URL, or tweet-nano.', { cause })
  }
  if (!found.isDirectory()) return model
  if (await exists(join(model, 'manifest.json'))) return join(model, 'manifest.json')
  const isCheckpoint = await exists(join(model, 'config.json'))
  const advice = isCheckpoint ? `It looks like a checkpoint: bertweet-wasm convert ${model} <folder>`
    : 'Models are made with bertweet-wasm convert.'
  throw new BertweetError('input', `${model} has no manifest.json. ${advice}`)
}

/** The model that comes with the package, as createClassifier takes it. */
export const defaultModel = async () => (await import('../../models/tweet-mini/index.js')).default

/**
 * The classifier of a command line, with a bar while it loads.
 *
 * @param {{model?: string, kernel?: string, preprocess?: string, worker?: boolean | (() => Worker)}} values
 * @param {import('./run.js').Io} io
 */
export async function openClassifier({ model, kernel, preprocess, worker }, { stderr, signal }) {
  const bar = progressBar(stderr)
  try {
    return await createClassifier({
      model: await locateModel(model),
      kernel,
      preprocess,
      worker,
      threads: 1,
      signal,
      onProgress: ({ loaded, total }) => bar.show(`loading ${formatBytes(total)}`, loaded, total),
    })
  } finally {
    bar.clear()
  }
}
