/**
 * Manifests from a host that means ill: refused field by field, in bounded memory, and nobody else is asked for
 * anything.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import { createClassifier, downloadSize } from '../../js/index.js'
import { parseManifest, readModel } from '../../js/manifest.js'
import { makeFetch, makeModel, sha256 } from './fake-model.js'
import { deep, refusesEach } from './hostile.js'
import { makeTinyModel } from './tiny-model.js'

const { manifest } = await makeModel()
const text = JSON.stringify(manifest)
const HUGE = 2 ** 53 - 1

/** The manifest with a field at a path replaced. */
function withField(path, value) {
  const changed = structuredClone(manifest)
  const names = path.split('.')
  const last = names.pop()
  names.reduce((object, name) => object[name], changed)[last] = value
  return JSON.stringify(changed)
}
const shard = (field, value) => withField(`shards.1.${field}`, value)
const int4 = (bytes) => shard('encoding', 'int4').replace('"bytes":2000', `"bytes":${bytes}`)
const many = (count) => JSON.stringify({ ...manifest, image: { bytes: count, resident: count }, bytes: count,
  shards: Array.from({ length: count }, (_, offset) => ({ ...manifest.shards[0], file: `${offset}`, bytes: 1, size: 1,
    offset })) })

refusesEach('a manifest', [
  ['nothing', '', 'format', /not JSON/],
  ['half of itself', text.slice(0, 400), 'format', /not JSON: Unterm|not JSON: Expected|not JSON: Unexp/],
  ['a page', '<html>', 'format', /web page/],
  ['null', 'null', 'format', /"format" is missing/],
  ['a version as text', withField('version', '1'), 'format', /version "1"/],
  ['version 2', withField('version', 2), 'format', /version 2 .*Update/],
  ['a version without end', text.replace('"version":1', `"version":${deep()}`), 'format', /version something/],
  ['a name without end', text.replace('"fake"', deep()), 'model', /"name" .*no plain object/],
  ['a name of an object', withField('name', { toString: 'x' }), 'model', /"name"/],
  ['a license without summary', withField('license', { id: 'mit', summary: 5 }), 'model', /"license"/],
  ['a config of nothing', withField('config', []), 'model', /"config"/],
  ['a config whose sizes are inherited', text.replace('"config":{', '"config":{"__proto__":{').replace('1}', '1}}'),
    'model', /"config".*__proto__/],
  ['a size of 2^53', withField('config.hidden_size', 2 ** 53), 'model', /"config".*9007199254740992/],
  ['a negative size', withField('config.vocab_size', -1), 'model', /"config"/],
  ['a fractional size', withField('config.num_hidden_layers', 0.5), 'model', /"config"/],
  ['an infinite size', text.replace('"hidden_size":16', '"hidden_size":1e999'), 'model',
    /"config".*"hidden_size":null/],
  ['no labels', withField('labels', []), 'model', /"labels".*\[\]/],
  ['labels without end', text.replace('["NEG","NEU","POS"]', deep()), 'model', /"labels".*no plain object/],
  ['a label twice', withField('labels', ['A', 'A', 'B']), 'model', /"labels".*"A","A"/],
  ['a label of an object', withField('labels', [{}, 'A']), 'model', /"labels".*\{\}/],
  ['labels like a list', withField('labels', { length: 3 }), 'model', /"labels".*length/],
  ['another problem', withField('problemType', '__proto__'), 'model', /"problemType"/],
  ['thresholds for others', withField('thresholds', [0.5]), 'model', /"thresholds".*\[0.5\]/],
  ['a threshold over 1', withField('thresholds', [0, 1, 1.0001]), 'model', /"thresholds".*1.0001/],
  ['a threshold of nothing', text.replace('"thresholds":null', '"thresholds":[0,1,null]'), 'model', /\[0,1,null\]/],
  ['a temperature of 0', withField('temperature', 0), 'model', /"temperature".*found 0\./],
  ['a temperature below 0', withField('temperature', -1), 'model', /"temperature".*found -1/],
  ['a temperature that 32 bits round to 0', withField('temperature', 1e-300), 'model', /"temperature".*1e-300/],
  ['a temperature that 32 bits round to infinity', withField('temperature', 1e300), 'model', /"temperature".*1e\+300/],
  ['an unknown mode', withField('preprocess', 'constructor'), 'model', /"preprocess".*constructor/],
  ['a token', withField('maxTokens', 1), 'model', /"maxTokens".*found 1\./],
  ['more tokens than positions', withField('maxTokens', 129), 'model', /"maxTokens".*129/],
  ['half a token', withField('maxTokens', 2.5), 'model', /"maxTokens".*2.5/],
  ['an image of nothing', withField('image', null), 'model', /"image".*null/],
  ['an image of 0 bytes', withField('image.bytes', 0), 'model', /"image".*"bytes":0/],
  ['an image below 0', withField('image.bytes', -64), 'model', /"image".*-64/],
  ['an image that WebAssembly cannot hold', withField('image.bytes', 2 ** 32), 'model', /"image".*4294967296/],
  ['an image of 2^53', withField('image.bytes', HUGE), 'model', /"image".*9007199254740991/],
  ['a resident part of more than all', withField('image.resident', 3501), 'model', /"image".*3501/],
  ['a resident part of nothing', withField('image.resident', 0), 'model', /"image".*"resident":0/],
  ['another sum of bytes', withField('bytes', 3499), 'model', /"bytes" says 3499/],
  ['bytes as text', withField('bytes', '3500'), 'model', /"bytes" must be/],
  ['an image its shards do not fill', withField('image', { bytes: 3501, resident: 1 }), 'model', /expected 3501/],
  ['no shards', withField('shards', []), 'model', /"shards".*\[\]/],
  ['shards like a list', withField('shards', { 0: {}, length: 1 }), 'model', /"shards".*"length":1/],
  ['a shard of nothing', withField('shards.1', null), 'model', /"shards" must be/],
  ['10,000 shards', many(10_000), 'model', /at most 4096/],
  ['a name that climbs', shard('file', '../../secret'), 'model', /secret": bad name/],
  ['a name from the root', shard('file', '/etc/passwd'), 'model', /passwd": bad name/],
  ['a name in a folder', shard('file', 'a/b'), 'model', /a\/b": bad name/],
  ['a name of another host', shard('file', 'https://evil.test/x'), 'model', /evil\.test\/x": bad name/],
  ['a name of another host, short', shard('file', '//evil.test/y'), 'model', /evil\.test\/y": bad name/],
  ['a name with a scheme', shard('file', 'data:,x'), 'model', /data:,x": bad name/],
  ['a name that runs', shard('file', 'javascript:alert(1)'), 'model', /alert.*bad name/],
  ['a name with a backslash', shard('file', '..\\x'), 'model', /\\\\x": bad name/],
  ['a name that hides a slash', shard('file', '%2e%2e%2fx'), 'model', /%2fx": bad name/],
  ['a name with a query', shard('file', 'x?y'), 'model', /x\?y": bad name/],
  ['a name with a fragment', shard('file', 'x#y'), 'model', /x#y": bad name/],
  ['a name with NUL', shard('file', 'x\0y'), 'model', /x\\u0000y": bad name/],
  ['a name with a line feed', shard('file', 'x\n'), 'model', /x\\n": bad name/],
  ['a name that looks like another', shard('file', 'ѕhard'), 'model', /ѕhard": bad name/],
  ['a name of two dots', shard('file', '..'), 'model', /"\.\.": bad name/],
  ['no name', shard('file', ''), 'model', /"": bad name/],
  ['a name of 256 letters', shard('file', 'x'.repeat(256)), 'model', /x\.\.\.: bad name/],
  ['a name of a list', shard('file', ['shard']), 'model', /\["shard"\]: bad name/],
  ['a shard named without end', text.replace('"shard1.bin"', deep()), 'model', /no plain object: bad name/],
  ['a name twice', shard('file', 'shard0.bin'), 'model', /"shard0.bin": named twice/],
  ['a hash of nothing', shard('sha256', null), 'model', /"sha256" must be/],
  ['an encoding of Object', shard('encoding', 'constructor'), 'format', /"constructor" is not known/],
  ['an encoding without end', text.replace('"raw","offset":1000', `${deep()},"offset":1000`), 'format',
    /encoding some/],
  ['a shard of 0 bytes', shard('bytes', 0), 'model', /"bytes" is 0/],
  ['a shard below 0', shard('bytes', -2000), 'model', /"bytes" is -2000/],
  ['a shard of half a byte', shard('bytes', 0.5), 'model', /"bytes" is 0.5/],
  ['a raw shard that grows', shard('size', 2001), 'model', /"size" 2001/],
  ['a size of infinity', text.replace('"size":2000', '"size":1e999'), 'model', /"size" null/],
  ['a shard larger than a page should hold', int4(2 ** 26 + 1), 'model', /67108865, at most 67108864/],
  ['a shard of 2^53 bytes', int4(HUGE), 'model', /9007199254740991, at most/],
  ['a gap', shard('offset', 1001), 'model', /"offset" is 1001, expected 1000/],
  ['an overlap', shard('offset', 999), 'model', /"offset" is 999/],
  ['an offset below 0', shard('offset', -1000), 'model', /"offset" is -1000/],
  ['an offset as text', shard('offset', '1000'), 'model', /"offset" is "1000"/]
], (value) => parseManifest(value, 'here'))

test('keys that name every object\'s prototype change no object', () => {
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    const changed = text.replace('{', `{"${key}":{"polluted":true,"labels":["x"]},`)
    assert.deepEqual(parseManifest(changed, 'here').labels, manifest.labels)
    assert.equal({}.polluted, undefined)
  }
})

test('labels may be called as anything, and scores have them', async () => {
  const { manifest, files } = await makeTinyModel()
  const labels = ['__proto__', 'constructor', 'toString']
  const classifier = await createClassifier({ model: { manifest: { ...manifest, labels }, files }, worker: false })
  const { scores, label } = await classifier.classify('which one')
  assert.deepEqual(Object.keys(scores), labels)
  assert.ok(labels.includes(label))
  assert.equal(Object.getPrototypeOf(scores), Object.prototype)
  await classifier.dispose()
})

test('no address is asked for but the manifest and, beside it, its shards', async () => {
  const evil = 'https://evil.test/'
  const { manifest, files } = await makeTinyModel()
  const changed = { ...manifest, name: evil, url: evil, base: evil, $schema: evil, mirrors: [evil],
    source: { repository: evil, revision: evil, files: { [evil]: { url: evil } } },
    license: { id: evil, summary: evil, text: evil, url: evil },
    shards: manifest.shards.map((entry) => ({ ...entry, url: evil, href: evil, mirrors: [evil] })) }
  const contents = { ...files, 'manifest.json': JSON.stringify(changed) }
  const served = Object.fromEntries(Object.entries(contents).map(([name, bytes]) => [`/m/${name}`, bytes]))
  const asked = new Set()
  const { fetch } = makeFetch(served)
  const watched = (url, init) => {
    asked.add(String(url))
    return fetch(url, init)
  }
  const model = 'http://host.test/m/manifest.json'
  const classifier = await createClassifier({ model, fetch: watched, worker: false })
  await classifier.classify('hello')
  await classifier.selfTest().catch(() => {})
  await classifier.dispose()
  const names = ['manifest.json', ...manifest.shards.map(({ file }) => file)]
  assert.deepEqual([...asked].sort(), names.map((name) => `http://host.test/m/${name}`).sort())
})

test('a self-test of what is no text or no ids is the model\'s fault', async () => {
  const { manifest, files } = await makeTinyModel()
  const [first] = manifest.selfTest.texts
  const change = (texts) => ({ ...manifest, selfTest: { ...manifest.selfTest, texts } })
  const wrong = [[{ ...first, ids: [0, manifest.config.vocab_size] }], [{ ...first, ids: [0, -1] }],
    [{ ...first, ids: [0, 0.5] }], [{ ...first, ids: [] }], [{ ...first, ids: Array(manifest.maxTokens + 1).fill(0) }],
    [{ ...first, text: 'x'.repeat(32769) }], [{ ...first, text: null }], [{ ...first, scores: [1e999] }],
    [null], [], Array(1025).fill(first)]
  for (const texts of wrong) {
    const classifier = await createClassifier({ model: { manifest: change(texts), files }, worker: false })
    await assert.rejects(classifier.selfTest(), { code: 'model', message: /has no self-test/ })
    await classifier.dispose()
  }
})

test('a folder with a hostile manifest: the manifest\'s error, and no file of another name is opened', async () => {
  const cases = [['"shards":[null]', 'model'], ['"shards":[{"file":"../secret"}]', 'model'],
    [`"shards":[{"file":"__proto__"}]`, 'model'], [`"shards":${deep()}`, 'model'], ['"format":"other"', 'format']]
  for (const [change, code] of cases) {
    const changed = `${text.slice(0, -1)},${change}}`
    const opened = []
    const folder = { kind: 'directory', name: 'folder', async getFileHandle(name) {
      opened.push(name)
      return { getFile: async () => new File([changed], name) }
    } }
    await assert.rejects(createClassifier({ model: folder, worker: false }), { code }, change)
    assert.deepEqual(opened, ['manifest.json'])
  }
  const huge = { size: 2 ** 31, text: () => assert.fail('read whole'), stream: () => new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1 << 20).fill(0x20))
  }) }
  Object.setPrototypeOf(huge, Blob.prototype)
  const folder = { kind: 'directory', name: 'folder', getFileHandle: async () => ({ getFile: async () => huge }) }
  await assert.rejects(createClassifier({ model: folder, worker: false }), { code: 'format', message: /16777216/ })
})

test('a manifest without end is given up after 16 MB', async () => {
  let sent = 0
  const endless = () => new Response(new ReadableStream({
    pull(controller) {
      sent += 1 << 20
      controller.enqueue(new Uint8Array(1 << 20).fill(0x20))
    }
  }))
  const { fetch } = makeFetch({}, { '/m.json': endless })
  await assert.rejects(readModel('http://host.test/m.json', { fetch, sha256 }), { code: 'format', message: /16777216/ })
  assert.ok(sent <= 20 << 20, `${sent} bytes were read`)
})

test('a shard without end is given up at the length that the manifest gives', async () => {
  let sent = 0
  const endless = () => new Response(new ReadableStream({
    pull(controller) {
      sent += 65536
      controller.enqueue(new Uint8Array(65536))
    }
  }))
  const { fetch } = makeFetch({ '/m.json': text }, { '/shard0.bin': endless, '/shard1.bin': endless,
    '/shard2.bin': endless })
  await assert.rejects(createClassifier({ model: 'http://host.test/m.json', fetch, worker: false }),
    { code: 'integrity', message: /longer than the \d+ bytes/ })
  assert.ok(sent < 4 << 20, `${sent} bytes were read`)
})

test('what downloadSize says of a hostile manifest is an error too', async () => {
  const { fetch } = makeFetch({ '/m.json': text.replace('"fake"', deep()) })
  await assert.rejects(downloadSize('http://host.test/m.json', { fetch, cache: false }), { code: 'model' })
})
