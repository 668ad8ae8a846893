/**
 * fixture.js - what the tests of every browser share: the browser, a tiny model, and pages that load it.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { createClassifier } from '../../../js/index.js'
import { makeTinyModel, writeModel } from '../../js/tiny-model.js'
import { PROJECT, startServer } from '../browser.js'
import { BROWSER, openBrowser } from '../drivers.js'
import { undrivenPage } from '../undriven.js'

export const TEXTS = [
  'I love it 😍', '', 'a\0b', 'lone \ud800 surrogate \udc00', 'why would anyone do this :(', 'word '.repeat(400),
  '@someone https://a.test #tag &amp; more', 'é '.repeat(16384)
]

/** Engines whose WebAssembly has the relaxed SIMD instructions; WebKitGTK 2.50's has not. */
export const HAS_RELAXED = BROWSER !== 'webkit'

/** Engines whose isolated pages may share memory between threads; WebKitGTK 2.50 has no SharedArrayBuffer. */
export const HAS_SHARED_MEMORY = BROWSER !== 'webkit'

/**
 * Whether what a page stored is there when it comes again. A WebKitGTK that is driven keeps its profile in memory, and
 * forgets the contents of an origin's caches with the page.
 */
export const KEEPS_CACHES = BROWSER !== 'webkit'

/**
 * What Node makes of the texts with a model.
 *
 * @param {import('../../../js/manifest.js').ModelOption} model
 * @returns {Promise<{results: object[], ids: number[][], logits: number[]}>}
 */
export async function inNode(model) {
  const classifier = await createClassifier({ model })
  const results = await classifier.classify(TEXTS)
  const ids = await Promise.all(TEXTS.map(async (text) => (await classifier.tokenize(text)).ids))
  const logits = Array.from(await classifier.logits(ids))
  await classifier.dispose()
  return { results, ids, logits }
}

/**
 * The same in a page, with options of createClassifier.
 *
 * @param {import('../drivers.js').Page} page
 * @param {object} options
 * @param {string} [library]  URL of index.js
 * @returns {Promise<{result?: object, info?: object, error?: object}>}
 */
export const inPage = (page, options, library) =>
  page.evaluate(({ options, texts, library }) => window.withClassifier(options, async (classifier) => {
    const results = await classifier.classify(texts)
    const ids = await Promise.all(texts.map(async (text) => (await classifier.tokenize(text)).ids))
    return { results, ids, logits: Array.from(await classifier.logits(ids)) }
  }, library), { options, texts: TEXTS, library })

/** Requests for weights, of a server's log. */
export const weights = ({ responses }) => responses.filter(({ path }) => path.endsWith('.bin'))

/** Requests for WebAssembly modules, of a server's log: their paths, each once. */
export const modules = ({ responses }) =>
  [...new Set(responses.map(({ path }) => path).filter((path) => path.endsWith('.wasm')))]

/**
 * For a describe block: starts the browser and makes a tiny model before its tests, ends both after them.
 *
 * @param {string} name  of the folder of the model; no other block has it
 * @param {{openBrowser?: typeof openBrowser}} [how]
 */
export function setUp(name, how = {}) {
  const folder = `build/test/${BROWSER}-${name}`
  const my = {
    /** Where pages find the model. */
    url: `/${folder}/manifest.json`,
    /** @type {import('../drivers.js').Browser} */
    browser: null,
    /** @type {{manifest: object, files: Record<string, Uint8Array>}} */
    model: null,
    /** What inNode makes of it. */
    expected: null,
    /** The path of one of its shards. @param {number} index */
    shardPath: (index) => `/${folder}/${my.model.manifest.shards[index].file}`,

    /**
     * A page, and a server of its own: another origin than all others, so nothing is stored yet.
     *
     * @param {import('node:test').TestContext} t
     * @param {object} [options]  of startServer
     * @returns  visit: loads the page again; revisit: only where its caches outlive that. In Firefox an isolated page
     *   can only evaluate, each time anew
     */
    async open(t, options) {
      const server = await startServer({ isolated: false, ...options })
      const url = `${server.url}tests/browser/page.html`
      // Threads that a worker starts hang in a Firefox that is driven: undriven.js.
      if (BROWSER === 'firefox' && options?.isolated) {
        t.after(() => server.close())
        return { server, page: undrivenPage(url) }
      }
      const page = await my.browser.newPage()
      t.after(async () => {
        await page.close()
        await server.close()
      })
      const visit = () => page.goto(url)
      await visit()
      return { server, page, visit, revisit: KEEPS_CACHES ? visit : async () => {} }
    },

    /** inPage on the tiny model, or as options say. */
    inPage: (page, options = {}, library = undefined) => inPage(page, { model: my.url, ...options }, library)
  }
  before(async () => {
    my.browser = await (how.openBrowser ?? openBrowser)()
    my.model = await makeTinyModel()
    await writeModel(join(PROJECT, folder), my.model)
    my.expected = await inNode(my.model)
  })
  after(async () => {
    await my.browser?.close()
    await rm(join(PROJECT, folder), { recursive: true, force: true })
  })
  return my
}
