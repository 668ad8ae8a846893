import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { openCheckpoint } from '../../js/convert/checkpoint.js'
import { downloadCheckpoint, HUB_ENDPOINT, parseHubId } from '../../js/convert/hub.js'
import { openDirectory } from '../../js/convert/node-files.js'
import { cacheFolder, openStore } from '../../js/convert/node-store.js'
import { closeAll, COMMIT, mockHub, whenClosed } from './mock-hub.js'

after(closeAll)

/** Downloads into a cache folder that is gone after the test. */
async function download(hub, options = {}) {
  const cache = options.cache ?? await mkdtemp(join(tmpdir(), 'hub-'))
  whenClosed(() => rm(cache, { recursive: true, force: true }))
  const sleeps = []
  const result = await downloadCheckpoint({
    repository: 'someone/model', endpoint: hub.endpoint,
    openStore: (repository, version) => openStore(cache, repository, version),
    sleep: async (ms) => { sleeps.push(ms) },
    ...options,
  }).catch((error) => { throw Object.assign(error, { sleeps, cache }) })
  return { ...result, cache, sleeps }
}

const failure = (hub, options) => download(hub, options).then(() => assert.fail('downloaded'), (error) => error)
const paths = (hub) => hub.log.map(({ path }) => path)
const status = (code, headers = {}) => (response) => response.writeHead(code, headers).end('no')

test('ids', () => {
  assert.deepEqual(parseHubId('a/b'), { repository: 'a/b', revision: 'main' })
  assert.deepEqual(parseHubId('a-b/c.d_e@v1.0'), { repository: 'a-b/c.d_e', revision: 'v1.0' })
  assert.deepEqual(parseHubId('a/b@refs/pr/1'), { repository: 'a/b', revision: 'refs/pr/1' })
  for (const text of ['', 'a', './a/b', '../b', '/a/b', 'a/b/c', 'a/..', 'a/b@', 'a b/c', 'https://a/b']) {
    assert.equal(parseHubId(text), null, text)
  }
})

test('the cache folder', () => {
  assert.equal(cacheFolder({ BERTWEET_CACHE: 'x', XDG_CACHE_HOME: 'y' }), 'x')
  assert.equal(cacheFolder({ XDG_CACHE_HOME: 'y' }), join('y', 'bertweet-wasm'))
  // What a mirror gave is not the Hub's, nor another mirror's.
  const ofMirror = (endpoint) => cacheFolder({ BERTWEET_CACHE: 'x' }, endpoint)
  assert.equal(ofMirror(HUB_ENDPOINT), 'x')
  assert.equal(ofMirror('https://a.test/hub'), join('x', 'mirrors', 'https_a_test_hub'))
  assert.equal(ofMirror('https://../..'), join('x', 'mirrors', 'https_'))
})

test('all files arrive, from one commit, and make a checkpoint', async () => {
  const hub = await mockHub({ changes: { 'README.md': 'card', 'added_tokens.json': '{"<mask>": 11}' } })
  const progress = []
  const { store, commit, sleeps } = await download(hub, { revision: 'v1', onProgress: (event) => progress.push(event) })
  assert.equal(commit, COMMIT)
  assert.deepEqual(sleeps, [])
  assert.equal(paths(hub)[0], '/someone/model/resolve/v1/config.json')
  assert.ok(hub.log.slice(1).filter(({ host }) => host === 'hub')
    .every(({ path }) => path.startsWith(`/someone/model/resolve/${COMMIT}/`)))
  for (const [name, content] of Object.entries(hub.contents)) {
    assert.deepEqual(new Uint8Array(await readFile(join(store.directory, name))), content)
  }
  const files = await openDirectory(store.directory)
  const checkpoint = await openCheckpoint(files)
  assert.equal(checkpoint.readme, 'card')
  await files.close()
  const weights = progress.filter(({ file }) => file === 'model.safetensors').at(-1)
  assert.deepEqual(weights, { file: 'model.safetensors', loaded: hub.contents['model.safetensors'].length,
    total: hub.contents['model.safetensors'].length, source: 'network' })
})

test('a revision with a slash is one part of the path', async () => {
  const hub = await mockHub()
  await download(hub, { revision: 'refs/pr/1' })
  assert.equal(hub.log[0].path, '/someone/model/resolve/refs%2Fpr%2F1/config.json')
})

test('shards named by an index, of safetensors and of torch', async () => {
  const { contents } = await mockHub()
  const weights = contents['model.safetensors']
  const index = (file) => JSON.stringify({ weight_map: { a: `${file}-1`, b: `${file}-2`, c: `${file}-1` } })
  for (const name of ['model.safetensors.index.json', 'pytorch_model.bin.index.json']) {
    const hub = await mockHub({ changes: { 'model.safetensors': null, [name]: index('part'), 'part-1': weights,
      'part-2': weights } })
    const { store } = await download(hub)
    assert.ok(await store.has('part-1') && await store.has('part-2') && await store.has(name))
  }
  const hostile = await mockHub({ changes: { 'model.safetensors': null,
    'model.safetensors.index.json': JSON.stringify({ weight_map: { a: '../../x' } }) } })
  const error = await failure(hostile)
  assert.equal(error.code, 'model')
  assert.match(error.message, /names of files beside it, found "\.\.\/\.\.\/x"/)
})

test('files that were fetched are not fetched again, and a known commit needs no question', async () => {
  const hub = await mockHub({ faults: { 'bpe.codes': [status(403)] } })
  const { cache } = await failure(hub)
  const asked = hub.log.length
  await download(hub, { cache })
  const again = hub.log.slice(asked).map(({ path }) => path.split('/').at(-1))
  assert.ok(!again.includes('model.safetensors') && !again.includes('vocab.txt'), again.join())
  assert.ok(again.includes('config.json') && again.includes('bpe.codes'))

  const before = hub.log.length
  await download(hub, { cache, revision: COMMIT })
  assert.ok(!hub.log.slice(before).some(({ path }) => path.endsWith('/config.json')))
})

test('a mirror that names no commit is asked for everything again', async () => {
  const hub = await mockHub({ commit: null })
  const { cache, commit } = await download(hub)
  assert.equal(commit, null)
  const asked = hub.log.length
  await download(hub, { cache })
  assert.equal(hub.log.length, 2 * asked)
})

test('the token goes to the Hub and not to the content network', async () => {
  const hub = await mockHub()
  await download(hub, { token: 'secret' })
  const sent = (host) =>
    new Set(hub.log.filter((entry) => entry.host === host).map(({ authorization }) => authorization))
  assert.deepEqual(sent('hub'), new Set(['Bearer secret']))
  assert.deepEqual(sent('network'), new Set([undefined]))
})

test('gated repositories: advice with and without token', async () => {
  const gated = () => mockHub({ faults: { 'config.json': [status(401), status(403)] } })
  const hub = await gated()
  const error = await failure(hub)
  assert.equal(error.code, 'network')
  assert.match(error.message, /HTTP 401.*gated or private, or does not exist.*set HF_TOKEN/)
  assert.match((await failure(hub, { token: 'x' })).message, /HTTP 403.*HF_TOKEN does not allow it/)
  assert.deepEqual(error.sleeps, [])
})

test('what is not there', async () => {
  const nothing = await failure(await mockHub({ changes: { 'config.json': null } }))
  assert.equal(nothing.code, 'network')
  assert.match(nothing.message, /someone\/model@main has no file config\.json \(HTTP 404\)/)
  const noWeights = await failure(await mockHub({ changes: { 'model.safetensors': null } }))
  assert.equal(noWeights.code, 'model')
  assert.match(noWeights.message, /no weights that can be read: expected model\.safetensors or/)
  const noCodes = await failure(await mockHub({ changes: { 'bpe.codes': null } }))
  assert.match(noCodes.message, /no file bpe\.codes/)
})

test('failures that pass are waited for, longer each time, as long as the server asks', async () => {
  const hub = await mockHub({ faults: {
    'config.json': [status(500), (response) => response.destroy(), status(503)],
    'vocab.txt': [status(429, { 'retry-after': '7' })],
  } })
  const { sleeps } = await download(hub)
  assert.deepEqual(sleeps, [500, 1000, 2000, 7000])
})

test('failures that stay end after five attempts', async () => {
  const hub = await mockHub({ faults: { 'vocab.txt': Array(9).fill(status(502)) } })
  const error = await failure(hub)
  assert.equal(error.code, 'network')
  assert.match(error.message, /vocab\.txt answers with HTTP 502/)
  assert.deepEqual(error.sleeps, [500, 1000, 2000, 4000])
  const unreachable = await failure({ endpoint: 'http://127.0.0.1:9' })
  assert.equal(unreachable.code, 'network')
  assert.match(unreachable.message, /cannot be fetched: .*HF_ENDPOINT/)
})

/** The first half of a file, then the end of the connection. */
const cut = (response, content) => {
  response.writeHead(200, { 'content-length': content.length })
  response.write(content.slice(0, content.length >> 1), () => response.destroy())
}
/** Half of a file as if it were all. */
const short = (response, content) => response.end(content.slice(0, content.length >> 1))
const flipped = (response, content) => response.end(content.map((byte, index) => index === 100 ? byte ^ 1 : byte))

test('truncated and damaged bodies are fetched again, and never kept', async () => {
  const hub = await mockHub({ faults: { 'network/model.safetensors': [cut, short, flipped], 'vocab.txt': [cut] } })
  const { store, sleeps } = await download(hub)
  assert.equal(sleeps.length, 4)
  for (const name of ['model.safetensors', 'vocab.txt']) {
    assert.deepEqual(new Uint8Array(await store.read(name)), hub.contents[name])
  }
  for (const [fault, message] of [[short, /bytes arrived, expected/], [flipped, /its SHA-256 is/]]) {
    const error = await failure(await mockHub({ faults: { 'network/model.safetensors': Array(5).fill(fault) } }))
    assert.equal(error.code, 'integrity')
    assert.match(error.message, message)
    const [kept] = await readdir(join(error.cache, 'hub', 'someone--model'))
    assert.deepEqual(await readdir(join(error.cache, 'hub', 'someone--model', kept)), ['config.json'])
  }
})

test('a text without end is not kept; weights may be as large as they are', async () => {
  const endless = (response) => {
    const block = Buffer.alloc(1 << 20, ' ')
    const send = () => { while (!response.destroyed && response.write(block)); }
    response.writeHead(200).on('drain', send)
    send()
  }
  const error = await failure(await mockHub({ faults: { 'vocab.txt': [endless] } }))
  assert.equal(error.code, 'model')
  assert.match(error.message, /vocab\.txt has more than 67108864 bytes/)
  const [kept] = await readdir(join(error.cache, 'hub', 'someone--model'))
  const names = await readdir(join(error.cache, 'hub', 'someone--model', kept))
  assert.deepEqual(names, ['config.json', 'model.safetensors'])
})

test('an index of more files than a model has', async () => {
  const map = Object.fromEntries(Array.from({ length: 1025 }, (_, index) => [`${index}`, `${index}.safetensors`]))
  const changes = { 'model.safetensors': null, 'model.safetensors.index.json': JSON.stringify({ weight_map: map }) }
  const error = await failure(await mockHub({ changes }))
  assert.equal(error.code, 'model')
  assert.match(error.message, /names 1025 files, expected at most 1024/)
})

test('web pages are refused', async () => {
  const page = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
  const error = await failure(await mockHub({ faults: { 'config.json': [page] } }))
  assert.equal(error.code, 'format')
  assert.match(error.message, /is a web page, not config\.json/)
})

test('redirects that are not followed', async () => {
  const to = (location) => (response) => response.writeHead(302, location ? { location } : {}).end()
  for (const location of [null, 'file:///etc/passwd', 'http://[']) {
    const error = await failure(await mockHub({ faults: { 'config.json': [to(location)] } }))
    assert.equal(error.code, 'network')
    assert.match(error.message, /which is not followed/)
  }
  const loop = await mockHub({ faults: { 'config.json': Array(9).fill(to('config.json')) } })
  assert.match((await failure(loop)).message, /redirects more than 5 times/)
  const relative = await mockHub({ faults: { 'config.json': [to('config.json')] } })
  assert.equal((await download(relative)).commit, COMMIT)
})

test('an address that is none', async () => {
  const error = await failure({ endpoint: 'huggingface.co' })
  assert.equal(error.code, 'input')
  assert.match(error.message, /must be a URL like https:\/\/huggingface\.co, found "huggingface\.co"/)
})

test('a signal ends it', async () => {
  const controller = new AbortController()
  const hub = await mockHub()
  const error = await failure(hub, { signal: controller.signal, onProgress: () => controller.abort() })
  assert.equal(error.code, 'aborted')
  assert.equal(error.name, 'AbortError')
})
