/**
 * faults.test.js - weights that do not arrive as they should: an error by name, and the page can load when it is over.
 */
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { flipBit } from '../browser.js'
import { TITLE, noBrowser } from '../drivers.js'
import { setUp } from './fixture.js'

const HTML = '<!doctype html><title>Home</title>'
const FAULTS = {
  'HTML instead of a shard': [() => ({ headers: { 'content-type': 'text/html' }, body: HTML }), 'format', /web page/],
  'HTML without its type': [() => HTML, 'format', /web page/],
  'one bit flipped': [(bytes) => flipBit(bytes, 12345), 'integrity', /SHA-256/],
  'a shard cut short': [(bytes) => bytes.subarray(1), 'integrity', /ended after/],
  'a dropped connection': ['cut', 'network', /Could not fetch|failed|network/i],
  'no connection': ['refuse', 'network', /online/],
  'status 404': [() => ({ status: 404, body: '' }), 'network', /404/]
}

describe(`faults in ${TITLE}`, { skip: noBrowser() }, () => {
  const my = setUp('faults')

  for (const [what, [fault, code, message]] of Object.entries(FAULTS)) {
    test(`${what}: ${code} with the URL, and the page can load when it is over`, async (t) => {
      const path = my.shardPath(2)
      const { server, page } = await my.open(t, { faults: { [path]: fault } })
      const { error } = await my.inPage(page)
      assert.deepEqual([error.code, error.url], [code, server.url + path.slice(1)])
      assert.equal(error.shard, path.split('/').pop())
      assert.match(error.message, message)
      delete server.faults[path]
      assert.deepEqual((await my.inPage(page)).result, my.expected)
    })
  }
})
