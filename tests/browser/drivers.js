/**
 * drivers.js - Chromium, Firefox and WebKit behind one small interface, for tests that say the same of each.
 *
 *     const browser = await openBrowser() // the one that BERTWEET_BROWSER names; default: chromium
 *     const page = await browser.newPage()
 *     await page.goto(server.url + 'tests/browser/page.html')
 *     await page.evaluate((x) => window.twice(x), 21) // what goes in and comes out is JSON
 *     await browser.close()
 *
 * Chromium is driven by Playwright, Firefox by Puppeteer (WebDriver BiDi), WebKitGTK by its own WebDriver (webkit.js).
 * Each has a new profile, which its pages share: what they store is apart where their origins are.
 */
import puppeteer from 'puppeteer-core'
import { findProgram, launchChromium, noChromium } from './browser.js'
import { findWebKit, launchWebKit } from './webkit.js'

/**
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} goto  resolves when the page has loaded
 * @property {<A, R>(run: (arg: A) => R | Promise<R>, arg?: A) => Promise<R>} evaluate
 *   runs a function in the page; it sees nothing of the test but its argument
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Browser
 * @property {string} version
 * @property {() => Promise<Page>} newPage
 * @property {() => Promise<void>} close
 */

/** The browser that this run of the tests is about. */
export const BROWSER = process.env.BERTWEET_BROWSER ?? 'chromium'

/** @type {Record<string, {title: string, missing: () => false | string, launch: () => Promise<Browser>}>} */
const BROWSERS = {
  chromium: { title: 'Chromium', missing: noChromium, launch: launchOneContext },
  firefox: {
    title: 'Firefox',
    missing: () => findFirefox() ? false : 'no Firefox on this machine (FIREFOX_PATH names one)',
    launch: launchFirefox
  },
  webkit: {
    title: 'WebKit',
    missing: () => findWebKit() ? false : 'no WebKit on this machine (WebKitWebDriver, MiniBrowser, Xvfb)',
    launch: launchWebKit
  }
}
const { title, missing, launch } = BROWSERS[BROWSER]

/** Its name, for people. */
export const TITLE = title

/** For node:test: `test('…', { skip: noBrowser() }, …)`. False, or the reason to skip. */
export const noBrowser = missing

/**
 * Starts the browser; close() it.
 *
 * @param {{proxy?: string}} [options]  proxy: URL of a server that is asked for all http:// URLs but localhost's
 * @returns {Promise<Browser>}
 */
export async function openBrowser({ proxy } = {}) {
  const browser = await launch(proxy && new URL(proxy))
  return {
    version: typeof browser.version === 'string' ? browser.version : await browser.version(),
    newPage: async () => withJson(await browser.newPage()),
    close: () => browser.close()
  }
}

/** Values cross in the same way everywhere: as JSON. @returns {Page} */
const withJson = (page) => ({
  async goto(url) {
    await page.goto(url)
  },
  async evaluate(run, arg) {
    const inPage = new Function('json', `return Promise.resolve((${run})(JSON.parse(json)))
      .then((result) => JSON.stringify(result) ?? 'null')`)
    return JSON.parse(await page.evaluate(inPage, JSON.stringify(arg) ?? 'null'))
  },
  close: () => page.close()
})

/** Pages of one context share storage, as in other browsers. @param {URL} [proxy] */
async function launchOneContext(proxy) {
  const browser = await launchChromium(proxy ? [`--proxy-server=${proxy.host}`] : [])
  const context = await browser.newContext()
  return { version: () => browser.version(), newPage: () => context.newPage(), close: () => browser.close() }
}

/** Path of Firefox, or null. */
export const findFirefox = () => findProgram([process.env.FIREFOX_PATH, 'firefox-esr', 'firefox'])

/** @param {URL} [proxy] */
function launchFirefox(proxy) {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: findFirefox(),
    headless: true,
    protocolTimeout: 0, // the tests have their own time limits
    extraPrefsFirefox: {
      'dom.max_script_run_time': 0,
      ...proxy && {
        'network.proxy.type': 1, 'network.proxy.http': proxy.hostname, 'network.proxy.http_port': Number(proxy.port)
      }
    }
  })
}
