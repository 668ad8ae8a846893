/**
 * options.js - options of a command line, checked; a wrong one is refused with the name that was probably meant.
 */

import { parseArgs } from 'node:util'

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {}

/**
 * Options by name. `value`: what stands for the value in the help, absent for switches; `choices`: the values it may
 * have.
 *
 * @typedef {Record<string, {help: string, short?: string, value?: string, choices?: readonly string[]}>} OptionTable
 */

const HELP = { help: 'show this', short: 'h' }

/** @param {OptionTable} table @returns {OptionTable} the table with what every command has */
export const withHelp = (table) => ({ ...table, help: HELP })

/**
 * @param {string[]} args
 * @param {OptionTable} table
 * @param {string} command  for messages
 * @returns {{values: Record<string, any>, positionals: string[]}}
 * @throws {UsageError}
 */
export function parseOptions(args, table, command) {
  const all = withHelp(table)
  const options = Object.fromEntries(Object.entries(all).map(([name, { value, short }]) =>
    [name, { type: value === undefined ? 'boolean' : 'string', ...short && { short } }]))
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    for (const [name, value] of Object.entries(values)) checkChoice(name, value, all[name].choices)
    return { values, positionals }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${describeParseError(error, Object.keys(all))}\nSee: bertweet-wasm ${command} --help`)
  }
}

function checkChoice(name, value, choices) {
  if (choices && !choices.includes(value)) {
    throw new UsageError(`--${name} must be ${choices.join(', ')}; found "${value}"${nearest(value, choices)}`)
  }
}

/** parseArgs explains itself at length, and to programmers. */
function describeParseError(error, names) {
  const [, option] = /'(-[^' ]*)/.exec(error.message) ?? []
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    return `there is no option ${option}${nearest(option, names.map((name) => `--${name}`))}`
  }
  return error.message.split('\n')[0].replace(/\.$/, '')
}

/**
 * ", did you mean ...?" where a name is close to one of those known, else nothing.
 *
 * @param {string} name @param {readonly string[]} known
 */
export function nearest(name, known) {
  const [best] = known.map((candidate) => [candidate, distance(name, candidate)]).sort((a, b) => a[1] - b[1])
  return best && best[1] <= Math.max(1, Math.floor(best[0].length / 3)) ? `; did you mean ${best[0]}?` : ''
}

/** Levenshtein's distance: insertions, deletions and replacements. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]
}

/**
 * @param {string | undefined} text @param {string} name @param {number} max @param {number} [min]
 * @returns {number | undefined}
 */
export function parseNumber(text, name, max, min = 0) {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text)
  throw new UsageError(`--${name} must be ${min} to ${max}; found "${text}"`)
}
