/**
 * cases.js - a model beside what another program, usually Python, made of the same texts.
 */

import { explainIds } from './explain-ids.js'
import { count, mismatch } from './findings.js'

/** Texts classified at a time. */
const BATCH = 64

/**
 * A text, with what the other program made of it. scores: by output index, at the model's temperature.
 *
 * @typedef {{text: string, ids?: number[], scores?: number[]}} Case
 *
 * @param {object} compared
 * @param {import('./index.js').VerifyOptions['classifier']} compared.classifier
 * @param {import('../manifest.js').Manifest} compared.manifest
 * @param {Case[]} compared.cases
 * @param {number} compared.maxScoreDifference  allowed
 * @param {AbortSignal} [compared.signal]
 * @returns {Promise<import('./findings.js').Finding[]>}
 */
export async function compareCases({ classifier, manifest, cases, maxScoreDifference, signal }) {
  return [
    ...await compareGivenIds(classifier, manifest, cases.filter(({ ids }) => ids)),
    ...await compareGivenScores(classifier, cases.filter(({ scores }) => scores), maxScoreDifference, signal)
  ]
}

async function compareGivenIds(classifier, { preprocess: mode }, cases) {
  const texts = cases.map(({ text }) => text)
  const tokenize = async (text, preprocess) => (await classifier.tokenize(text, { preprocess })).ids
  const found = []
  for (const text of texts) found.push(await tokenize(text, mode))
  const expected = cases.map(({ ids }) => ids)
  return explainIds({ texts, expected, found, mode, tokenize, reference: 'The file' })
}

async function compareGivenScores(classifier, cases, limit, signal) {
  const { labels } = classifier.info
  const differences = []
  for (let at = 0; at < cases.length; at += BATCH) {
    const batch = cases.slice(at, at + BATCH)
    const results = await classifier.classify(batch.map(({ text }) => text), { signal })
    differences.push(...results.map(({ scores }, index) =>
      Math.max(...labels.map((label, output) => Math.abs(scores[label] - batch[index].scores[output])))))
  }
  const over = differences.filter((difference) => !(difference <= limit))
  if (over.length === 0) return []
  const largest = Math.max(...over)
  return [mismatch('scores', `The file has other scores for ${over.length} of ${count(cases.length, 'text')}, by up ` +
    `to ${largest.toPrecision(3)} where ${limit} is allowed; most for ` +
    JSON.stringify(cases[differences.indexOf(largest)].text))]
}
