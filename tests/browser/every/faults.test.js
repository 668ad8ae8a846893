/**
 * faults.test.js - all that can happen to weights on their way (tests/browser/faults/table.js): every combination ends
 * in the right answer or in an error by name, and the same page can load when the fault is over.
 *
 * Each browser runs a third of the combinations, and the three together all; BERTWEET_FAULTS=all runs all in one. Then
 * a smaller choice of them, isolated and with threads, without a worker, and with a cache of the caller's.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { createClassifier } from '../../../js/index.js'
import { makeTinyModel, split } from '../../js/tiny-model.js'
import { PROJECT, startServer } from '../browser.js'
import { BROWSER, TITLE, noBrowser, openBrowser } from '../drivers.js'
import { serveFaults } from '../faults/server.js'
import { FAULTS, PARTIAL, SHARD_AT, WAYS, combinations, shareOf, shareOfWay, tableOf } from '../faults/table.js'
import { undrivenPage } from '../undriven.js'

const TEXT = 'I love it 😍'
/** Lanes side by side: for what waits for the idle time-out, and for the rest. */
const WAITING_LANES = 8
const LANES = 6

/** Times of the library that nobody wants to wait for here. @type {Record<string, [RegExp, string][]>} */
const SHORTER = {
  '/js/source.js': [[/IDLE_MS = 30000/, 'IDLE_MS = 3000']],
  '/js/manifest.js': [[/REVALIDATE_MS = 5000/, 'REVALIDATE_MS = 3000']],
  '/js/retry.js': [[/BACKOFF_MS = 600/, 'BACKOFF_MS = 50']]
}
const shorten = (replacements) => (bytes) => {
  let text = bytes.toString()
  for (const [pattern, replacement] of replacements) {
    if (!pattern.test(text)) throw new Error(`${pattern} is not in the file`)
    text = text.replace(pattern, replacement)
  }
  return { headers: { 'content-type': 'text/javascript' }, body: text }
}

/** What the test says of a combination; nothing where all is as it should be. */
function complaints({ name, fault, place, cache, expected, may, strikes }, lane, step, requests, right) {
  const { says, status } = FAULTS[fault]
  const found = []
  const say = (what) => found.push(`${name}: ${what}`)
  if (step.failure) say(step.failure)
  for (const when of ['before', 'during', 'after']) {
    const { result, error } = step[when] ?? {}
    if (result && JSON.stringify(result) !== right) say(`a wrong answer ${when} it: ${JSON.stringify(result)}`)
    if (error && when !== 'during') say(`${error.code} ${when} it: ${error.message}`)
  }
  const { error } = step.during ?? {}
  const outcome = error ? error.code : 'ok'
  if (outcome !== expected && outcome !== may) say(`${outcome}, expected ${expected}. ${error?.message ?? ''}`)
  if (outcome === expected && error) {
    if (says && !says.test(error.message)) say(`does not say ${says}: ${error.message}`)
    if (error.status !== status) say(`status ${error.status}`)
    const isShard = place !== 'manifest'
    const file = isShard ? lane.model.manifest.shards[SHARD_AT[place]].file : 'manifest.json'
    const named = fault === 'lists a missing file' ? 'missing.bin' : file
    if (isShard && error.shard !== named) say(`names the shard ${error.shard}`)
    const isOfImage = fault === 'other sizes' || fault === 'other labels' // found when all has arrived
    if (!isOfImage && !error.url?.endsWith(`/${named}`)) say(`URL ${error.url}`)
  }
  const shards = requests.filter((request) => request !== 'manifest.json')
  if (strikes && place !== 'manifest' && !FAULTS[fault].lies) {
    const spoilt = lane.model.manifest.shards[SHARD_AT[place]].file
    if (!shards.includes(spoilt)) say(`never asked for ${spoilt}`)
  }
  // A cache that is full or partial asks for what it lacks, and for nothing else.
  if (!strikes && cache === 'full' && shards.length > 0) say(`asked for ${shards}`)
  if (!strikes && cache === 'partial' && shards.length !== lane.model.manifest.shards.length - PARTIAL) {
    say(`asked for ${shards.length} shards`)
  }
  return found
}

describe(`faults in ${TITLE}`, { skip: noBrowser() }, () => {
  let browser
  before(async () => { browser = await openBrowser() })
  after(() => browser?.close())

  test('tests/README.md has the table', async () => {
    assert.ok((await readFile(join(PROJECT, 'tests/README.md'), 'utf8')).includes(`${tableOf()}\n`))
  })

  test('every combination ends well or by name, and the page is not broken', async (t) => {
    const list = process.env.BERTWEET_FAULTS === 'all' ? combinations(BROWSER) : shareOf(BROWSER)
    assert.ok(list.length >= 200)
    await runMatrix(t, browser, list, {})
  })

  for (const [name, way] of Object.entries(WAYS)) {
    test(`the same, ${name}`, (t) => runMatrix(t, browser, shareOfWay(BROWSER, name), way))
  }
})

/** Runs combinations in a page, and looks at what becomes of each. */
async function runMatrix(t, browser, list, way) {
  const model = await makeTinyModel()
  const classifier = await createClassifier({ model })
  const right = JSON.stringify(await classifier.classify(TEXT))
  await classifier.dispose()

  const lanes = await makeLanes(t, model, list)
  const faults = Object.fromEntries(Object.entries(SHORTER).map(([path, list]) => [path, shorten(list)]))
  const server = await startServer({ isolated: way.isolated ?? false, faults })
  t.after(() => server.close())
  const plan = lanes.map(({ model, server, combinations }) => combinations.map(({ id, cache, place }) => ({
    id,
    cache,
    url: `${server.url}${id}/`,
    hashes: model.manifest.shards.map(({ sha256 }) => sha256),
    partial: PARTIAL,
    damaged: SHARD_AT[place] ?? 1
  })))
  const url = `${server.url}tests/browser/faults/page.html`
  const page = way.undriven === BROWSER ? undrivenPage(url) : await openPage(t, browser, url)
  const steps = await page.evaluate(({ plan, text, way }) => window.runCombinations(plan, text, way),
    { plan, text: TEXT, way })

  const byId = new Map(steps.map((step) => [step.id, step]))
  const found = lanes.flatMap((lane) => lane.combinations.flatMap((combination) =>
    complaints(combination, lane, byId.get(combination.id) ?? {}, lane.server.requests(combination.id), right)))
  const outcomes = [...new Set(list.map(({ expected }) => expected))]
  const count = (outcome) => list.filter(({ expected }) => expected === outcome).length
  t.diagnostic(`${list.length} combinations: ${outcomes.map((outcome) => `${count(outcome)} ${outcome}`).join(', ')}`)
  assert.equal(steps.length, list.length)
  assert.deepEqual(found, [])
}

async function openPage(t, browser, url) {
  const page = await browser.newPage()
  t.after(() => page.close())
  await page.goto(url)
  return page
}

/** Deals combinations out. Each lane has a host and contents of its own, so that no cached shard is another's. */
async function makeLanes(t, { manifest, files }, list) {
  const image = Buffer.concat(manifest.shards.map(({ file }) => files[file]))
  const laneOf = ({ fault }, index) => FAULTS[fault].waits ? index % WAITING_LANES : WAITING_LANES + index % LANES
  return Promise.all(Array.from({ length: WAITING_LANES + LANES }, async (_, index) => {
    const mine = list.filter((combination, at) => laneOf(combination, at) === index)
    const own = await split({ ...manifest, name: `lane ${index}` }, image, 16 * index)
    const server = await serveFaults(own, mine)
    t.after(() => server.close())
    return { model: own, server, combinations: mine }
  }))
}
