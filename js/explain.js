/**
 * explain.js - which words made the label: each is replaced by `<mask>` once, and the scores are compared.
 *
 * Occlusion, as in Zeiler and Fergus 2014 (arXiv:1311.2901, section 4.2) for parts of pictures. It needs no gradients,
 * says what the very model does that classifies, and costs one more text for each word.
 */

const MASK = '<mask>'

/**
 * A word of the text that was passed, which is `text.slice(start, end)`; words are what white space separates.
 *
 * @typedef {object} Word
 * @property {string} word
 * @property {number} start  in UTF-16 units, as all indices of strings
 * @property {number} end
 */

/**
 * The words that can matter: with a token for each at least, the model reads no further.
 *
 * @param {string} text
 * @param {number} maxTokens
 * @returns {Word[]}
 */
export const wordsOf = (text, maxTokens) => Array.from(text.matchAll(/\S+/g), ({ 0: word, index }) =>
  ({ word, start: index, end: index + word.length })).slice(0, maxTokens)

/** The text without one of its words. @param {string} text @param {Word} word */
export const maskWord = (text, { start, end }) => text.slice(0, start) + MASK + text.slice(end)

/**
 * What each word adds to each label: the score with the word less the score without.
 *
 * @template {import('./classifier.js').Classification} T
 * @param {T} whole  of the text
 * @param {Word[]} words
 * @param {T[]} without  of the text without each of the words
 */
export function explain({ scores, compound }, words, without) {
  return words.map((word, index) => {
    const other = without[index]
    const gains = Object.entries(scores).map(([label, score]) => [label, score - other.scores[label]])
    const effect = { ...word, scores: Object.fromEntries(gains) }
    return compound === undefined ? effect : { ...effect, compound: compound - other.compound }
  })
}
