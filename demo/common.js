/** What the demo's pages share. */

export const NAMES = { NEG: 'Negative', NEU: 'Neutral', POS: 'Positive' }

export const nameOf = (label) => NAMES[label] ?? label

/** @param {string} id @returns {HTMLElement} */
export const element = (id) => document.getElementById(id)

/** @param {string} tag @param {Record<string, any>} properties @param {...(Node | string)} children */
export function make(tag, { dataset, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties)
  Object.assign(node.dataset, dataset)
  node.append(...children)
  return node
}

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

export const percent = (share) => `${(100 * share).toFixed(1)} %`

/** 1,234 as the reader's language writes it. */
export const count = (number) => number.toLocaleString()

/** Shows a load in a progress bar and its label. @param {import('../js/index.js').Progress} progress */
export function showProgress({ loaded, total, source }) {
  const from = source === 'cache' ? 'from this device' : 'once; it is kept for the next visit'
  element('progress').value = loaded / total
  element('loading-text').textContent = `Loading the model (${megabytes(loaded)} of ${megabytes(total)}, ${from})…`
}

/** How a classifier runs, in a sentence. @param {import('../js/index.js').ClassifierInfo} info */
export function describeInfo(info) {
  const reason = info.threads === 1 && info.threadsReason ? ` (${info.threadsReason})` : ''
  const worker = info.worker ? 'in a worker' : `in the page (${info.workerReason})`
  return `Model ${info.model}, ${megabytes(info.bytes)}. It runs ${worker}, kernel ${info.kernel}, ` +
    `${info.threads} ${info.threads === 1 ? 'thread' : 'threads'}${reason}.`
}
