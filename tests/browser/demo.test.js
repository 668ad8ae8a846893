/**
 * demo.test.js - the demo page in Chromium, as `npm start` serves it: type, read the label, nothing leaves.
 */
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { launchChromium, noChromium, startServer } from './browser.js'

describe('the demo page', { skip: noChromium() }, () => {
  for (const isolated of [true, false]) {
    test(`classifies as one types, ${isolated ? 'isolated' : 'not isolated'}`, async (t) => {
      const server = await startServer({ isolated })
      const browser = await launchChromium()
      t.after(async () => {
        await browser.close()
        await server.close()
      })
      const page = await browser.newPage()
      const complaints = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('request', (request) => {
        if (!request.url().startsWith(server.url)) complaints.push(request.url())
      })

      await page.goto(`${server.url}demo/`)
      await page.getByLabel('Tweet').fill('I love this so much 😍')
      await page.locator('#label', { hasText: 'Positive' }).waitFor()
      assert.deepEqual(await page.locator('#bars meter').count(), 3)
      const tokens = await page.locator('#tokens li').allTextContents()
      assert.equal(tokens[0], '<s>')
      assert.equal(tokens.at(-1), '</s>')
      assert.match(await page.locator('#count').textContent(), new RegExp(`^${tokens.length} tokens, `))

      await page.getByRole('button', { name: 'complaint' }).click()
      await page.locator('#label', { hasText: 'Negative' }).waitFor()
      await page.getByLabel('Tweet').fill('')
      await page.locator('#result').waitFor({ state: 'hidden' })
      assert.match(await page.locator('#info').textContent(), /^Model tweet-mini, /)
      assert.deepEqual(complaints, [])
    })
  }

  test('says what is wrong when the weights cannot be had', async (t) => {
    const server = await startServer()
    const browser = await launchChromium()
    t.after(async () => {
      await browser.close()
      await server.close()
    })
    const page = await browser.newPage()
    await page.route('**/*.bin', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }))
    await page.goto(`${server.url}demo/`)
    await page.getByRole('alert').filter({ hasText: /HTML/ }).waitFor()
    assert.ok(await page.locator('#loading').isHidden())
  })
})
