/**
 * run.js - the behaviour tests on a model: how often it fails each, and examples.
 *
 *     node models/behaviour/run.js [model] [--json] [--failures 3]
 *
 * Prints the table of the model's card. model: a folder or manifest; default: the model of the package.
 */

import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'

import { createClassifier } from '../../js/index.js'
import { defaultModel, locateModel } from '../../js/cli/model.js'
import { BEHAVIOURS, TOLERANCE } from './cases.js'

/**
 * One comparison that a behaviour consists of.
 *
 * @typedef {{passed: boolean, expected: string, texts: string[], given: string[]}} Check
 * @typedef {{capability: string, name: string, kind: string, checks: Check[]}} Outcome
 */

/**
 * @param {import('../../js/classifier.js').Classifier} classifier
 * @param {import('./cases.js').Behaviour[]} [behaviours]
 * @returns {Promise<Outcome[]>}
 */
export async function runBehaviours(classifier, behaviours = BEHAVIOURS) {
  const texts = [...new Set(behaviours.flatMap(({ cases }) => cases.flatMap((item) => item.texts)))]
  const results = await classifier.classify(texts)
  const byText = new Map(texts.map((text, index) => [text, results[index]]))
  return behaviours.map(({ capability, name, kind, cases }) =>
    ({ capability, name, kind, checks: cases.flatMap((item) => CHECKS[kind](item, (text) => byText.get(text))) }))
}

const CHECKS = {
  label({ texts: [text], label }, resultOf) {
    const accepted = [label].flat()
    const { label: given } = resultOf(text)
    return [{ passed: accepted.includes(given), expected: accepted.join(' or '), texts: [text], given: [given] }]
  },
  same({ texts: [first, ...others] }, resultOf) {
    const { label: expected } = resultOf(first)
    return others.map((text) => {
      const { label: given } = resultOf(text)
      return { passed: given === expected, expected: 'one label', texts: [first, text], given: [expected, given] }
    })
  },
  more({ texts, label }, resultOf) {
    const [before, after] = texts.map((text) => resultOf(text).scores[label])
    return [{ passed: after >= before - TOLERANCE, expected: `no less ${label}`, texts,
      given: [before, after].map((score) => `${label} ${score.toFixed(2)}`) }]
  },
}

const count = (checks) => ({ failed: checks.filter(({ passed }) => !passed).length, of: checks.length })

/** The table of the card, in Markdown. @param {Outcome[]} outcomes */
export function table(outcomes) {
  const rows = outcomes.map(({ capability, name, checks }, index) => {
    const { failed, of } = count(checks)
    const first = outcomes[index - 1]?.capability !== capability
    return `| ${first ? capability : ''} | ${name} | ${of} | ${failed} | ${(100 * failed / of).toFixed(1)} % |`
  })
  return ['| | behaviour | checks | failed | |', '|---|---|---|---|---|', ...rows].join('\n')
}

/** Up to `limit` failures of each behaviour, in words. @param {Outcome[]} outcomes @param {number} limit */
export function examples(outcomes, limit) {
  return outcomes.flatMap(({ capability, name, checks }) => {
    const failures = checks.filter(({ passed }) => !passed).slice(0, limit)
    return failures.map(({ expected, texts, given }) => `- ${capability}, ${name}: expected ${expected}; ` +
      texts.map((text, index) => given[index] ? `"${text}" is ${given[index]}` : `"${text}"`).join(', '))
  }).join('\n')
}

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true,
    options: { json: { type: 'boolean' }, failures: { type: 'string', default: '0' } } })
  const model = positionals.length > 0 ? await locateModel(positionals[0]) : await defaultModel()
  const classifier = await createClassifier({ model })
  try {
    const outcomes = await runBehaviours(classifier)
    if (values.json) {
      console.log(JSON.stringify(outcomes.map(({ checks, ...outcome }) => ({ ...outcome, ...count(checks) })), null, 2))
    } else {
      console.log([table(outcomes), examples(outcomes, Number(values.failures))].filter(Boolean).join('\n\n'))
    }
  } finally {
    await classifier.dispose()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
