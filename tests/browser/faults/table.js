/**
 * table.js - everything that can happen to a model on its way, and how each must end. faults.test.js drives it through
 * real browsers; `node tests/browser/faults/table.js` prints the table of tests/README.md.
 *
 * A combination is a fault, at a place (the manifest; the first, middle or last shard), for a time (always, or only for
 * the first request), in a state of the cache. It ends well, or with an error code of js/errors.js; then the fault is
 * over, and the same page must load the same model. What is expected follows from the rules below, not from a run.
 */
import { fileURLToPath } from 'node:url'

export const PLACES = ['manifest', 'first', 'middle', 'last']
const CACHES = ['empty', 'partial', 'full', 'corrupt', 'off']

const BROWSERS = ['chromium', 'firefox', 'webkit']

/** Shards of the model, and the one at each place. */
const SHARDS = 5
export const SHARD_AT = { first: 0, middle: 2, last: 4 }
/** In a partial cache: what a tab leaves that was closed at 60 %. */
export const PARTIAL = 3

/**
 * phase: when it strikes. manifest, shard: how it ends there if it does not pass ('ok', or a code; no entry: not
 * applicable). passes: another try helps, once the server is well again. lies: the manifest lies about the shard, or
 * about itself; see server.js. misses: what is wrong has another content, and the cache cannot have it.
 *
 * @typedef {object} Fault
 * @property {'headers' | 'body' | 'after' | 'manifest'} phase
 * @property {string} [manifest]
 * @property {string} [shard]
 * @property {{manifest?: boolean, shard?: boolean}} [passes]
 * @property {string} [may]  also right at a shard, whichever comes first: browsers drop bytes that arrived before the
 *   connection broke; what is resident is opened, and contradicts the manifest, before the tail is there
 * @property {Partial<Fault>} [webkit]  how WebKitGTK differs: it takes a broken chunked body for a whole one
 * @property {boolean} [lies]
 * @property {boolean} [misses]
 * @property {RegExp} [says]  in the message of the error
 * @property {number} [status]  of the error
 * @property {boolean} [waits]  takes as long as the idle time-out
 */
const NETWORK = { manifest: 'network', shard: 'network', passes: { manifest: true, shard: true } }
const DAMAGED = { manifest: 'format', shard: 'integrity', passes: { shard: true } }

/** @type {Record<string, Fault>} */
export const FAULTS = {
  'HTML, status 200': { phase: 'headers', manifest: 'format', shard: 'format', says: /web page/ },
  'status 404': { phase: 'headers', manifest: 'network', shard: 'network', status: 404, says: /404.*path/ },
  'status 403': { phase: 'headers', manifest: 'network', shard: 'network', status: 403, says: /403/ },
  'status 429': { phase: 'headers', ...NETWORK, status: 429, says: /429/ },
  'status 500': { phase: 'headers', ...NETWORK, status: 500, says: /500/ },
  'status 503': { phase: 'headers', ...NETWORK, status: 503, says: /503/ },
  'redirect': { phase: 'headers', manifest: 'ok', shard: 'ok' },
  'redirect in a circle': { phase: 'headers', ...NETWORK },
  'redirect to a login page': { phase: 'headers', manifest: 'format', shard: 'format', says: /web page/ },
  'redirect to a closed port': { phase: 'headers', ...NETWORK },
  'gzip': { phase: 'headers', manifest: 'ok', shard: 'ok' },
  'no CORS': { phase: 'headers', ...NETWORK, says: /CORS/ },
  'empty': { phase: 'headers', ...DAMAGED },
  'dropped before the headers': { phase: 'headers', ...NETWORK },
  'silent before the headers': { phase: 'headers', ...NETWORK, says: /sent nothing/, waits: true },
  'dropped in the body': { phase: 'body', ...NETWORK },
  'dropped in the body, chunked': { phase: 'body', ...NETWORK, webkit: DAMAGED },
  'silent in the body': { phase: 'body', ...NETWORK, says: /sent nothing/, waits: true },
  'cut short': { phase: 'body', ...DAMAGED },
  'a flipped byte': { phase: 'body', ...DAMAGED },
  'another file': { phase: 'body', ...DAMAGED },
  'zeros': { phase: 'body', ...DAMAGED },
  'HTML, untyped': { phase: 'body', manifest: 'format', shard: 'format', says: /web page/ },
  'in small pieces': { phase: 'body', manifest: 'ok', shard: 'ok' },
  'too long': { phase: 'after', manifest: 'format', shard: 'ok' },
  'too long, and wrong': { phase: 'after', ...DAMAGED },
  'dropped at the end': { phase: 'after', ...NETWORK, shard: 'ok', may: 'network', passes: { manifest: true },
    webkit: { manifest: 'ok', passes: {} } },
  'silent at the end': { phase: 'after', ...NETWORK, shard: 'ok', passes: { manifest: true }, waits: true },
  'lists a wrong hash': { phase: 'manifest', lies: true, misses: true, shard: 'integrity', says: /SHA-256/ },
  'lists fewer bytes': { phase: 'manifest', lies: true, misses: true, shard: 'integrity', may: 'model' },
  'lists more bytes': { phase: 'manifest', lies: true, misses: true, shard: 'integrity', may: 'model' },
  'lists a missing file': { phase: 'manifest', lies: true, shard: 'network', status: 404, says: /404/ },
  'lists a gap': { phase: 'manifest', lies: true, manifest: 'model' },
  'leads out of the folder': { phase: 'manifest', lies: true, manifest: 'model', says: /bad name/ },
  'an unknown encoding': { phase: 'manifest', lies: true, manifest: 'format', says: /Update/ },
  'a newer format': { phase: 'manifest', lies: true, manifest: 'format', says: /Update/ },
  'something else': { phase: 'manifest', lies: true, manifest: 'format', says: /not a manifest/ },
  'other sizes': { phase: 'manifest', lies: true, manifest: 'model', says: /hidden_size/ },
  'other labels': { phase: 'manifest', lies: true, manifest: 'model', says: /labels/ }
}

/**
 * @typedef {object} Combination
 * @property {number} id
 * @property {string} name
 * @property {string} fault
 * @property {string} place
 * @property {string} cache
 * @property {boolean} once
 * @property {string} expected  'ok' or a code
 * @property {string} [may]  also right
 * @property {boolean} strikes  whether the fault meets a request
 */

/**
 * All combinations that differ in what a browser gets to see.
 *
 * @param {string} [browser]  chromium, firefox or webkit
 * @returns {Combination[]}
 */
export function combinations(browser = 'chromium') {
  const all = []
  let id = 0
  for (const [fault, known] of Object.entries(FAULTS)) {
    const { manifest, shard, may, passes = {} } = { ...known, ...known[browser] }
    for (const place of PLACES) {
      const outcome = place === 'manifest' ? manifest : shard
      if (outcome === undefined) continue
      for (const cache of CACHES) {
        for (const once of [false, true]) {
          id++ // the same in all browsers
          const combination = { fault, place, cache, once }
          const strikes = isStruck(combination)
          // A cache that spares the request spares it once and always.
          if (once && !(strikes && passes[place === 'manifest' ? 'manifest' : 'shard'])) continue
          const name = `${fault}, ${once ? 'once, ' : ''}at ${place}, cache ${cache}`
          const expected = outcomeOf(combination, strikes, outcome)
          const also = place !== 'manifest' && strikes ? may : undefined
          all.push({ id, name, ...combination, strikes, expected, may: also })
        }
      }
    }
  }
  return all
}

/** A third of them for each browser; together they run all. @param {string} browser */
export function shareOf(browser) {
  const turn = BROWSERS.indexOf(browser)
  return combinations(browser).filter(({ id }) => (id + Math.floor(id / 6)) % 3 === turn)
}

/**
 * Other ways to load than in a worker of a page that is not isolated, with the browser's cache.
 *
 * @type {Record<string, {isolated?: boolean, ownCache?: boolean, options?: object, undriven?: string}>}
 *   isolated: the page is cross-origin isolated; ownCache: the option cache is an object; options: of createClassifier;
 *   undriven: the browser that must not be driven for it; see undriven.js.
 */
export const WAYS = {
  'isolated': { isolated: true, options: { threads: 2 }, undriven: 'firefox' },
  'worker: false': { options: { worker: false } },
  'a cache of its own': { ownCache: true }
}

/**
 * For each way and browser, another eighteenth of the combinations at the manifest and the middle shard that need not
 * wait.
 *
 * @param {string} browser
 * @param {string} way
 */
export function shareOfWay(browser, way) {
  const turn = 3 * BROWSERS.indexOf(browser) + Object.keys(WAYS).indexOf(way)
  return combinations(browser).filter(({ place, fault }) => ['manifest', 'middle'].includes(place) &&
    !FAULTS[fault].waits).filter(({ id }) => (id + Math.floor(id / 18)) % 18 === 2 * turn)
}

/** Whether what is spoilt is asked for at all. */
function isStruck({ fault, place, cache }) {
  if (place === 'manifest' || FAULTS[fault].misses) return true
  if (cache === 'partial') return SHARD_AT[place] >= PARTIAL
  return cache !== 'full' // corrupt: the entry of this very shard
}

function outcomeOf({ place, cache, once }, strikes, outcome) {
  if (!strikes || once) return 'ok'
  // What is complete on the device does not need the server.
  const isComplete = cache === 'full' || cache === 'corrupt'
  return place === 'manifest' && outcome === 'network' && isComplete ? 'ok' : outcome
}

/** The table for people, in Markdown. */
export function tableOf(list = combinations()) {
  const cell = (fault, place) => {
    const here = list.filter((one) => one.fault === fault && one.place === place)
    if (here.length === 0) return ''
    const word = (once) => [...new Set(here.filter((one) => one.strikes && one.once === once)
      .map(({ expected }) => expected))].sort().reverse()
    const always = word(false)
    const offline = always.length > 1 // with a complete cache
    const [main] = offline ? always.filter((code) => code !== 'ok') : always
    return [main, ...word(true).length > 0 ? ['ok after another try'] : [], ...offline ? ['ok from the cache'] : []]
      .join('; ')
  }
  const rows = Object.entries(FAULTS).map(([fault, { phase }]) =>
    `| ${fault} | ${phase} | ${cell(fault, 'manifest')} | ${cell(fault, 'first')} |`)
  return ['| fault | phase | at the manifest | at a shard |', '|---|---|---|---|', ...rows].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`${combinations().length} combinations\n\n${tableOf()}`)
}
