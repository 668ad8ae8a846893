/**
 * A short run in Chromium of what `npm run test:long` does at length.
 */
import assert from 'node:assert/strict'
import test, { after, before, describe } from 'node:test'
import { openChromium } from '../long/chromium.js'
import { isClean, print, run } from '../long/run.js'
import { noChromium } from './browser.js'

describe('again and again in Chromium', { skip: noChromium() }, () => {
  let place

  before(async () => {
    place = await openChromium()
  })
  after(() => place?.close())

  for (const [what, count] of [['classify', 3000], ['cycle', 20], ['die', 20]]) {
    test(`${what} ${count}`, async (t) => {
      const report = await run(place, what, count, 6)
      t.diagnostic(print(report))
      assert.ok(isClean(report), print(report))
    })
  }
})
