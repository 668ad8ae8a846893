/**
 * help.js - what --help prints.
 */

import { withHelp } from './options.js'

/**
 * @param {string} version
 * @param {Record<string, import('./run.js').Command>} commands  by name
 */
export const mainHelp = (version, commands) => `\
bertweet-wasm ${version}: tweet classifiers of the BERTweet family, on your own machine.

Usage: bertweet-wasm <command> [options]

${rows(Object.entries(commands).map(([name, { summary }]) => [name, summary]))}

A model is a folder or manifest.json that "convert" wrote, or the URL of one; without it, the small sentiment
model that comes with the package is used. Nothing you classify leaves this machine.

  bertweet-wasm classify 'what a day' 'meh'
  bertweet-wasm classify --jsonl < tweets.txt > labels.jsonl
  bertweet-wasm classify --input csv --column text < tweets.csv > labelled.csv
  bertweet-wasm convert finiteautomata/bertweet-base-sentiment-analysis ./bertweet-base

bertweet-wasm <command> --help tells more. Exit codes: 0 ok, 1 failure, 2 wrong usage.
`

/** @param {string} name @param {import('./run.js').Command} command */
export function commandHelp(name, { usage, summary, details, examples = [], options }) {
  const table = Object.entries(withHelp(options)).map(([option, { help, short, value }]) =>
    [`${short ? `-${short}, ` : ''}--${option}${value ? ` ${value}` : ''}`, help])
  return [
    `Usage: bertweet-wasm ${name} ${usage}`,
    `${summary[0].toUpperCase()}${summary.slice(1)}.`,
    ...details ? [details] : [],
    rows(table),
    ...examples.length > 0 ? [examples.map((line) => `  ${line}`).join('\n')] : [],
  ].join('\n\n') + '\n'
}

/** Two columns; further lines of the second are indented below its first. */
function rows(table) {
  const width = Math.max(...table.map(([left]) => left.length))
  const indented = (text) => text.replaceAll('\n', `\n${' '.repeat(width + 4)}`)
  return table.map(([left, right]) => `  ${left.padEnd(width)}  ${indented(right)}`).join('\n')
}
