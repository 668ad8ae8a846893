/**
 * fake-model.js - a model of random bytes, and a server that lives in a function: for tests of the ways to the weights.
 */
import { createHash } from 'node:crypto'

/** @param {Uint8Array | string} bytes */
export const sha256 = async (bytes) => createHash('sha256').update(bytes).digest('hex')

/**
 * A manifest and its shards.
 *
 * @param {number[]} sizes  bytes of each shard
 * @returns {Promise<{manifest: object, files: Record<string, Uint8Array>}>}
 */
export async function makeModel(sizes = [1000, 2000, 500]) {
  const files = {}
  const shards = []
  let offset = 0
  for (const [index, size] of sizes.entries()) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => i * 31 + (i >> 8) * 7 + index * 101)
    const file = `shard${index}.bin`
    files[file] = bytes
    shards.push({ file, bytes: size, sha256: await sha256(bytes), encoding: 'raw', offset, size })
    offset += size
  }
  const manifest = {
    format: 'bertweet-wasm',
    version: 1,
    name: 'fake',
    source: { repository: null, revision: null, files: {} },
    license: { id: 'mit', summary: 'free', text: null },
    config: {
      hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 32, vocab_size: 100,
      max_position_embeddings: 130, layer_norm_eps: 1e-5
    },
    labels: ['NEG', 'NEU', 'POS'],
    problemType: 'single_label_classification',
    thresholds: null,
    temperature: 1,
    preprocess: 'pysentimiento',
    maxTokens: 128,
    image: { bytes: offset, resident: offset },
    bytes: offset,
    shards
  }
  return { manifest, files }
}

/**
 * A fetch that serves files by their path, and keeps a log. Answers may be replaced by path: a function of the number
 * of earlier requests for that path that returns a Response, throws, or returns undefined for the right answer.
 *
 * @param {Record<string, Uint8Array | string>} files  by path, e.g. '/a/x.bin'
 * @param {Record<string, (earlier: number, init: RequestInit) => Response | Promise<Response> | undefined>} [answers]
 */
export function makeFetch(files, answers = {}) {
  const log = []
  const fetch = async (url, init = {}) => {
    const { pathname } = new URL(url)
    const earlier = log.filter((path) => path === pathname).length
    log.push(pathname)
    init.signal?.throwIfAborted()
    const answer = await answers[pathname]?.(earlier, init)
    if (answer) return answer
    return pathname in files ? new Response(files[pathname]) : new Response('nothing here', { status: 404 })
  }
  return { fetch, log }
}

/**
 * A Response whose body comes in pieces.
 *
 * @param {Uint8Array} bytes
 * @param {number} size  of a piece
 * @param {{failAfter?: number, delay?: number}} [how]
 *   failAfter: break after so many bytes; delay: ms before each piece
 */
export function piecewise(bytes, size, { failAfter = Infinity, delay = 0 } = {}) {
  let at = 0
  return new Response(new ReadableStream({
    async pull(controller) {
      if (delay) await new Promise((resolve) => setTimeout(resolve, delay))
      if (at >= failAfter) controller.error(new TypeError('connection lost'))
      else if (at >= bytes.length) controller.close()
      else controller.enqueue(bytes.slice(at, at += size))
    }
  }))
}

/** A cache in memory, in the shape of the Cache API. */
export function makeCache() {
  const entries = new Map()
  return {
    entries,
    match: async (key) => entries.has(key) ? new Response(entries.get(key)) : undefined,
    put: async (key, response) => { entries.set(key, new Uint8Array(await response.arrayBuffer())) },
    delete: async (key) => entries.delete(key)
  }
}
