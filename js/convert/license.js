/**
 * license.js - what a checkpoint says about its licence, in one line for people and, where there is one, in full.
 */

/** Accounts whose model cards allow no other use than this, whatever their front matter says or leaves out. */
const RESEARCH_ONLY_OWNERS = /^(finiteautomata|pysentimiento)\//i
const RESEARCH_ONLY_WORDS = /non-commercial use and scientific research/i
const RESEARCH_ONLY = 'Non-commercial use and scientific research purposes only, as the model card says; the ' +
  'training data have licences of their own.'
const NOT_STATED = 'No licence is stated: ask the authors before you use or pass on these weights.'

/**
 * @param {{readme: string | null, license: string | null}} checkpoint  README.md and LICENSE
 * @param {string | null} repository  Hub id
 * @returns {{id: string, summary: string, text: string | null}}
 *   id: of the Hub's list ("mit", "other"), or "unknown"
 */
export function readLicense({ readme, license }, repository) {
  const fields = frontMatter(readme ?? '')
  const id = fields.get('license') ?? 'unknown'
  const researchOnly = RESEARCH_ONLY_OWNERS.test(repository ?? '') || RESEARCH_ONLY_WORDS.test(readme ?? '')
  const named = fields.get('license_name') ?? (id === 'unknown' ? NOT_STATED : id)
  return { id, summary: researchOnly ? RESEARCH_ONLY : named, text: license }
}

/**
 * The plain top-level fields of a model card's YAML head; of a list, the first item.
 *
 * @param {string} readme
 * @returns {Map<string, string>}
 */
function frontMatter(readme) {
  const head = /^\ufeff?---\r?\n([^]*?)\r?\n---/.exec(readme)?.[1] ?? ''
  const fields = new Map()
  for (const [, key, inline, item] of head.matchAll(/^([\w-]+):[ \t]*(?:([^\s#].*)|(?:\r?\n[ \t]*-[ \t]*(.+)))?$/gm)) {
    const value = (inline ?? item ?? '').trim().replace(/^(['"])(.*)\1$/, '$2')
    if (value !== '') fields.set(key, value)
  }
  return fields
}
