/**
 * minified.test.js - dist/bertweet.min.js, which is its own worker: from the page's origin and from another.
 * tests/package/minified.test.js tests it as npm packs it, with the default model.
 */
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { startServer } from '../browser.js'
import { TITLE, noBrowser } from '../drivers.js'
import { HAS_SHARED_MEMORY, setUp } from './fixture.js'

const FILE = 'dist/bertweet.min.js'

/** Requests for the library's code, of a server's log: their paths, each once. */
const scripts = ({ responses }) => [...new Set(responses.map(({ path }) => path)
  .filter((path) => /^\/(js|web|dist)\/.*\.js$/.test(path)))]

describe(`bertweet.min.js in ${TITLE}`, { skip: noBrowser() }, () => {
  const my = setUp('minified')

  for (const worker of [true, false]) {
    test(`worker ${worker}: the same bits, from one file of code`, async (t) => {
      const { server, page } = await my.open(t)
      const { result, info, error } = await my.inPage(page, { worker }, `/${FILE}`)
      assert.equal(error, undefined)
      assert.deepEqual([result, info.worker], [my.expected, worker])
      assert.deepEqual(scripts(server), [`/${FILE}`])
    })
  }

  if (HAS_SHARED_MEMORY) test('on an isolated page: threads, from the same file', async (t) => {
    const { server, page } = await my.open(t, { isolated: true })
    const { result, info } = await my.inPage(page, { threads: 2 }, `/${FILE}`)
    assert.deepEqual([result, info.worker, info.threads], [my.expected, true, 2])
    assert.deepEqual(scripts(server), [`/${FILE}`])
  })

  test('from another origin: a worker by way of a blob', async (t) => {
    const cdn = await startServer({ isolated: false, headers: { 'access-control-allow-origin': '*' } })
    t.after(() => cdn.close())
    const { page } = await my.open(t)
    const { result, info } = await my.inPage(page, {}, cdn.url + FILE)
    assert.deepEqual([result, info.worker], [my.expected, true])
  })
})
