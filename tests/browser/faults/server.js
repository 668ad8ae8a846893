/**
 * server.js - serves models in the ways of table.js: each combination under a path of its own, each lane of the test
 * from an origin of its own, as if from so many hosts.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { serve } from '../../../web/serve.js'
import { PROJECT } from '../browser.js'
import { FAULTS, SHARD_AT } from './table.js'

const HTML = '<!doctype html><title>Please log in</title>'.padEnd(600)
const ANY_ORIGIN = { 'access-control-allow-origin': '*' }

/**
 * @param {{manifest: object, files: Record<string, Uint8Array>}} model
 * @returns {Promise<{url: string, requests: (id: number) => string[], close: () => Promise<void>}>}
 *   requests: names of the files that were asked for while the fault lasted
 */
export async function serveFaults(model, combinations) {
  const closedPort = await portOfNobody()
  const states = new Map(combinations.map((combination) => [combination.id, new State(combination, model, closedPort)]))
  const server = await serve({
    root: PROJECT,
    isolated: false,
    intercept(path, request, response) {
      const [, id, name] = /^\/(\d+)\/([\w.-]+)$/.exec(path) ?? []
      const state = states.get(Number(id))
      if (!state) return false
      for (const [key, value] of Object.entries(ANY_ORIGIN)) response.setHeader(key, value)
      state.answer(name, request, response)
      return true
    }
  })
  return { ...server, requests: (id) => states.get(id).requests }
}

/** One combination. */
class State {
  #combination
  #model
  #closedPort
  /** Whether the fault lasts; pages say so by asking for "begin" and "end". */
  #lasts = false
  #struck = 0
  requests = []

  constructor(combination, model, closedPort) {
    this.#combination = combination
    this.#model = model
    this.#closedPort = closedPort
  }

  answer(name, request, response) {
    if (name === 'begin' || name === 'end') {
      this.#lasts = name === 'begin'
      response.writeHead(200, { 'cache-control': 'no-store' }).end()
      return
    }
    if (name === 'login') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(HTML)
      return
    }
    const { fault, place, once } = this.#combination
    const { lies } = FAULTS[fault]
    const moved = name.startsWith('moved-')
    const file = name.replace('moved-', '')
    if (this.#lasts && request.method === 'GET' && !moved) this.requests.push(file)
    const bytes = this.#fileOf(file, this.#lasts && lies)
    if (!bytes) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing here')
      return
    }
    const isHere = file === (place === 'manifest' ? 'manifest.json' : this.#shard(SHARD_AT[place]).file)
    if (this.#lasts && !lies && isHere && !moved && !(once && this.#struck > 0)) {
      if (request.method === 'GET') this.#struck++
      const other = place === 'manifest' ? Buffer.from('{"name":"another"}') : this.#another(SHARD_AT[place])
      SPOIL[fault]({ response, bytes, file, other, closedPort: this.#closedPort, headers: headersOf(file) })
    } else {
      response.writeHead(200, { ...headersOf(file), 'content-length': bytes.length }).end(bytes)
    }
  }

  #shard = (index) => this.#model.manifest.shards[index]

  #another(index) {
    return this.#model.files[this.#shard(index === 1 ? 0 : 1).file]
  }

  /** @returns {Uint8Array | undefined} */
  #fileOf(name, lies) {
    if (name !== 'manifest.json') return Object.hasOwn(this.#model.files, name) ? this.#model.files[name] : undefined
    const manifest = structuredClone(this.#model.manifest)
    const { fault, place } = this.#combination
    return Buffer.from(JSON.stringify(lies ? LIES[fault](manifest, SHARD_AT[place] ?? 1) ?? manifest : manifest))
  }
}

const headersOf = (file) => file === 'manifest.json'
  ? { 'content-type': 'application/json', 'cache-control': 'no-cache' }
  : { 'content-type': 'application/octet-stream', 'cache-control': 'public, max-age=31536000, immutable' }

/** Answers with these bytes, as if they were the file. */
const instead = (make) => (all) => {
  const body = make(all)
  all.response.writeHead(200, { ...all.headers, 'content-length': body.length }).end(body)
}
/** With the headers of the file, as some servers have it: browsers keep it. */
const status = (code) => ({ response, headers }) =>
  response.writeHead(code, { ...headers, 'content-type': 'text/plain' }).end('no')
const redirect = (where) => ({ response, file, closedPort }) =>
  response.writeHead(302, { location: where(file, closedPort), 'cache-control': 'no-store' }).end()
/** Sends bytes in chunks of no announced sum, then does something else than to end well. */
const chunked = (part, then) => ({ response, bytes, headers }) => {
  response.writeHead(200, headers)
  response.write(bytes.subarray(0, Math.ceil(bytes.length * part)), () => then(response))
}
const drop = (response) => response.destroy()
const nothing = () => {}
const flip = (bytes) => {
  const copy = Buffer.from(bytes)
  // In a manifest, what is no JSON any more: its first quotation mark.
  if (copy[0] === 0x7B) copy[copy.indexOf(0x22)] = 0x21
  else copy[copy.length >> 1] ^= 0x10
  return copy
}

/** @type {Record<string, (all: {response: import('node:http').ServerResponse, bytes: Uint8Array, file: string,
 *   other: Uint8Array, closedPort: number, headers: object}) => unknown>} */
const SPOIL = {
  'HTML, status 200': ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end(HTML),
  'status 404': status(404),
  'status 403': status(403),
  'status 429': status(429),
  'status 500': status(500),
  'status 503': status(503),
  redirect: redirect((file) => `moved-${file}`),
  'redirect in a circle': redirect((file) => file),
  'redirect to a login page': redirect(() => 'login'),
  'redirect to a closed port': redirect((file, port) => `http://127.0.0.1:${port}/${file}`),
  gzip({ response, bytes, headers }) {
    const body = gzipSync(bytes)
    response.writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': body.length }).end(body)
  },
  'no CORS'({ response, bytes, headers }) {
    response.removeHeader('access-control-allow-origin')
    response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes)
  },
  empty: instead(() => Buffer.alloc(0)),
  'dropped before the headers': ({ response }) => drop(response),
  'silent before the headers': nothing,
  'dropped in the body'({ response, bytes, headers }) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length })
    response.write(bytes.subarray(0, bytes.length >> 1), () => drop(response))
  },
  'dropped in the body, chunked': chunked(0.5, drop),
  'silent in the body': chunked(0.5, nothing),
  'cut short': instead(({ bytes }) => bytes.subarray(0, bytes.length >> 1)),
  'a flipped byte': instead(({ bytes }) => flip(bytes)),
  'another file': instead(({ other }) => other),
  zeros: instead(({ bytes }) => Buffer.alloc(bytes.length)),
  'HTML, untyped': instead(() => Buffer.from(HTML)),
  async 'in small pieces'({ response, bytes, headers }) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length })
    const size = Math.ceil(bytes.length / 16)
    for (let at = 0; at < bytes.length; at += size) {
      await new Promise((resolve) => response.write(bytes.subarray(at, at + size), () => setTimeout(resolve, 5)))
    }
    response.end()
  },
  'too long': instead(({ bytes }) => Buffer.concat([bytes, Buffer.from('and more')])),
  'too long, and wrong': instead(({ bytes }) => Buffer.concat([Buffer.from('x'), bytes, Buffer.from('and more')])),
  'dropped at the end': chunked(1, drop),
  'silent at the end': chunked(1, nothing)
}

/** What manifests may say wrongly. They change it in place, or return another. */
const LIES = {
  'lists a wrong hash': ({ shards }, index) => { shards[index].sha256 = '0'.repeat(64) },
  'lists fewer bytes': (manifest, index) => resize(manifest, index, -64),
  'lists more bytes': (manifest, index) => resize(manifest, index, 64),
  'lists a missing file': ({ shards }, index) => { shards[index].file = 'missing.bin' },
  'lists a gap': ({ shards }, index) => { shards[index].offset += 64 },
  'leads out of the folder': ({ shards }, index) => { shards[index].file = '../elsewhere.bin' },
  'an unknown encoding': ({ shards }, index) => { shards[index].encoding = 'brotli' },
  'a newer format': (manifest) => { manifest.version = 2 },
  'something else': () => ({ name: 'something else', version: '1.0.0' }),
  'other sizes': ({ config }) => { config.hidden_size *= 2 },
  'other labels': (manifest) => { manifest.labels.push('OTHER') }
}

/** Another size of one shard; all sums agree. */
function resize(manifest, index, difference) {
  const { shards, image } = manifest
  shards.forEach((shard, at) => { if (at > index) shard.offset += difference })
  shards[index].bytes += difference
  shards[index].size += difference
  image.bytes += difference
  manifest.bytes += difference
}

/** A port on which nothing listens. */
async function portOfNobody() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}
