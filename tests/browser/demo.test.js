/**
 * demo.test.js - the demo's pages in Chromium, as `npm start` serves them.
 */
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { PROJECT, launchChromium, noChromium, startServer } from './browser.js'

const AXE = join(PROJECT, 'node_modules', 'axe-core', 'axe.min.js')
const privateHeaders = JSON.parse(await readFile(join(PROJECT, 'demo/private/headers.json')))
const headers = (path) => path?.startsWith('/demo/private/') ? privateHeaders : undefined

const CSV = `id,created_at,text
1,2026-03-01,"I love this, thank you so much"
2,2026-03-01,this is awful and I hate it
3,2026-03-02,"two lines,
so happy"
4,2026-03-03,the shop opens at nine
`

describe('the demo', { skip: noChromium() }, () => {
  let browser
  before(async () => { browser = await launchChromium() })
  after(() => browser?.close())

  /** A page of a new profile, what it complained about, and what it asked of others than its host. */
  async function open(t, path, { isolated = true, faults, ...context } = {}) {
    const server = await startServer({ isolated, headers, faults })
    const session = await browser.newContext(context)
    const page = await session.newPage()
    const complaints = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !/^(blob|data):/.test(request.url())) complaints.push(request.url())
    })
    t.after(async () => {
      await session.close()
      await server.close()
    })
    const visit = (to) => page.goto(`${server.url}demo/${to}`)
    await visit(path)
    return { page, server, complaints, visit }
  }

  /** Until the live page has kept model and module. */
  const kept = (page) => page.evaluate(async () => {
    const { isCached } = await import('/js/index.js')
    const isThere = async () => await isCached() && (await (await caches.open('bertweet-wasm-demo')).keys()).length > 0
    while (!await isThere()) await new Promise((resolve) => setTimeout(resolve, 50))
  })

  const field = (page) => page.locator('#live').getByLabel('Tweet')
  const verdict = (page) => page.locator('#live').getByRole('status')

  for (const isolated of [true, false]) {
    test(`the live page classifies as one types, ${isolated ? 'isolated' : 'not isolated'}`, async (t) => {
      const { page, complaints } = await open(t, '', { isolated })
      await field(page).fill('I love this so much 😍')
      await verdict(page).filter({ hasText: 'Positive' }).waitFor()
      await page.locator('#tokens li').first().waitFor()
      const tokens = await page.locator('#tokens li').allTextContents()
      assert.deepEqual([tokens[0], tokens.at(-1)], ['<s>', '</s>'])
      assert.equal(await page.locator('#versus > div').count(), 2)
      await page.getByRole('button', { name: 'complaint' }).click()
      await verdict(page).filter({ hasText: 'Negative' }).waitFor()
      await field(page).fill('')
      await page.locator('#result').waitFor({ state: 'hidden' })
      assert.match(await page.locator('#info').textContent(), /^Model tweet-mini, /)
      assert.deepEqual(complaints, [])
    })
  }

  test('the live page says what is wrong when the weights cannot be had', async (t) => {
    const { page } = await open(t, 'convert/')
    await page.route('**/*.bin', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }))
    await page.goto(page.url().replace('convert/', ''))
    await page.getByRole('alert').filter({ hasText: /HTML/ }).waitFor()
    assert.ok(await page.locator('#loading').isHidden())
  })

  test('the private page: a file in, labels, charts and a file out, without any connection', async (t) => {
    const { page, server, visit, complaints } = await open(t, 'private/')
    await page.getByText('The model is not on this device yet').waitFor()
    await visit('')
    await kept(page)
    await visit('private/')
    await page.getByText('Drop a CSV').waitFor()
    assert.match(await page.locator('#info').textContent(), /in a worker/)

    const before = server.responses.length
    await page.locator('#file').setInputFiles({ name: 'tweets.csv', mimeType: 'text/csv', buffer: Buffer.from(CSV) })
    await page.getByText('4 rows, 3 columns').waitFor()
    assert.deepEqual(await page.locator('#column').inputValue(), '2')
    await page.getByRole('button', { name: 'Classify' }).click()
    await page.getByText('4 of 4 texts').waitFor()
    assert.match(await page.locator('#distribution').getAttribute('aria-label'), /^Negative \d of 4, Neutral \d of 4/)
    assert.equal(await page.locator('#timeline').getAttribute('aria-label'), '3 days from 2026-03-01 to 2026-03-03')
    const rows = await page.locator('#body tr').allTextContents()
    assert.match(rows[0], /^1Positive.*I love this, thank you so much$/)
    assert.match(rows[1], /^2Negative/)
    await page.getByLabel('containing').fill('HAPPY')
    await page.getByText('1 of 4 texts').waitFor()

    const [download] = await Promise.all([
      page.waitForEvent('download'), page.getByRole('button', { name: 'Download CSV' }).click()
    ])
    const written = await readFile(await download.path(), 'utf8')
    assert.match(written, /^id,created_at,text,label,score,NEG,NEU,POS,compound\n1,2026-03-01,"I love this, /)
    assert.equal(written.split('\n').length, 7) // one text has two lines
    assert.equal(server.responses.length, before)
    assert.deepEqual(complaints, [])
  })

  test('the private page cannot send anything out, nor can its worker', async (t) => {
    const { page, server } = await open(t, 'private/')
    await page.getByRole('button', { name: 'Try to send something out' }).click()
    await page.locator('#leaks li').nth(6).waitFor({ timeout: 30000 })
    assert.deepEqual(await page.locator('#leaks li').allTextContents(), [
      'fetch: stopped', 'beacon: stopped', 'WebSocket: stopped', 'image: stopped', 'form: stopped',
      'fetch from the worker: stopped', 'WebSocket from the worker: stopped'
    ])
    assert.deepEqual(server.responses.filter(({ path }) => path.startsWith('/collect')), [])
  })

  test('without the policy the same tries do arrive', async (t) => {
    const html = (bytes) => ({
      headers: { 'content-type': 'text/html', 'content-security-policy': '' },
      body: bytes.toString().replace(/<meta http-equiv[^>]*>/, '')
    })
    const headers = { 'content-type': 'text/javascript', 'content-security-policy': '' }
    const script = (body) => ({ headers, body })
    const { page, server } = await open(t, 'convert/', {
      faults: { '/demo/private/index.html': html, '/demo/private/probe.js': script }
    })
    await page.goto(`${server.url}demo/private/index.html`)
    await page.getByRole('button', { name: 'Try to send something out' }).click()
    await page.locator('#leaks li').nth(6).waitFor({ timeout: 30000 })
    const left = await page.locator('#leaks li[data-left=true]').allTextContents()
    const ways = ['fetch', 'beacon', 'form', 'fetch from the worker'].map((way) => `${way}: NOT stopped`)
    assert.deepEqual(ways.filter((way) => !left.includes(way)), [])
    assert.ok(server.responses.some(({ path }) => path === '/collect'))
  })

  test('the private page refuses what is no table of texts, and goes on', async (t) => {
    const { page, visit } = await open(t, '')
    await kept(page)
    await visit('private/')
    const choose = (name, buffer) => page.locator('#file').setInputFiles({ name, mimeType: 'text/csv', buffer })
    await choose('binary.csv', Buffer.from([0xff, 0xfe, 0x00]))
    await page.getByRole('alert').filter({ hasText: 'binary.csv is not text in UTF-8' }).waitFor()
    await choose('empty.csv', Buffer.from(''))
    await page.getByRole('alert').filter({ hasText: 'empty.csv has no rows' }).waitFor()
    await page.getByLabel('or paste one text a line').fill('great\n\nawful')
    await page.getByText('2 rows, 1 column').waitFor()
    await page.getByRole('button', { name: 'Classify' }).click()
    await page.getByText('2 of 2 texts').waitFor()
    assert.ok(await page.getByRole('alert').isHidden())
  })

  test('a checkpoint is converted in the browser and used', async (t) => {
    const { page, complaints } = await open(t, 'convert/')
    const folder = join(PROJECT, 'tests/golden/tiny-f16')
    await page.locator('#folder').setInputFiles(folder)
    await page.getByText('Same label as 32-bit floats').waitFor({ timeout: 60000 })
    await field(page).fill('so it works')
    await verdict(page).filter({ hasText: '%' }).waitFor()
    assert.deepEqual(complaints, [])
    assert.ok((await readdir(folder)).includes('config.json'))
  })

  test('a folder that is no checkpoint: what is missing', async (t) => {
    const { page } = await open(t, 'convert/')
    await page.locator('#folder').setInputFiles(join(PROJECT, 'tests/mutation'))
    await page.getByRole('alert').filter({ hasText: 'config.json' }).waitFor()
  })

  for (const colorScheme of ['light', 'dark']) {
    for (const path of ['', 'private/', 'convert/']) {
      test(`axe finds nothing on /demo/${path}, ${colorScheme}`, async (t) => {
        const { page } = await open(t, path, { colorScheme, bypassCSP: true })
        if (path === '') {
          await field(page).fill('what a lovely, terrible day')
          await page.locator('#tokens li').first().waitFor()
        } else await page.waitForLoadState('load')
        await page.addScriptTag({ content: await readFile(AXE, 'utf8') })
        const { violations } = await page.evaluate(() => axe.run())
        assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), [])
      })
    }
  }
})
