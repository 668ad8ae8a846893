/**
 * extension.test.js - the library in a browser extension (Manifest V3), all its files in the package: in the service
 * worker and in the popup. extension.json is the manifest that HOSTING.md shows. Chromium; MiniBrowser has
 * no extensions, and Firefox has no service workers in them.
 */
import assert from 'node:assert/strict'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { describe } from 'node:test'
import { chromium } from 'playwright-core'
import { createClassifier } from '../../js/index.js'
import { makeTinyModel, writeModel } from '../js/tiny-model.js'
import { CHROMIUM_FLAGS, PROJECT, findChromium, noChromium } from './browser.js'

const FOLDER = join(PROJECT, 'build', 'test', 'extension')
const TEXTS = ['I love it 😍', 'why would anyone do this :(']

const FILES = {
  'manifest.json': await readFile(new URL('extension.json', import.meta.url)),
  'background.js': `
    import { createClassifier } from './package/js/service-worker.js'
    chrome.runtime.onMessage.addListener((texts, sender, answer) => {
      classify(texts).then(answer, (error) => answer({ error: error.message }))
      return true
    })
    async function classify(texts) {
      const classifier = await createClassifier({ model: chrome.runtime.getURL('model/manifest.json') })
      try {
        return { results: await classifier.classify(texts), worker: classifier.info.worker }
      } finally {
        await classifier.dispose()
      }
    }`,
  'popup.html': '<!doctype html><meta charset="utf-8"><script type="module" src="popup.js"></script>',
  'popup.js': `
    import { createClassifier } from './package/js/index.js'
    window.classify = async (texts, worker) => {
      const classifier = await createClassifier({ model: 'model/manifest.json', worker })
      try {
        return { results: await classifier.classify(texts), worker: classifier.info.worker }
      } finally {
        await classifier.dispose()
      }
    }
    window.ask = (texts) => chrome.runtime.sendMessage(texts)`
}

describe('an extension', { skip: noChromium() }, () => {
  test('classifies in its service worker and in its popup', async (t) => {
    await mkdir(FOLDER, { recursive: true })
    t.after(() => rm(FOLDER, { recursive: true, force: true }))
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(FOLDER, name), text)
    for (const part of ['js', 'web', 'dist']) {
      await cp(join(PROJECT, part), join(FOLDER, 'package', part), { recursive: true })
    }
    const model = await makeTinyModel()
    await writeModel(join(FOLDER, 'model'), model)
    const classifier = await createClassifier({ model })
    const expected = await classifier.classify(TEXTS)
    await classifier.dispose()

    const context = await chromium.launchPersistentContext('', {
      executablePath: findChromium(),
      ignoreDefaultArgs: ['--disable-extensions'],
      args: [...CHROMIUM_FLAGS, `--disable-extensions-except=${FOLDER}`, `--load-extension=${FOLDER}`]
    })
    t.after(() => context.close())
    const background = context.serviceWorkers()[0] ?? await context.waitForEvent('serviceworker')
    const page = await context.newPage()
    await page.goto(new URL('popup.html', background.url()).href)
    await page.waitForFunction(() => window.ask)
    assert.deepEqual(await page.evaluate((texts) => window.ask(texts), TEXTS), { results: expected, worker: false })
    for (const worker of [false, true]) {
      const answer = await page.evaluate(([texts, worker]) => window.classify(texts, worker), [TEXTS, worker])
      assert.deepEqual(answer, { results: expected, worker })
    }
  })
})
