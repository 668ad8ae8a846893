/**
 * locate.js - from what transformers.js calls a model to the manifest of one.
 *
 * An id `user/name` is, in this order, the folder
 *
 *     <localModelPath>/<user/name>/<subfolder>/                    where env.allowLocalModels is true
 *     <remoteHost><user/name>/resolve/<revision>/<subfolder>/      where env.allowRemoteModels is true
 *
 * with subfolder 'bertweet-wasm', which `bertweet-wasm convert user/name bertweet-wasm` makes. Any other string is the
 * path or URL of such a folder or of its manifest.json; no model at all is the one that comes with the package.
 */

import { BertweetError } from '../errors.js'
import { findModel } from '../storage.js'
import { env } from './env.js'

/** @import { Model } from '../manifest.js' */

export const MANIFEST = 'manifest.json'
const SUBFOLDER = 'bertweet-wasm'

/** As the Hub has them: a name, or an owner and a name. */
const isId = (text) => /^([\w-][\w.-]*\/)?[\w-][\w.-]{0,95}$/.test(text) && !/\.\.|--|\.(git|ipynb|json)$/.test(text)

const join = (...parts) => parts.filter((part) => part !== '').reduce((path, part) =>
  `${path.replace(/\/$/, '')}/${part.replace(/^\//, '')}`)

/**
 * What stands before the names of a model's files where events name them: '' or something that ends in '/'.
 *
 * @param {unknown} model
 * @param {{subfolder?: string}} options
 */
export const folderOf = (model, { subfolder = SUBFOLDER }) =>
  typeof model === 'string' && isId(model) && subfolder !== '' ? join(subfolder, '/') : ''

/**
 * Where the manifest of a model may be, best first.
 *
 * @param {string} model
 * @param {{revision?: string, subfolder?: string, local_files_only?: boolean}} options
 * @returns {string[]}
 * @throws {BertweetError} input
 */
function placesOf(model, { revision = 'main', subfolder = SUBFOLDER, local_files_only: localOnly = false }) {
  if (!isId(model)) return [model.endsWith('.json') ? model : join(model, MANIFEST)]
  const isRemoteAllowed = env.allowRemoteModels && !localOnly
  if (!env.allowLocalModels && !isRemoteAllowed) {
    throw new BertweetError('input', `Nowhere to look for ${model}: env.allowLocalModels is false, and ` +
      `${localOnly ? 'local_files_only is true' : 'env.allowRemoteModels is false'}.`)
  }
  const filled = env.remotePathTemplate.replaceAll('{model}', model)
    .replaceAll('{revision}', encodeURIComponent(revision))
  return [
    ...env.allowLocalModels ? [join(env.localModelPath, model, subfolder, MANIFEST)] : [],
    ...isRemoteAllowed ? [join(env.remoteHost, filled, subfolder, MANIFEST)] : []
  ]
}

/**
 * Finds and reads a model's manifest.
 *
 * @param {string | import('../manifest.js').ModelOption | null | undefined} model
 * @param {object} options  of pipeline
 * @param {object} how  options of createClassifier: fetch, signal, wasmUrl, cache
 * @returns {Promise<Model>}
 * @throws {BertweetError}
 */
export async function locate(model, options, how) {
  if (typeof model !== 'string') return findModel({ ...how, model: model ?? undefined })
  const places = placesOf(model, options)
  const failures = []
  for (const place of places) {
    try {
      return await findModel({ ...how, model: place })
    } catch (error) {
      // What cannot be had here may be there; a manifest that is wrong should be repaired, not passed over.
      if (error.code !== 'network' && !isWebPage(error)) throw error
      failures.push(error)
    }
  }
  throw isMissing(failures.at(-1)) ? notFound(model, places, failures.at(-1)) : failures.at(-1)
}

/** Some servers answer with their start page where a file is missing. */
const isWebPage = ({ code, message }) => code === 'format' && /web page/.test(message)

/** The Hub answers 401 for repositories that do not exist. */
const isMissing = (error) => [401, 403, 404].includes(error.status) || error.url?.startsWith('file:') ||
  isWebPage(error)

/** @param {string} model @param {string[]} places @param {BertweetError} cause */
function notFound(model, places, cause) {
  const { url, status } = cause
  const answer = status ? ` (HTTP status ${status})` : ''
  const advice = isId(model) ? ` A model must be converted once: npx bertweet-wasm convert ${model} ${SUBFOLDER}; ` +
    'put that folder into the repository, or under env.localModelPath.' : ' Is the path right?'
  const where = places.map((place) => `"${place}"`).join(' or ')
  return new BertweetError('network', `Could not locate ${where}${answer}.${advice}`, { url, status, cause })
}
