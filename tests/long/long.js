/**
 * long.js - `npm run test:long`: classifies a million texts, makes and disposes of classifiers, kills workers, in Node
 * and in Chromium, and looks whether memory stays flat. Not part of CI, as it takes long; tests/js/long.test.js and
 * tests/browser/long.test.js are short runs of the same.
 *
 * Prints the slopes, and writes all samples to build/long/results.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROJECT, noChromium } from '../browser/browser.js'
import { isClean, print, run } from './run.js'

/** @type {Record<string, () => Promise<import('./run.js').Place>>} */
const PLACES = {
  node: async () => (await import('./node.js')).openNode(true),
  'node-in-place': async () => (await import('./node.js')).openNode(false),
  chromium: async () => (await import('./chromium.js')).openChromium()
}

const HELP = `Usage: npm run test:long -- [options]

  --places LIST   ${Object.keys(PLACES).join(', ')}; default: all
  --texts N       default: 1000000
  --cycles N      default: 200
  --deaths N      of workers; default: 200
  --help          show this`

const { values } = parseArgs({
  options: {
    places: { type: 'string', default: Object.keys(PLACES).join() },
    texts: { type: 'string', default: '1000000' },
    cycles: { type: 'string', default: '200' },
    deaths: { type: 'string', default: '200' },
    help: { type: 'boolean' }
  }
})
if (values.help) {
  console.log(HELP)
  process.exit()
}

const results = {}
let isGood = true
for (const name of values.places.split(',')) {
  if (!Object.hasOwn(PLACES, name)) throw new Error(`There is no place ${name}; there are ${Object.keys(PLACES)}.`)
  if (name === 'chromium' && noChromium()) {
    console.log(`skipped: ${noChromium()}`)
    continue
  }
  const place = await PLACES[name]()
  results[name] = []
  const parts = { classify: values.texts, cycle: values.cycles, die: values.deaths }
  for (const [what, count] of Object.entries(parts).filter(([, count]) => Number(count) > 0)) {
    const report = await run(place, what, Number(count))
    results[name].push(report)
    isGood &&= isClean(report)
    console.log(`${name}: ${print(report)}`)
    mkdirSync(join(PROJECT, 'build/long'), { recursive: true })
    writeFileSync(join(PROJECT, 'build/long/results.json'), `${JSON.stringify(results, null, 1)}\n`)
  }
  await place.close()
}
process.exit(isGood ? 0 : 1)
