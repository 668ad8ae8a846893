/**
 * run.js - finds the command, reads its options, and turns what goes wrong into messages and exit codes.
 */

import { constants } from 'node:os'
import { readFile } from 'node:fs/promises'

import { BertweetError } from '../errors.js'
import { nearest, parseOptions, UsageError } from './options.js'
import { commandHelp, mainHelp } from './help.js'
import { harmless, write } from './output.js'

/** Exit codes. Interrupted: 128 + the signal's number, as shells have it. */
const OK = 0
const FAILURE = 1
const USAGE = 2
const interruptedBy = (name) => 128 + constants.signals[name]
/** What asks a program to end: it leaves no half-written files behind. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Commands by name, each loaded only when it is used, in the order of the help. */
const COMMANDS = {
  classify: () => import('./classify.js'),
  tokenize: () => import('./tokenize.js'),
  logits: () => import('./logits.js'),
  info: () => import('./info.js'),
  convert: () => import('./convert.js'),
  verify: () => import('./verify.js'),
  eval: () => import('./eval.js'),
  serve: () => import('./serve.js'),
  start: () => import('./start.js'),
}

/**
 * What a command is given beside its options.
 *
 * @typedef {object} Io
 * @property {NodeJS.ReadStream} stdin
 * @property {NodeJS.WriteStream} stdout
 * @property {NodeJS.WriteStream} stderr
 * @property {Record<string, string | undefined>} env
 * @property {AbortSignal} signal  raised by Ctrl-C and the like
 *
 * A command: options as parseOptions takes them; run returns the exit code, 0 if nothing.
 * @typedef {object} Command
 * @property {string} usage        its arguments
 * @property {string} summary      one line
 * @property {string} [details]    paragraphs for its --help
 * @property {string[]} [examples]
 * @property {import('./options.js').OptionTable} options
 * @property {(values: Record<string, any>, positionals: string[], io: Io) => Promise<number | void>} run
 */

/**
 * @param {string[]} args  without node and script
 * @param {NodeJS.Process} process
 * @returns {Promise<number>} exit code: 0 ok, 1 failure, 2 usage
 */
export async function run(args, process) {
  const interrupt = new AbortController()
  const onInterrupt = (name) => {
    if (interrupt.signal.aborted) process.exit(interruptedBy(name))
    interrupt.abort(name)
  }
  for (const name of SIGNALS) process.on(name, onInterrupt)
  const { stdin, stdout, stderr, env } = process
  try {
    return await dispatch(args, { stdin, stdout, stderr, env, signal: interrupt.signal })
  } catch (error) {
    if (interrupt.signal.aborted) return interruptedBy(interrupt.signal.reason)
    return report(error, { stderr, env })
  } finally {
    for (const name of SIGNALS) process.off(name, onInterrupt)
  }
}

/** @param {string[]} args @param {Io} io */
async function dispatch([name, ...args], io) {
  if (name === '--version' || name === '-v') {
    await write(io.stdout, `${await version()}\n`)
    return OK
  }
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && args.length === 0)) {
    const commands = await Promise.all(Object.entries(COMMANDS).map(async ([name, load]) => [name, await load()]))
    const output = name === undefined ? io.stderr : io.stdout
    await write(output, mainHelp(await version(), Object.fromEntries(commands)))
    return name === undefined ? USAGE : OK
  }
  if (name === 'help') [name, args] = [args[0], ['--help']]
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UsageError(`there is no command "${name}"${nearest(name, Object.keys(COMMANDS))}`)
  }
  const command = await COMMANDS[name]()
  const { values, positionals } = parseOptions(args, command.options, name)
  if (values.help) {
    await write(io.stdout, commandHelp(name, command))
    return OK
  }
  return await command.run(values, positionals, io) ?? OK
}

/** One line on stderr; where the reason is not known, the stack too. */
function report(error, { stderr, env }) {
  const tell = (text) => stderr.write(`bertweet-wasm: ${text.split('\n').map(harmless).join('\n')}\n`)
  if (error instanceof UsageError) {
    tell(error.message)
    return USAGE
  }
  const isExpected = error instanceof BertweetError && error.code !== 'internal'
  tell(isExpected && !env.DEBUG ? error.message : error.stack)
  return FAILURE
}

async function version() {
  return JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')).version
}
