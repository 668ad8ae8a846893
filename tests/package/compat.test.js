/**
 * bertweet-wasm/compat beside @huggingface/transformers: the same calls, and answers of the same shape. Both load the
 * repository me/model from one host, which is a function: ONNX files from stand-in/ and a tiny model of ours.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import * as ours from '../../js/compat/index.js'
import { makeTinyModel } from '../js/tiny-model.js'
import { PROJECT, TOOLS, installTools } from './tools.js'

const HOST = 'https://hub.test/'
const STAND_IN = join(import.meta.dirname, 'stand-in/me/stand-in')

/** Loaded in before, as it may have to be installed. */
let theirs
/** Files of the repository, by path; and what was asked of the host. */
const files = {}
const requests = []

async function fetchFromHost(url) {
  requests.push(String(url))
  const { pathname } = new URL(url)
  const path = /^\/me\/model\/resolve\/main\/(.*)$/.exec(pathname)?.[1]
  const file = path && join(STAND_IN, path)
  const bytes = files[path] ?? (file && existsSync(file) ? await readFile(file) : null)
  if (!bytes) return new Response('', { status: 404 })
  return new Response(bytes, { headers: { 'content-length': bytes.length } })
}

before(async () => {
  installTools()
  theirs = await import(pathToFileURL(
    join(TOOLS, 'node_modules/@huggingface/transformers/dist/transformers.node.mjs')))
  const { manifest, files: shards } = await makeTinyModel()
  files['bertweet-wasm/manifest.json'] = JSON.stringify(manifest)
  for (const [name, bytes] of Object.entries(shards)) files[`bertweet-wasm/${name}`] = bytes
})

/** A cache as theirs takes one; in Node, theirs cannot do without. */
function memoryCache() {
  const entries = new Map()
  return {
    match: async (key) => entries.get(key)?.clone(),
    put: async (key, response) => { entries.set(key, new Response(await response.arrayBuffer(), response)) },
    delete: async (key) => entries.delete(key)
  }
}

/** Settings of both, as they should be again. */
const settings = () => ({
  allowLocalModels: false, allowRemoteModels: true, remoteHost: HOST, remotePathTemplate: '{model}/resolve/{revision}/',
  useFSCache: false, useBrowserCache: false, useCustomCache: true, customCache: memoryCache(), fetch: fetchFromHost,
  logLevel: theirs.LogLevel.NONE
})
beforeEach(() => {
  for (const { env } of [theirs, ours]) Object.assign(env, settings())
  requests.length = 0
})

/** A value without its numbers and words: 'result' stands for { label, score }. */
function shape(value) {
  if (Array.isArray(value)) return value.map(shape)
  if (value === null || typeof value !== 'object') return typeof value
  const isResult = typeof value.label === 'string' && typeof value.score === 'number'
  return isResult && Object.keys(value).length === 2 ? 'result' : Object.keys(value).sort()
}

/** The shape of what a call gives, or 'error'. */
const shapeOf = (call) => call.then(shape, () => 'error')

const ONE = ['result']
const ALL = ['result', 'result', 'result']

/** Arguments of a call, the shape that both give; or what they give and what we give instead. */
const CALLS = [
  [['a'], ONE],
  [['a', {}], ONE],
  [['a', { top_k: undefined }], ONE],
  [['a', { top_k: 1 }], ONE],
  [['a', { top_k: 2 }], ['result', 'result']],
  [['a', { top_k: 3 }], ALL],
  [['a', { top_k: 10 }], ALL],
  [['a', { top_k: null }], ALL],
  [[''], ONE],
  [['word '.repeat(500)], ONE],
  [[['a']], ONE],
  [[['a', 'c']], ['result', 'result']],
  [[['a', 'c'], { top_k: 1 }], ['result', 'result']],
  [[['a'], { top_k: null }], [ALL]],
  [[['a', 'c'], { top_k: null }], [ALL, ALL]],
  [[['a', 'c'], { top_k: 2 }], [['result', 'result'], ['result', 'result']]],
  [[undefined], 'error'],
  [[null], 'error'],
  [[5], ONE, 'error'],
  [[[]], 'error', []],
  [['a', { topk: null }], ONE, ALL],
  [['a', { topk: 2 }], ONE, ['result', 'result']]
]

describe('calls', () => {
  let pipelines
  before(async () => {
    for (const { env } of [theirs, ours]) Object.assign(env, settings())
    pipelines = await Promise.all([theirs, ours].map(({ pipeline }) => pipeline('sentiment-analysis', 'me/model')))
  })
  after(() => Promise.all(pipelines.map((pipeline) => pipeline.dispose())))

  for (const [args, shared, instead = shared] of CALLS) {
    const different = instead !== shared ? ', and what we give instead' : ''
    test(`${JSON.stringify(args).slice(0, 60)}: ${JSON.stringify(shared)}${different}`, async () => {
      const [their, our] = pipelines
      assert.deepEqual(await shapeOf(their(...args)), shared, 'theirs')
      assert.deepEqual(await shapeOf(our(...args)), instead, 'ours')
    })
  }

  test('scores fall, and are those of the classifier behind', async () => {
    const [their, our] = pipelines
    for (const pipeline of [their, our]) {
      const scores = (await pipeline('I love it', { top_k: null })).map(({ score }) => score)
      assert.deepEqual(scores, scores.toSorted((a, b) => b - a))
    }
    const { scores } = await our.native.classify('I love it')
    for (const { label, score } of await our('I love it', { top_k: null })) assert.equal(score, scores[label])
  })

  test('what a pipeline has', () => {
    const [their, our] = pipelines
    assert.equal(our.task, their.task)
    for (const name of Object.keys(their)) assert.ok(name in our, name)
    assert.deepEqual(Object.keys(our.model.config.id2label), Object.keys(their.model.config.id2label))
    assert.deepEqual(Object.values(our.model.config.label2id), Object.values(their.model.config.label2id))
  })

  test('a failed call does no harm to the next', async () => {
    const [, our] = pipelines
    await assert.rejects(our(['a', 5]), { code: 'input', message: /Text 1/ })
    await assert.rejects(our('a', { top_k: 0 }), { code: 'input', message: /top_k/ })
    await assert.rejects(our('a', { topK: 2 }), { code: 'input', message: /no option topK/ })
    assert.deepEqual(shape(await our('a')), ONE)
  })
})

test('a model with several labels a text: each has its own probability', async (t) => {
  const changes = { problem_type: 'multi_label_classification' }
  const { manifest, files: shards } = await makeTinyModel(changes)
  const usual = { ...files }
  t.after(() => {
    for (const name of Object.keys(files)) delete files[name]
    Object.assign(files, usual)
  })
  const config = JSON.parse(await readFile(join(STAND_IN, 'config.json'), 'utf8'))
  files['config.json'] = JSON.stringify({ ...config, ...changes })
  files['bertweet-wasm/manifest.json'] = JSON.stringify(manifest)
  for (const [name, bytes] of Object.entries(shards)) files[`bertweet-wasm/${name}`] = bytes
  for (const { pipeline } of [theirs, ours]) {
    const classifier = await pipeline('text-classification', 'me/model')
    const results = await classifier('I love it', { top_k: null })
    assert.deepEqual(shape(results), ALL)
    assert.ok(Math.abs(results.reduce((sum, { score }) => sum + score, 0) - 1) > 1e-3)
    assert.deepEqual(shape(await classifier('I love it')), ONE)
    assert.equal(classifier.model.config.problem_type, changes.problem_type)
    await classifier.dispose()
  }
})

test('progress: the same events, with the same fields, in the same order', async () => {
  for (const { pipeline } of [theirs, ours]) {
    const events = []
    const options = { progress_callback: (event) => events.push(structuredClone(event)) }
    await (await pipeline('sentiment-analysis', 'me/model', options)).dispose()
    checkEvents(events)
  }
})

const FIELDS = {
  initiate: ['file', 'name', 'status'],
  download: ['file', 'name', 'status'],
  progress_total: ['files', 'loaded', 'name', 'progress', 'status', 'total'],
  progress: ['file', 'loaded', 'name', 'progress', 'status', 'total'],
  done: ['file', 'name', 'status'],
  ready: ['model', 'status', 'task']
}

function checkEvents(events) {
  for (const event of events) assert.deepEqual(Object.keys(event).sort(), FIELDS[event.status])
  assert.deepEqual(new Set(events.map(({ status }) => status)), new Set(Object.keys(FIELDS)))
  assert.deepEqual(events.at(-1), { status: 'ready', task: 'text-classification', model: 'me/model' })
  assert.ok(events.every(({ status, name }) => status === 'ready' || name === 'me/model'))

  for (const file of new Set(events.map((event) => event.file).filter(Boolean))) {
    const order = events.filter((event) => event.file === file).map(({ status }) => status).join(' ')
    assert.match(order, /^initiate download( progress)* done$/, file)
  }
  events.forEach(({ status }, index) => {
    if (status === 'progress') assert.equal(events[index - 1].status, 'progress_total')
  })
  const sums = events.filter(({ status }) => status === 'progress_total')
  assert.equal(new Set(sums.map(({ total }) => total)).size, 1)
  assert.deepEqual(sums.map(({ loaded }) => loaded), sums.map(({ loaded }) => loaded).toSorted((a, b) => a - b))
  assert.deepEqual([sums.at(-1).progress, sums.at(-1).loaded], [100, sums.at(-1).total])
  for (const { loaded, total } of Object.values(sums.at(-1).files)) assert.equal(loaded, total)
}

describe('loads that fail', () => {
  const FAILURES = {
    'another task': [(pipeline) => pipeline('no-such-task'), /Unsupported pipeline: no-such-task. Must be one of \[/],
    'no such repository': [(pipeline) => pipeline('sentiment-analysis', 'me/none'), /Could not locate/],
    'no such revision': [(pipeline) => pipeline('sentiment-analysis', 'me/model', { revision: 'v2' }), /Could not/],
    'local files only, where they are off':
      [(pipeline) => pipeline('sentiment-analysis', 'me/model', { local_files_only: true }), /local_files_only/],
    'neither local nor remote':
      [(pipeline) => pipeline('sentiment-analysis', 'me/model'), /allowRemoteModels/, { allowRemoteModels: false }],
    'only local, and not there': [(pipeline) => pipeline('sentiment-analysis', 'me/model'), /none-here/,
      { allowRemoteModels: false, allowLocalModels: true, localModelPath: './none-here/' }]
  }
  for (const [what, [load, message, change]] of Object.entries(FAILURES)) {
    test(`${what}: an error for both, and the next load is well`, async () => {
      for (const { pipeline, env } of [theirs, ours]) {
        Object.assign(env, change)
        await assert.rejects(load(pipeline), message)
        Object.assign(env, settings())
        await (await pipeline('sentiment-analysis', 'me/model')).dispose()
      }
    })
  }

  test('a repository without our files: the error says how to convert it', async () => {
    await assert.rejects(ours.pipeline('sentiment-analysis', 'me/none'), {
      code: 'network', status: 404, url: `${HOST}me/none/resolve/main/bertweet-wasm/manifest.json`,
      message: /npx bertweet-wasm convert me\/none bertweet-wasm/
    })
  })

  test('a manifest that is wrong is not passed over', async () => {
    ours.env.fetch = async () => new Response('{ "format": "other" }')
    await assert.rejects(ours.pipeline('sentiment-analysis', 'me/model'), { code: 'format' })
  })
})

describe('where models are looked for', () => {
  const load = (model, options) => ours.pipeline('sentiment-analysis', model, options).then((it) => it.dispose())
  const ASKED = [
    ['me/model', {}, {}, [`${HOST}me/model/resolve/main/bertweet-wasm/manifest.json`]],
    ['model', { revision: 'refs/pr/1' }, {}, [`${HOST}model/resolve/refs%2Fpr%2F1/bertweet-wasm/manifest.json`]],
    ['me/model', { subfolder: '' }, {}, [`${HOST}me/model/resolve/main/manifest.json`]],
    ['me/model', {}, { remotePathTemplate: 'x/{model}@{revision}' },
      [`${HOST}x/me/model@main/bertweet-wasm/manifest.json`]],
    ['https://a.test/m/', {}, {}, ['https://a.test/m/manifest.json']],
    ['https://a.test/m/other.json', {}, {}, ['https://a.test/m/other.json']],
    ['me/model', {}, { allowLocalModels: true, localModelPath: 'https://local.test/models' },
      ['https://local.test/models/me/model/bertweet-wasm/manifest.json',
        `${HOST}me/model/resolve/main/bertweet-wasm/manifest.json`]]
  ]
  for (const [model, options, change, urls] of ASKED) {
    test(`${model} ${JSON.stringify({ ...options, ...change })}`, async () => {
      Object.assign(ours.env, change)
      ours.env.fetch = async (url) => {
        requests.push(String(url))
        return new Response('', { status: 404 })
      }
      await assert.rejects(load(model, options), { code: 'network', status: 404 })
      assert.deepEqual(requests, urls)
    })
  }

  test('a start page in place of a local file: the remote one', async () => {
    Object.assign(ours.env, { allowLocalModels: true, localModelPath: 'https://local.test/' })
    ours.env.fetch = (url) => String(url).startsWith(HOST) ? fetchFromHost(url)
      : new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })
    await load('me/model')
  })

  test('a folder, a manifest, a model\'s module, or nothing', async () => {
    const folder = join(PROJECT, 'models/tweet-mini')
    const { default: module } = await import('../../models/tweet-mini/index.js')
    for (const model of [folder, join(folder, 'manifest.json'), module, null, undefined]) {
      const pipeline = await ours.pipeline('text-classification', model)
      assert.equal((await pipeline('what a wonderful day, I love it'))[0].label, 'POS')
      await pipeline.dispose()
    }
    assert.deepEqual(requests, [])
  })

  test('preprocess reaches the classifier', async () => {
    const pipeline = await ours.pipeline('sentiment-analysis', null, { preprocess: 'none' })
    assert.equal(pipeline.native.info.preprocess, 'none')
    await pipeline.dispose()
  })
})

describe('settings', () => {
  test('all that theirs has, of the same types', () => {
    for (const [name, value] of Object.entries(theirs.env)) {
      assert.ok(name in ours.env, name)
      if (value !== null && ours.env[name] !== null) assert.equal(typeof ours.env[name], typeof value, name)
    }
    assert.deepEqual(ours.LogLevel, theirs.LogLevel)
  })

  test('numThreads is the default of threads', async (t) => {
    t.after(() => { delete ours.env.backends.onnx.wasm.numThreads })
    ours.env.backends.onnx.wasm.numThreads = 2
    for (const [options, threads] of [[{}, 2], [{ threads: 1 }, 1]]) {
      const pipeline = await ours.pipeline('sentiment-analysis', 'me/model', options)
      assert.equal(pipeline.native.info.threads, threads)
      await pipeline.dispose()
    }
  })

  test('version is the package\'s', async () => {
    const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'))
    assert.equal(ours.env.version, version)
  })

  test('a cache of one\'s own: the second load fetches no weights; ModelRegistry sees and clears it', async () => {
    for (const { pipeline, ModelRegistry } of [theirs, ours]) {
      assert.equal(await ModelRegistry.is_pipeline_cached('text-classification', 'me/model'), false)
      await (await pipeline('text-classification', 'me/model')).dispose()
      assert.equal(await ModelRegistry.is_pipeline_cached('text-classification', 'me/model'), true)
      requests.length = 0
      await (await pipeline('text-classification', 'me/model')).dispose()
      assert.deepEqual(requests.filter((url) => /\.(onnx|bin)$/.test(url)), [])

      const files = await ModelRegistry.get_pipeline_files('text-classification', 'me/model')
      assert.ok(files.length > 1 && files.every((file) => typeof file === 'string'))
      const cleared = await ModelRegistry.clear_pipeline_cache('text-classification', 'me/model')
      assert.deepEqual(shape(cleared), ['files', 'filesCached', 'filesDeleted'])
      assert.deepEqual([shape(cleared.files[0]), cleared.filesDeleted > 0], [['deleted', 'file', 'wasCached'], true])
      assert.equal(await ModelRegistry.is_pipeline_cached('text-classification', 'me/model'), false)
    }
  })

  test('useCustomCache without a cache: an error for both', async () => {
    for (const { pipeline, env } of [theirs, ours]) {
      env.customCache = null
      await assert.rejects(pipeline('text-classification', 'me/model'), /customCache/)
    }
  })
})

test('dispose: twice does no harm, and calls after it fail', async () => {
  const pipeline = await ours.pipeline('sentiment-analysis', 'me/model')
  await pipeline.dispose()
  await pipeline.dispose()
  await assert.rejects(pipeline('a'), { code: 'disposed' })
})
