/**
 * models.js - the classifiers of the elements on a page: one for each model, however many elements want it.
 */

import { createClassifier } from '../index.js'

/** How long a model without elements stays: frameworks take elements out and put them back. */
const LINGER_MS = 1000

/**
 * @typedef {import('../index.js').Progress} Progress
 *
 * @typedef {object} Entry
 * @property {Promise<object>} classifier
 * @property {Set<(progress: Progress) => void>} listeners  of the elements that use it
 */

/** @type {Map<string, Entry>} by what was asked for */
const entries = new Map()

/**
 * The classifier of a model, for one more element.
 *
 * @param {{model?: string, preprocess?: string}} options  of createClassifier
 * @param {(progress: Progress) => void} listener
 * @returns {{classifier: Promise<object>, release: () => void}}  release: to be called once, when it is not needed
 */
export function acquireModel(options, listener) {
  const key = JSON.stringify([options.model, options.preprocess])
  const entry = entries.get(key) ?? load(key, options)
  entry.listeners.add(listener)
  return {
    classifier: entry.classifier,
    release() {
      entry.listeners.delete(listener)
      setTimeout(() => retire(key, entry), LINGER_MS)
    }
  }
}

/** @returns {Entry} */
function load(key, options) {
  const listeners = new Set()
  const onProgress = (progress) => listeners.forEach((listen) => listen(progress))
  const entry = { classifier: createClassifier({ ...options, onProgress }), listeners }
  entries.set(key, entry)
  entry.classifier.catch(() => forget(key, entry)) // the next element, or the next text, tries again
  return entry
}

function retire(key, entry) {
  if (entry.listeners.size > 0 || entries.get(key) !== entry) return
  forget(key, entry)
  entry.classifier.then((classifier) => classifier.dispose(), () => {})
}

function forget(key, entry) {
  if (entries.get(key) === entry) entries.delete(key)
}
