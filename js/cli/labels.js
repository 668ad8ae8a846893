/**
 * labels.js - names of labels in a file, as labels of a model.
 */

import { UsageError } from './options.js'

/**
 * @param {string[]} labels  of the model
 * @param {string} [map]     "name=LABEL,name=LABEL"
 * @returns {(name: string) => number | null}  index of the label; null for a name that fits none, or several
 * @throws {UsageError}
 */
export function labelFinder(labels, map) {
  const stated = new Map()
  for (const pair of map?.split(',') ?? []) {
    const [name, label] = pair.split('=').map((part) => part.trim())
    const index = labels.findIndex((own) => own === label)
    if (index < 0) throw new UsageError(`--map must be name=LABEL,... with ${labels.join(', ')}; found "${pair}"`)
    stated.set(name, index)
  }
  return (name) => stated.get(name) ?? (map === undefined ? similarLabel(name, labels) : null)
}

/** The label of the same name, or the only one of which either is the beginning of the other; case does not count. */
function similarLabel(name, labels) {
  const wanted = name.toLowerCase()
  const own = labels.map((label) => label.toLowerCase())
  if (own.includes(wanted)) return own.indexOf(wanted)
  const similar = [...own.keys()].filter((index) => wanted !== '' &&
    (own[index].startsWith(wanted) || wanted.startsWith(own[index])))
  return similar.length === 1 ? similar[0] : null
}
