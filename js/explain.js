/**
 * explain.js - which words made the label: each is replaced by `<mask>` once, and the scores are compared.
 *
 * Occlusion, as in Zeiler and Fergus 2014 (arXiv:1311.2901, section 4.2) for parts of pictures. It needs no gradients,
 * says what the very model does that classifies, and costs one more text for each word.
 */

import { BertweetError } from './errors.js'

const MASK = '<mask>'

/**
 * A word of the text that was passed, which is `text.slice(start, end)`; words are what white space separates.
 *
 * @typedef {object} Word
 * @property {string} word
 * @property {number} start  in UTF-16 units, as all indices of strings
 * @property {number} end
 */

/** In UTF-16 units: more is read in the mode none alone, and would be copied once a word. */
const MAX_LENGTH = 65536

/** The words that can matter: with a token for each at least, the model reads no further. */
function wordsOf(text, maxTokens) {
  const words = []
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    if (words.length === maxTokens) break
    words.push({ word, start: index, end: index + word.length })
  }
  return words
}

const maskWord = (text, { start, end }) => text.slice(0, start) + MASK + text.slice(end)

/**
 * Texts with each of their words masked.
 *
 * @template {import('./classifier.js').Classification} T
 * @param {string[]} texts
 * @param {number} maxTokens
 * @returns {{texts: string[], explain: (results: T[], masked: T[]) => void}}
 *   texts: to be classified too, those of the first text first; explain: adds an explanation to the result of each text
 * @throws {BertweetError} input: a text is too long
 */
export function occlude(texts, maxTokens) {
  const tooLong = texts.findIndex((text) => text.length > MAX_LENGTH)
  if (tooLong >= 0) {
    throw new BertweetError('input', `Text ${tooLong}: texts to be explained have at most ${MAX_LENGTH} characters. ` +
      'Split the text.')
  }
  const words = texts.map((text) => wordsOf(text, maxTokens))
  return {
    texts: words.flatMap((of, index) => of.map((word) => maskWord(texts[index], word))),
    explain(results, masked) {
      let next = 0
      words.forEach((of, index) => {
        results[index].explanation = of.map((word) => effectOf(word, results[index], masked[next++]))
      })
    }
  }
}

/** What a word adds to each label: the score with the word less the score without. */
function effectOf(word, { scores, compound }, other) {
  const gains = Object.entries(scores).map(([label, score]) => [label, score - other.scores[label]])
  const effect = { ...word, scores: Object.fromEntries(gains) }
  return compound === undefined ? effect : { ...effect, compound: compound - other.compound }
}
