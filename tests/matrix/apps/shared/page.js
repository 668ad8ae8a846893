/** Runs the check in a page, where the test finds what came out. */
import { check } from './check.js'

/** @param {import('bertweet-wasm').ClassifierOptions} [options] */
export async function show(options) {
  globalThis.outcome = await check(options).catch((error) => ({ error: `${error.code}: ${error.message}` }))
  document.body.append(globalThis.outcome.label ?? globalThis.outcome.error)
}
