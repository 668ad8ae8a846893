/**
 * pages.test.js - pages that forbid things, pages from elsewhere, pages without workers: the library works on them, or
 * says by name what is missing.
 */
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { flipBit, startServer } from '../browser.js'
import { BROWSER, TITLE, noBrowser, openBrowser } from '../drivers.js'
import { TEXTS, setUp } from './fixture.js'

const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"
const TRUSTED = "require-trusted-types-for 'script'"

const ANY_ORIGIN = { 'access-control-allow-origin': '*' }
const policy = (text) => ({ headers: { 'content-security-policy': text } })

describe(`pages in ${TITLE}`, { skip: noBrowser() }, () => {
  const my = setUp('pages')

  /**
   * What a page's policy refused so far, on the page and in its workers: a forbidden request is made, and its report
   * awaited, which follows all others.
   */
  async function reported(page, server) {
    await page.evaluate(() => fetch('https://forbidden.invalid/').catch(() => {}))
    const isLast = (report) => report['blocked-uri'].startsWith('https://forbidden.invalid')
    for (;;) {
      const reports = server.reports.map((body) => body['csp-report'])
      if (reports.some(isLast)) {
        // Browsers may want an icon for their own tab.
        return reports.filter((report) => !isLast(report) && !report['blocked-uri'].endsWith('/favicon.ico'))
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  for (const worker of [true, false]) {
    test(`a page with a strict policy, worker ${worker}: it works, and nothing is reported`, async (t) => {
      const { page, server } = await my.open(t, policy(`${STRICT}; report-uri /report`))
      const { result, info } = await my.inPage(page, { worker })
      assert.deepEqual(result, my.expected)
      assert.equal(info.worker, worker)
      assert.deepEqual(await reported(page, server), [])
    })
  }

  test('a policy without wasm-unsafe-eval: an error that says so', async (t) => {
    const { page } = await my.open(t, policy(STRICT.replace(" 'wasm-unsafe-eval'", '')))
    for (const worker of [true, false]) {
      const { error } = await my.inPage(page, { worker })
      assert.equal(error?.code, 'unsupported')
      assert.match(error.message, /wasm-unsafe-eval/)
    }
  })

  test('trusted types: in place, or in a worker where the page lets URLs pass', async (t) => {
    const { page, server } = await my.open(t, policy(`${STRICT}; ${TRUSTED}; report-uri /report`))
    const isEnforced = await page.evaluate(() => globalThis.trustedTypes !== undefined)
    t.diagnostic(`trusted types: ${isEnforced}`)
    const bound = await my.inPage(page)
    assert.deepEqual([bound.result, bound.info.worker], [my.expected, !isEnforced])
    assert.deepEqual((await reported(page, server)).map((report) => report['violated-directive']),
      isEnforced ? ['require-trusted-types-for'] : [])
    await page.evaluate(() => globalThis.trustedTypes?.createPolicy('default', { createScriptURL: (url) => url }))
    const free = await my.inPage(page)
    assert.deepEqual([free.result, free.info.worker], [my.expected, true])
  })

  test('a frame of no origin (sandbox): it works, without a cache', async (t) => {
    const { page } = await my.open(t, { headers: ANY_ORIGIN })
    const answer = await page.evaluate(({ model, texts }) => new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.sandbox = 'allow-scripts'
      addEventListener('message', ({ data }) => {
        if (data === 'ready') frame.contentWindow.postMessage({ options: { model }, texts }, '*')
        else resolve(data)
      })
      frame.src = 'frame.html'
      document.body.append(frame)
    }), { model: new URL(my.url, await page.evaluate(() => location.href)).href, texts: TEXTS })
    assert.equal(answer.error, undefined)
    assert.deepEqual([answer.result, answer.origin, answer.info.cached], [my.expected.results, 'null', false])
    t.diagnostic(`worker: ${answer.info.worker} ${answer.info.workerReason ?? ''}`)
  })

  test('no worker to be had: in place, and info says why', async (t) => {
    const { page } = await my.open(t, { faults: { '/web/worker.js': () => ({ status: 404, body: '' }) } })
    const { result, info } = await my.inPage(page)
    assert.deepEqual(result, my.expected)
    assert.equal(info.worker, false)
    assert.match(info.workerReason, /refused/)
  })

  test('a part that comes later does not come: an error that says so; then it does', async (t) => {
    const { server, page, visit } = await my.open(t, { faults: { '/js/engine.js': () => ({ status: 503, body: '' }) } })
    const { error } = await my.inPage(page, { worker: false })
    assert.equal(error.code, 'unsupported')
    assert.match(error.message, /part of the library.*service worker/)
    delete server.faults['/js/engine.js']
    if (BROWSER === 'firefox') await visit() // it remembers the failure of a module as long as the page
    assert.deepEqual((await my.inPage(page, { worker: false })).result, my.expected)
  })

  test('imported from another origin: a worker by way of a blob, else in place', async (t) => {
    const library = await startServer({ isolated: false, headers: ANY_ORIGIN })
    t.after(() => library.close())
    const { page } = await my.open(t)
    const free = await my.inPage(page, {}, `${library.url}js/index.js`)
    assert.deepEqual([free.result, free.info.worker], [my.expected, true])

    const strict = await my.open(t,
      policy(`script-src 'self' 'wasm-unsafe-eval' ${library.url}; connect-src *; worker-src 'self'`))
    const bound = await my.inPage(strict.page, {}, `${library.url}js/index.js`)
    assert.deepEqual([bound.result, bound.info.worker], [my.expected, false])
  })

  test('a page that is no secure context: the module computes the hashes', async (t) => {
    const path = my.shardPath(2)
    const server = await startServer({ isolated: false, faults: { [path]: (bytes) => flipBit(bytes, 1) } })
    t.after(() => server.close())
    // It is reached under another name, through a proxy, which is itself.
    const browser = await openBrowser({ proxy: server.url })
    t.after(() => browser.close())
    const page = await browser.newPage()
    await page.goto('http://plain.test/tests/browser/page.html')
    assert.equal(await page.evaluate(() => isSecureContext || crypto.subtle !== undefined), false)
    assert.equal((await my.inPage(page)).error.code, 'integrity')
    delete server.faults[path]
    const { result, info } = await my.inPage(page)
    assert.deepEqual([result, info.cached], [my.expected, false])
  })

  test('in a service worker, in place', async (t) => {
    const { page } = await my.open(t)
    const answer = await page.evaluate(async ({ model, text }) => {
      await navigator.serviceWorker.register('service-worker.js', { type: 'module' })
      const { active } = await navigator.serviceWorker.ready
      const { port1, port2 } = new MessageChannel()
      const answered = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data) })
      active.postMessage({ model, text }, [port2])
      return answered
    }, { model: my.url, text: TEXTS[0] })
    assert.deepEqual(answer.result, my.expected.results[0])
    assert.equal(answer.passed, true)
    assert.deepEqual([answer.info.worker, answer.info.workerReason], [false, 'there are no workers here'])
  })
})
