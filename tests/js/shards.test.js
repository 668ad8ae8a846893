import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { describe } from 'node:test'
import { pathToFileURL } from 'node:url'
import { openCache } from '../../js/cache.js'
import { BertweetError } from '../../js/errors.js'
import { readModel } from '../../js/manifest.js'
import { readShards } from '../../js/shards.js'
import { makeCache, makeFetch, makeModel, piecewise, sha256 } from './fake-model.js'
import { files, html, isMonotone, isRight, load, manifest, modelAt, served, taking } from './shards.js'

test('all shards arrive, and progress ends at the total', async () => {
  const result = await load()
  isRight(result)
  isMonotone(result.progress)
  assert.deepEqual(result.origins, ['network', 'network', 'network'])
  assert.equal(result.progress.at(-1).loaded, manifest.bytes)
})

for (const size of [1, 7, 499, 500, 501, 1999, 2000]) {
  test(`bodies in pieces of ${size} bytes`, async () => {
    const answer = (bytes) => () => piecewise(bytes, size)
    const result = await load(Object.fromEntries(Object.entries(served).map(([path, bytes]) => [path, answer(bytes)])))
    isRight(result)
    isMonotone(result.progress)
  })
}

test('at most three are in flight, and no more than three buffers are in use', async () => {
  const { manifest: many, files: bodies } = await makeModel(Array(12).fill(100))
  let active = 0
  let most = 0
  const fetch = async (url) => {
    most = Math.max(most, ++active)
    await new Promise((resolve) => setTimeout(resolve, 5))
    return new Response(new ReadableStream({
      pull(controller) {
        controller.enqueue(bodies[new URL(url).pathname.slice(1)])
        controller.close()
        active--
      }
    }))
  }
  const model = await readModel({ manifest: many, files: Object.fromEntries(Object.keys(bodies)
    .map((file) => [file, `http://a.test/${file}`])) }, { sha256 })
  let held = 0
  let mostHeld = 0
  const buffers = new Set()
  const take = taking(async ({ bytes }) => {
    mostHeld = Math.max(mostHeld, ++held)
    assert.equal(bytes.length, 100)
    const { buffer } = structuredClone(bytes, { transfer: [bytes.buffer] }) // as a worker gives it back
    buffers.add(buffer)
    await new Promise((resolve) => setTimeout(resolve, 20))
    held--
    return new Uint8Array(buffer)
  })
  await readShards(model, { fetch, take })
  assert.equal(most, 3)
  assert.equal(mostHeld, 3)
})

test('the tail is not begun before all else is there, where that is wanted', async () => {
  const { manifest: many, files: bodies } = await makeModel(Array(9).fill(100))
  many.image.resident = 450
  const { fetch, log } = makeFetch(Object.fromEntries(Object.entries(bodies).map(([name, body]) => [`/${name}`, body])))
  const { sourcesOf, ...rest } = await readModel({ manifest: many, files: Object.fromEntries(Object.keys(bodies)
    .map((file) => [file, `http://a.test/${file}`])) }, { sha256 })
  let taken = 0
  const take = taking(async ({ shard }) => {
    if (shard.offset < 450) assert.equal(log.length, Math.min(5, log.length))
    else assert.ok(taken >= 5)
    await new Promise((resolve) => setTimeout(resolve, shard.offset === 0 ? 50 : 1))
    taken++
  })
  await readShards({ ...rest, sourcesOf }, { fetch, take, residentFirst: true })
  assert.equal(taken, 9)
})

const once = (answer) => (earlier) => earlier === 0 ? answer() : undefined
const middle = served['/m/shard1.bin']
const corrupt = Uint8Array.from(middle, (byte, i) => i === 777 ? byte ^ 4 : byte)
const faults = {
  'cut short': [() => new Response(middle.subarray(0, 1999)), 'integrity', /after 1999 of 2000/],
  empty: [() => new Response(''), 'integrity', /after 0 of 2000/],
  'too long': [() => new Response(new Uint8Array(2001)), 'integrity', /longer/],
  'one bit wrong': [() => new Response(corrupt), 'integrity', /SHA-256/],
  'another shard': [() => new Response(new Uint8Array(2000)), 'integrity', /SHA-256/],
  'connection lost': [() => piecewise(middle, 300, { failAfter: 600 }), 'network', /connection lost/],
  'status 503': [() => new Response('busy', { status: 503 }), 'network', /503/],
  'status 429': [() => new Response('slow down', { status: 429 }), 'network', /429/],
  'no network': [() => { throw new TypeError('fetch failed') }, 'network', /online/]
}
describe('faults of one shard', { concurrency: true }, () => {
  for (const [what, [answer, code, message]] of Object.entries(faults)) {
    test(`${what}, once: fetched again`, async () => {
      const result = await load({ '/m/shard1.bin': once(answer) })
      isRight(result)
      isMonotone(result.progress)
      assert.equal(result.log.filter((path) => path === '/m/shard1.bin').length, 2)
    })

    test(`${what}, always: a bounded number of tries, then ${code}`, async () => {
      const url = 'http://a.test/m/shard1.bin'
      await assert.rejects(load({ '/m/shard1.bin': answer }), (error) => {
        assert.equal(error.code, code)
        assert.match(error.message, message)
        assert.deepEqual([error.url, error.shard], [url, 'shard1.bin'])
        const tries = error.log.filter((path) => path === '/m/shard1.bin').length
        assert.ok(tries > 1 && tries <= 4, `${tries} tries`)
        isMonotone(error.progress)
        return true
      })
    })
  }
})

const final = {
  'status 404': [() => new Response('', { status: 404 }), 'network', /404/],
  'status 403': [() => new Response('', { status: 403 }), 'network', /403/],
  'HTML by its type': [() => new Response(html, { headers: { 'content-type': 'text/html' } }), 'format', /web page/],
  'HTML by its bytes': [() => new Response(html), 'format', /web page/],
  'HTML of the right length': [() => new Response(html.padEnd(2000)), 'format', /web page/]
}
for (const [what, [answer, code, message]] of Object.entries(final)) {
  test(`${what}: ${code} at once, but past the browser's own cache`, async () => {
    for (const [cache, asked] of [[undefined, ['default', 'reload']], [await openCache(makeCache()), ['no-store']]]) {
      const modes = []
      const note = (earlier, { cache: mode }) => {
        modes.push(mode)
        return answer()
      }
      await assert.rejects(load({ '/m/shard1.bin': note }, { cache }), (error) => {
        assert.deepEqual([error.code, error.url, error.shard], [code, 'http://a.test/m/shard1.bin', 'shard1.bin'])
        assert.match(error.message, message)
        return true
      })
      assert.deepEqual(modes, asked)
    }
  })
}

test('a mirror helps out, and stays in use', async () => {
  const { fetch, log } = makeFetch({
    '/m/manifest.json': JSON.stringify(manifest), '/m/shard0.bin': served['/m/shard0.bin'],
    ...Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`/mirror/${name}`, bytes]))
  })
  const urls = ['http://a.test/m/manifest.json', 'http://a.test/mirror/manifest.json']
  const model = await readModel(urls, { fetch, sha256 })
  const image = new Uint8Array(manifest.image.bytes)
  const take = taking(({ shard, bytes }) => image.set(bytes, shard.offset))
  await readShards(model, { fetch, take })
  isRight({ image })
  assert.equal(log.filter((path) => path === '/m/shard1.bin').length, 2) // the second past the browser's own cache
  assert.match(model.sourcesOf(manifest.shards[0])[0].href, /mirror/)
})

test('aborted before, and in the middle of a body', async () => {
  const reason = new Error('enough')
  const expected = { name: 'AbortError', code: 'aborted', cause: reason }
  await assert.rejects(load({}, { signal: AbortSignal.abort(reason) }), expected)
  const controller = new AbortController()
  const slow = () => piecewise(middle, 100, { delay: 20 })
  const onProgress = ({ shard }) => shard === 'shard1.bin' && controller.abort(reason)
  const how = { signal: controller.signal, onProgress }
  await assert.rejects(load({ '/m/shard1.bin': slow }, how), expected)
})

test('aborted while it waits to try again', async () => {
  const controller = new AbortController()
  const answer = () => {
    setTimeout(() => controller.abort(), 20)
    return new Response('', { status: 503 })
  }
  await assert.rejects(load({ '/m/shard1.bin': answer }, { signal: controller.signal }), ({ code, log }) => {
    assert.deepEqual([code, log.filter((path) => path === '/m/shard1.bin').length], ['aborted', 1])
    return true
  })
})

test('a server that falls silent is given up, a bounded number of times', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const clock = setInterval(() => t.mock.timers.tick(5000), 1)
  t.after(() => clearInterval(clock))
  const silent = (earlier, { signal }) => new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  await assert.rejects(load({ '/m/shard1.bin': silent }), (error) => {
    assert.deepEqual([error.code, error.shard], ['network', 'shard1.bin'])
    assert.match(error.message, /sent nothing for 30 seconds/)
    assert.equal(error.log.filter((path) => path === '/m/shard1.bin').length, 4)
    return true
  })
})

test('a server that does not end what it has sent is not waited for', async () => {
  const endless = () => new Response(new ReadableStream({
    pull: (controller) => { controller.enqueue(middle); return new Promise(() => {}) }
  }))
  isRight(await load({ '/m/shard1.bin': endless }))
})

test('a taker that fails stops the other downloads, and is not asked again', async () => {
  let cancelled = false
  const endless = () => new Response(new ReadableStream({
    pull: (controller) => new Promise((resolve) => setTimeout(() => {
      if (!cancelled) controller.enqueue(new Uint8Array(1))
      resolve()
    }, 5)),
    cancel: () => { cancelled = true }
  }))
  const { fetch } = makeFetch(served, { '/m/shard1.bin': endless })
  let asked = 0
  const take = async ({ shard }) => {
    if (shard.file === 'shard0.bin') asked++
    throw new BertweetError('internal', 'the worker died')
  }
  const { sourcesOf, ...model } = await modelAt()
  const twice = (shard) => [...sourcesOf(shard), new URL(shard.file, 'http://b.test/m/')]
  const reads = readShards({ ...model, sourcesOf: twice }, { fetch, take })
  await assert.rejects(reads, { code: 'internal', message: 'the worker died', shard: undefined, url: undefined })
  assert.equal(asked, 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok(cancelled)
})

test('from files, Blobs and buffers, with the same checks', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'shards-'))
  t.after(() => rm(folder, { recursive: true }))
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
  const as = {
    path: (name) => join(folder, name),
    url: (name) => pathToFileURL(join(folder, name)),
    blob: (name) => new Blob([files[name]]),
    buffer: (name) => files[name].slice().buffer,
    view: (name) => files[name]
  }
  for (const place of Object.values(as)) {
    const given = Object.fromEntries(Object.keys(files).map((name) => [name, place(name)]))
    isRight(await load({}, { model: await readModel({ manifest, files: given }, { sha256 }) }))
  }
  await writeFile(join(folder, 'shard2.bin'), files['shard2.bin'].subarray(1))
  const given = Object.fromEntries(Object.keys(files).map((name) => [name, as.path(name)]))
  const model = await readModel({ manifest, files: given }, { sha256 })
  await assert.rejects(load({}, { model }), { code: 'integrity', shard: 'shard2.bin' })
  await rm(join(folder, 'shard2.bin'))
  await assert.rejects(load({}, { model }), { code: 'network', shard: 'shard2.bin', message: /ENOENT/ })
})

test('a shard that was verified while another failed ends its turn', async () => {
  const { manifest, files } = await makeModel([8 << 20, 1000])
  const served = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`/m/${name}`, bytes]))
  const { fetch } = makeFetch({ '/m/manifest.json': JSON.stringify(manifest), ...served })
  const model = await readModel('http://a.test/m/manifest.json', { fetch, sha256 })
  const turns = new Set()
  const cache = {
    exists: true,
    find: async () => undefined,
    drop: async () => {},
    store: async (_, read) => { await read() },
    turn: async (name) => {
      turns.add(name)
      return () => turns.delete(name)
    }
  }
  let goOn
  const held = new Promise((resolve) => { goOn = resolve })
  const take = taking(async ({ shard }) => {
    if (shard.bytes === 1000) throw new BertweetError('memory', 'no room')
    await held
  })
  await assert.rejects(readShards(model, { take, cache, fetch, recall: async (_, bytes) => bytes, onRest() {} }),
    { code: 'memory' })
  goOn()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  assert.deepEqual([...turns], [])
})
