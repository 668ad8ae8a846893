/** dist/bertweet.min.js of the packed package: in Node, and in pages as those of a CDN's users. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import * as readable from '../../js/index.js'
import { launchChromium, noChromium, startServer } from '../browser/browser.js'
import { installPackage } from './tools.js'

const FILE = 'node_modules/bertweet-wasm/dist/bertweet.min.js'
const TEXTS = ['I love it 😍', 'so tired of this rain', '']
const PAGE = '<!doctype html><title>a page</title>'
const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"

let home
let expected

before(async () => {
  ({ home } = installPackage())
  writeFileSync(join(home, 'page.html'), PAGE)
  const classifier = await readable.createClassifier()
  expected = await classifier.classify(TEXTS)
  await classifier.dispose()
})
after(() => rmSync(home, { recursive: true }))

test('in Node: the same exports and results, in place; the self-test passes', async () => {
  const minified = await import(pathToFileURL(join(home, FILE)).href)
  assert.deepEqual(Object.keys(minified).sort(), Object.keys(readable).sort())
  const classifier = await minified.createClassifier()
  assert.deepEqual(await classifier.classify(TEXTS), expected)
  assert.deepEqual([classifier.info.worker, (await classifier.selfTest()).passed], [false, true])
  await classifier.dispose()
  await assert.rejects(minified.createClassifier({ model: [] }), (error) => error instanceof minified.BertweetError)
})

describe('in Chromium', { skip: noChromium() }, () => {
  let browser
  before(async () => { browser = await launchChromium() })
  after(() => browser?.close())

  /** A page of a server of its own. */
  async function open(t, options) {
    const server = await startServer({ root: home, isolated: false, ...options })
    const context = await browser.newContext()
    const page = await context.newPage()
    t.after(async () => {
      await context.close()
      await server.close()
    })
    await page.goto(`${server.url}page.html`)
    return { server, page }
  }

  /** Classifies with the file at a URL. */
  const classify = (page, url, options = {}) => page.evaluate(async ({ url, texts, options }) => {
    const violations = []
    document.addEventListener('securitypolicyviolation', ({ violatedDirective: what }) => violations.push(what))
    const { createClassifier } = await import(url)
    const classifier = await createClassifier(options)
    const results = await classifier.classify(texts)
    const { info } = classifier
    const { passed } = await classifier.selfTest()
    await classifier.dispose()
    return { results, info, passed, violations }
  }, { url, texts: TEXTS, options })

  const scripts = ({ responses }) => [...new Set(responses.filter(({ path, bytes }) => /\.js$/.test(path) && bytes > 0)
    .map(({ path }) => path))]

  for (const worker of [true, false]) {
    test(`from the page's origin, worker ${worker}: one file of code beside the model's`, async (t) => {
      const { server, page } = await open(t)
      const { results, info, passed } = await classify(page, `/${FILE}`, { worker })
      assert.deepEqual([results, info.worker, passed], [expected, worker, true])
      assert.deepEqual(scripts(server), [`/${FILE}`, '/node_modules/bertweet-wasm/models/tweet-mini/index.js'])
      assert.deepEqual(server.responses.filter(({ path }) => path.endsWith('.wasm')).map(({ path }) => path),
        ['/node_modules/bertweet-wasm/dist/bertweet-relaxed.wasm'])
    })

    test(`from another origin, worker ${worker}`, async (t) => {
      const cdn = await startServer({ root: home, isolated: false, headers: { 'access-control-allow-origin': '*' } })
      t.after(() => cdn.close())
      const { server, page } = await open(t)
      const { results, info, passed } = await classify(page, cdn.url + FILE, { worker })
      assert.deepEqual([results, info.worker, passed], [expected, worker, true])
      assert.deepEqual(scripts(server), [])
      assert.equal(scripts(cdn)[0], `/${FILE}`)
    })
  }

  test('copied with the modules into any folder, under a strict policy, with a model from elsewhere', async (t) => {
    const library = join(home, 'node_modules/bertweet-wasm')
    mkdirSync(join(home, 'vendor'))
    for (const name of ['bertweet.min.js', 'bertweet.wasm', 'bertweet-relaxed.wasm']) {
      copyFileSync(join(library, 'dist', name), join(home, 'vendor', name))
    }
    const { server, page } = await open(t, { headers: { 'content-security-policy': STRICT } })
    const model = '/node_modules/bertweet-wasm/models/tweet-mini/manifest.json'
    const { results, info, passed, violations } = await classify(page, '/vendor/bertweet.min.js', { model })
    assert.deepEqual([results, info.worker, passed, violations], [expected, true, true, []])
    assert.deepEqual(scripts(server), ['/vendor/bertweet.min.js'])
  })

  test('in a worker of the page it is a library, not a worker', async (t) => {
    writeFileSync(join(home, 'own-worker.js'), `
      import { createClassifier } from './${FILE}'
      const classifier = await createClassifier()
      postMessage({ info: classifier.info, results: await classifier.classify(${JSON.stringify(TEXTS)}) })`)
    const { page } = await open(t)
    const answers = await page.evaluate(() => new Promise((resolve) => {
      const all = []
      const worker = new Worker('/own-worker.js', { type: 'module' })
      worker.onmessage = ({ data }) => {
        all.push(data)
        if (data.results) resolve(all)
      }
    }))
    assert.equal(answers.length, 1)
    assert.deepEqual([answers[0].results, answers[0].info.worker], [expected, true])
  })

  test('in a service worker', async (t) => {
    writeFileSync(join(home, 'service-worker.js'), `
      import { createClassifier } from './${FILE}'
      import model from './node_modules/bertweet-wasm/models/tweet-mini/index.js'
      addEventListener('message', (event) => event.waitUntil((async () => {
        const classifier = await createClassifier({ model })
        event.ports[0].postMessage({ results: await classifier.classify(event.data), ...await classifier.selfTest() })
      })()))`)
    const { page } = await open(t)
    const { results, passed } = await page.evaluate(async (texts) => {
      await navigator.serviceWorker.register('/service-worker.js', { type: 'module' })
      const { active } = await navigator.serviceWorker.ready
      const { port1, port2 } = new MessageChannel()
      const answered = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data) })
      active.postMessage(texts, [port2])
      return answered
    }, TEXTS)
    assert.deepEqual([results, passed], [expected, true])
  })
})
