/**
 * page.js - one engine in a page, for the driver in chromium.js.
 *
 * With `?open=<JSON>` the page opens the engine by itself, as a user's page would: `opened` is the promise of it, and
 * its time counts from the start of the navigation. Without, it waits for `bench.open`.
 */
import { measure } from './measure.js'

let engine

globalThis.bench = {
  /**
   * Loads an engine and runs it once.
   *
   * @param {{engine: string, options: object, rows: number[][]}} request
   * @returns {Promise<{ms: number, info: object}>}  ms: from the navigation's start to the first logits
   */
  async open({ engine: name, options, rows }) {
    const { load } = await import(`./page-${name}.js`)
    engine = await load(options)
    await engine.run(rows)
    return { ms: performance.now(), info: engine.info() }
  },
  measure: ({ rows, ms }) => measure(engine.run, rows, ms),
  /** When the cache has all, where the engine keeps weights itself. */
  stored: () => engine.stored?.(),
  info: () => engine.info(),
  dispose: () => engine.dispose()
}

const request = new URLSearchParams(location.search).get('open')
if (request) globalThis.opened = globalThis.bench.open(JSON.parse(request))
