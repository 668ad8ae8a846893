import assert from 'node:assert/strict'
import test from 'node:test'
import { cacheKey, openCache } from '../../js/cache.js'
import { BertweetError } from '../../js/errors.js'
import { readModel } from '../../js/manifest.js'
import { readShards } from '../../js/shards.js'
import { makeCache, makeFetch, makeModel, sha256 } from './fake-model.js'
import { files, html, isMonotone, isRight, load, manifest, modelAt, served, taking } from './shards.js'

const middle = files['shard1.bin']

async function filledCache() {
  const store = makeCache()
  const cache = await openCache(store)
  const model = await modelAt()
  await load({}, { cache, model })
  assert.equal(await cache.commit(model), true)
  return { store, cache, model }
}

test('the second load comes from the cache alone', async () => {
  const { cache } = await filledCache()
  const result = await load({}, { cache })
  isRight(result)
  isMonotone(result.progress)
  assert.deepEqual(result.log, [])
  assert.deepEqual(result.origins, ['cache', 'cache', 'cache'])
  assert.ok(result.progress.every(({ source }) => source === 'cache'))
})

for (const [what, spoil] of Object.entries({
  flipped: (bytes) => { bytes[3] ^= 1; return bytes },
  shorter: (bytes) => bytes.subarray(1),
  'longer and wrong': (bytes) => Buffer.concat([Buffer.of(~bytes[0]), bytes]),
  empty: () => new Uint8Array(),
  html: () => Buffer.from(html)
})) {
  test(`a cached shard that is ${what} is evicted and fetched`, async () => {
    const { cache, store, model } = await filledCache()
    const key = cacheKey(manifest.shards[1])
    store.entries.set(key, spoil(store.entries.get(key)))
    const result = await load({}, { cache })
    isRight(result)
    isMonotone(result.progress)
    assert.deepEqual(result.log, ['/m/shard1.bin'])
    assert.equal(await cache.commit(model), true)
    assert.deepEqual(Buffer.from(store.entries.get(key)), Buffer.from(middle))
  })
}

test('what cannot be taken is not thrown out of the cache', async () => {
  const { cache, store } = await filledCache()
  const before = [...store.entries.keys()]
  const take = async () => { throw new BertweetError('internal', 'the worker died') }
  await assert.rejects(readShards(await modelAt(), { ...makeFetch(served), cache, take }), { code: 'internal' })
  assert.deepEqual([...store.entries.keys()], before)
})

test('a cache that fails everywhere is no cache', async () => {
  const broken = async () => { throw new DOMException('full', 'QuotaExceededError') }
  const cache = await openCache({ match: broken, put: broken, delete: broken })
  const model = await modelAt()
  isRight(await load({}, { cache, model }))
  assert.equal(await cache.commit(model), false)
  assert.match(cache.reason, /QuotaExceededError: full/)
})

test('a cache that takes only some shards: they are not fetched again', async () => {
  const store = makeCache()
  const { put } = store
  store.put = async (key, response) => {
    if (key === cacheKey(manifest.shards[0])) throw new DOMException('full', 'QuotaExceededError')
    return put(key, response)
  }
  const cache = await openCache(store)
  const model = await modelAt()
  await load({}, { cache, model })
  assert.equal(await cache.commit(model), false)
  assert.match(cache.reason, /QuotaExceededError/)
  assert.equal(await cache.record(model.id), undefined)
  store.put = put
  assert.deepEqual((await load({}, { cache, model })).log, ['/m/shard0.bin'])
  assert.equal(await cache.commit(model), true)
  assert.equal(cache.reason, null)
})

test('a slow cache is not waited for', async () => {
  const store = makeCache()
  let release
  const gate = new Promise((resolve) => { release = resolve })
  const { put } = store
  store.put = async (key, response) => {
    await gate
    return put(key, response)
  }
  const cache = await openCache(store)
  const model = await modelAt()
  isRight(await load({}, { cache, model }))
  assert.equal(store.entries.size, 0)
  release()
  assert.equal(await cache.commit(model), true)
})

/** Loads with a taker that can be asked for shards again; notes what is recalled, and how much has been taken then. */
async function loadRecalling(cache, answers = {}, options = {}) {
  const image = new Uint8Array(manifest.image.bytes)
  const taken = []
  const recalled = []
  let rest
  const loading = load(answers, {
    cache,
    take: taking(({ shard, bytes }) => {
      image.set(bytes, shard.offset)
      taken.push(shard.file)
    }),
    async recall({ file, offset }, bytes) {
      recalled.push([file, taken.length])
      if (options.isLost) throw new Error('the worker has ended')
      bytes.set(image.subarray(offset, offset + bytes.length))
      return bytes
    },
    onRest: (stored) => { rest = stored }
  })
  const { error } = await loading.then(() => ({}), (error) => ({ error }))
  await rest
  return { recalled, error }
}

const FILES = manifest.shards.map(({ file }) => file)

/** A clock that does not go is that of a fast link; one that jumps with each look that of a slow one. */
const setClock = (t, step) => {
  let now = 0
  t.mock.method(performance, 'now', () => now += step)
}

test('what comes over a fast link is stored at the end, of the bytes that were taken', async (t) => {
  setClock(t, 0)
  const store = makeCache()
  const cache = await openCache(store)
  const model = await modelAt()
  const { recalled, error } = await loadRecalling(cache)
  assert.equal(error, undefined)
  assert.deepEqual(recalled.sort(), FILES.map((file) => [file, 3]))
  for (const shard of manifest.shards) {
    assert.deepEqual(Buffer.from(store.entries.get(cacheKey(shard))), Buffer.from(files[shard.file]))
  }
  assert.equal(await cache.commit(model), true)
  assert.deepEqual((await load({}, { cache })).log, [])
})

test('what comes over a slow link is stored as it comes', async (t) => {
  setClock(t, 1000)
  const store = makeCache()
  const cache = await openCache(store)
  const { recalled } = await loadRecalling(cache)
  assert.equal(await cache.commit(await modelAt()), true)
  assert.deepEqual(recalled, [])
})

test('a load over a fast link that fails stores what it has', async (t) => {
  setClock(t, 0)
  const cache = await openCache(makeCache())
  const { recalled, error } = await loadRecalling(cache, { '/m/shard2.bin': () => new Response('', { status: 404 }) })
  assert.deepEqual([error.code, recalled.map(([file]) => file).sort()], ['network', FILES.slice(0, 2)])
  assert.deepEqual((await load({}, { cache })).log, ['/m/shard2.bin'])
})

test('what cannot be asked for again is not stored, and the cache stays good', async (t) => {
  setClock(t, 0)
  const store = makeCache()
  const cache = await openCache(store)
  const { error } = await loadRecalling(cache, {}, { isLost: true })
  assert.deepEqual([error, store.entries.size], [undefined, 0])
  assert.equal(await cache.commit(await modelAt()), false)
  await load({}, { cache })
  assert.equal(await cache.commit(await modelAt()), true)
})

test('a version that is replaced goes when the new one is complete, but for what is still used', async () => {
  const { store, cache } = await filledCache()
  const { manifest: next, files: nextFiles } = await makeModel([1000, 1700])
  assert.equal(next.shards[0].sha256, manifest.shards[0].sha256)
  const { fetch } = makeFetch({ '/m/manifest.json': JSON.stringify(next) })
  const model = await readModel('http://a.test/m/manifest.json', { fetch, sha256, cache })
  const { fetch: fetchShards } = makeFetch(Object.fromEntries(Object.entries(nextFiles)
    .map(([name, bytes]) => [`/m/${name}`, bytes])))
  const hold = []
  const take = taking(() => { hold.push(...manifest.shards.map((shard) => store.entries.has(cacheKey(shard)))) })
  await readShards(model, { fetch: fetchShards, cache, take })
  assert.ok(hold.every(Boolean))
  assert.equal(await cache.commit(model), true)
  const expected = [...next.shards.map(cacheKey), `https://bertweet-wasm.invalid/model?${encodeURIComponent(model.id)}`]
  assert.deepEqual([...store.entries.keys()].sort(), expected.sort())
})

test('a shard that another model\'s record names stays, where the cache can list its keys', async () => {
  const { store, cache, model } = await filledCache()
  store.keys = async () => [...store.entries.keys()].map((url) => ({ url }))
  const other = { ...model, id: 'http://b.test/manifest.json' }
  assert.equal(await cache.commit(other), true)
  const next = { ...manifest, shards: manifest.shards.slice(0, 1) }
  assert.equal(await cache.commit({ id: model.id, manifest: next, text: JSON.stringify(next) }), true)
  assert.ok(manifest.shards.every((shard) => store.entries.has(cacheKey(shard))))
  assert.equal(await cache.commit({ id: other.id, manifest: next, text: JSON.stringify(next) }), true)
  assert.deepEqual(manifest.shards.map((shard) => store.entries.has(cacheKey(shard))), [true, false, false])
})
