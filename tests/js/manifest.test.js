import assert from 'node:assert/strict'
import test from 'node:test'
import { parseManifest, readModel } from '../../js/manifest.js'
import { makeFetch, makeModel, sha256 } from './fake-model.js'

const { manifest, files } = await makeModel()
const clone = () => structuredClone(manifest)

test('a right manifest is taken as text and as an object', () => {
  assert.deepEqual(parseManifest(JSON.stringify(manifest), 'here'), manifest)
  assert.deepEqual(parseManifest(clone(), 'here'), manifest)
})

const format = [
  ['another file', { format: 'something' }],
  ['no object', null],
  ['a newer version', { version: 2 }],
  ['an older version', { version: 0 }]
]
for (const [what, change] of format) {
  test(`format error: ${what}`, () => {
    const changed = change && { ...clone(), ...change }
    assert.throws(() => parseManifest(changed, 'here'), { code: 'format', url: 'here' })
  })
}

test('a web page, broken JSON and an unknown encoding are format errors that say so', () => {
  assert.throws(() => parseManifest('\n<!DOCTYPE html><title>x', 'here'), { code: 'format', message: /web page/ })
  assert.throws(() => parseManifest('{"format": "bertweet-w', 'here'), { code: 'format', message: /not JSON/ })
  const changed = clone()
  changed.shards[1].encoding = 'int2'
  assert.throws(() => parseManifest(changed, 'here'), { code: 'format', message: /int2.*Update/ })
})

test('shards in either encoding; only int4 may differ in size from the piece of the image it becomes', () => {
  const [, shard] = clone().shards
  const changed = clone()
  changed.shards[1] = { ...shard, encoding: 'int4', bytes: shard.bytes - 1 }
  changed.bytes -= 1
  assert.equal(parseManifest(changed, 'here').shards[1].encoding, 'int4')
  changed.shards[1].encoding = 'raw'
  assert.throws(() => parseManifest(changed, 'here'), { code: 'model', message: /"bytes"/ })
})

const fields = {
  name: [undefined, 5],
  license: [undefined, null, 'mit', { id: 'mit' }],
  config: [undefined, {}, { ...manifest.config, hidden_size: 0 }, { ...manifest.config, vocab_size: 1.5 }],
  labels: [undefined, [], ['NEG', 'NEG'], ['NEG', 3], 'NEG'],
  problemType: [undefined, 'regression'],
  thresholds: [undefined, [0.5], [0.5, 0.5, 2], [0.5, 0.5, '1']],
  temperature: [undefined, 0, -1, '1', NaN],
  preprocess: [undefined, 'lower'],
  maxTokens: [undefined, 1, 129, 12.5],
  image: [undefined, {}, { bytes: 3500, resident: 3501 }, { bytes: 2 ** 33, resident: 1 }, { bytes: -1, resident: -1 }],
  bytes: [undefined, 3499, 3501, '3500'],
  shards: [undefined, [], {}, [null]]
}
for (const [field, values] of Object.entries(fields)) {
  test(`each wrong ${field} is refused by name`, () => {
    for (const value of values) {
      const changed = { ...clone(), [field]: value }
      assert.throws(() => parseManifest(changed, 'here'), { code: 'model', message: new RegExp(field) }, String(value))
    }
  })
}

const shards = {
  file: ['../x.bin', '/x.bin', 'a/b.bin', 'https://evil.example/x.bin', '//evil.example/x', '.hidden', '', 'a\\b',
    '%2e%2e', 'shard0.bin?x', null],
  bytes: [0, -1, 1999, 2 ** 53],
  sha256: ['', 'abc', 'G'.repeat(64), 'A'.repeat(64), null],
  size: [2001, 0],
  offset: [0, 999, 1001, '1000']
}
for (const [field, values] of Object.entries(shards)) {
  test(`each wrong ${field} of a shard is refused`, () => {
    for (const value of values) {
      const changed = clone()
      changed.shards[1][field] = value
      assert.throws(() => parseManifest(changed, 'here'), { code: 'model' }, String(value))
    }
  })
}

test('shards named twice, gaps and sums that do not add up are refused', () => {
  const twice = clone()
  twice.shards[2].file = twice.shards[0].file
  assert.throws(() => parseManifest(twice, 'here'), { code: 'model', message: /named twice/ })
  const short = clone()
  short.shards.pop()
  assert.throws(() => parseManifest(short, 'here'), { code: 'model', message: /add up to 3000/ })
})

const entries = Object.entries({ ...files, 'manifest.json': JSON.stringify(manifest) })
const folder = (base) => Object.fromEntries(entries.map(([name, bytes]) => [base + name, bytes]))

test('from a URL, shards stand beside the manifest', async () => {
  const { fetch } = makeFetch(folder('/m/'))
  for (const option of ['http://a.test/m/manifest.json', new URL('http://a.test/m/manifest.json')]) {
    const model = await readModel(option, { fetch, sha256 })
    assert.equal(model.url, 'http://a.test/m/manifest.json')
    assert.deepEqual(model.sourcesOf(manifest.shards[1]).map(String), ['http://a.test/m/shard1.bin'])
  }
})

test('from mirrors: the first that answers is first for the shards, and the next good one stays first', async () => {
  const { fetch, log } = makeFetch(folder('/two/'))
  const urls = ['http://a.test/one/manifest.json', 'http://a.test/two/manifest.json', 'http://b.test/two/manifest.json']
  const model = await readModel(urls, { fetch, sha256 })
  const [shard] = model.manifest.shards
  assert.deepEqual(log, ['/one/manifest.json', '/two/manifest.json'])
  const places = () => model.sourcesOf(shard).map((url) => url.href.slice(7, -'/shard0.bin'.length))
  assert.deepEqual(places(), ['a.test/two', 'a.test/one', 'b.test/two'])
  model.prefer(shard, model.sourcesOf(shard)[2])
  assert.deepEqual(places(), ['b.test/two', 'a.test/two', 'a.test/one'])
})

test('when no mirror has it, the first one\'s error is thrown', async () => {
  const { fetch } = makeFetch({})
  const urls = ['http://a.test/one.json', 'http://b.test/two.json']
  const expected = { code: 'network', status: 404, url: 'http://a.test/one.json' }
  await assert.rejects(readModel(urls, { fetch, sha256 }), expected)
})

test('integrity pins the manifest, in hex and as in HTML', async () => {
  const { fetch } = makeFetch(folder('/m/'))
  const url = 'http://a.test/m/manifest.json'
  const hex = await sha256(JSON.stringify(manifest))
  const base64 = Buffer.from(hex, 'hex').toString('base64')
  assert.equal((await readModel({ url, integrity: hex }, { fetch, sha256 })).manifest.name, 'fake')
  assert.equal((await readModel({ url, integrity: `sha256-${base64}` }, { fetch, sha256 })).manifest.name, 'fake')
  const other = hex.replace(/^./, (digit) => digit === '0' ? '1' : '0')
  await assert.rejects(readModel({ url, integrity: other }, { fetch, sha256 }), { code: 'integrity', url })
  await assert.rejects(readModel({ url, integrity: 'md5-x' }, { fetch, sha256 }), { code: 'input' })
})

test('a pin under another name is refused, and not taken for none', async () => {
  const { fetch } = makeFetch(folder('/m/'))
  const option = { url: 'http://a.test/m/manifest.json', integrty: '0'.repeat(64) }
  await assert.rejects(readModel(option, { fetch, sha256 }), { code: 'input', message: /no option integrty/ })
})

test('what can be no file is refused before it is read', async () => {
  const { shards: [{ file }] } = manifest
  for (const wrong of [8e9, null, undefined, true, [1, 2]]) {
    await assert.rejects(readModel({ manifest, files: { ...files, [file]: wrong } }, { sha256 }),
      { code: 'input', shard: file })
  }
})

test('from memory: objects, text and Blobs; a missing file is named', async () => {
  for (const given of [manifest, JSON.stringify(manifest), new Blob([JSON.stringify(manifest)])]) {
    const model = await readModel({ manifest: given, files }, { sha256 })
    assert.equal(model.sourcesOf(manifest.shards[0])[0], files['shard0.bin'])
  }
  const { 'shard1.bin': _, ...others } = files
  await assert.rejects(readModel({ manifest, files: others }, { sha256 }), { code: 'input', shard: 'shard1.bin' })
})

test('what is no model is refused with the ways to give one', async () => {
  for (const option of [5, {}, [], { manifest }, { url: '' }]) {
    await assert.rejects(readModel(option, { sha256 }), { code: 'input' }, JSON.stringify(option))
  }
})

test('HTML with status 200, 404 and no network each have their own error', async () => {
  const html = () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
  const lost = () => { throw new TypeError('fetch failed') }
  const { fetch } = makeFetch({}, { '/html.json': html, '/lost.json': lost })
  const read = (path) => readModel(`http://a.test${path}`, { fetch, sha256 })
  await assert.rejects(read('/html.json'), { code: 'format', message: /web page/, url: 'http://a.test/html.json' })
  await assert.rejects(read('/none.json'), { code: 'network', status: 404 })
  await assert.rejects(read('/lost.json'), { code: 'network', message: /online/, url: 'http://a.test/lost.json' })
})
