/**
 * source.js - bytes from anywhere: a server, a disk (in Node), a Blob or an array.
 */

import { BertweetError, abortError, describe, throwIfAborted, viteAdvice } from './errors.js'

/**
 * Where bytes are: a URL (http, https or file), or the bytes themselves; a stream can be read once.
 *
 * @typedef {URL | Blob | ArrayBuffer | ArrayBufferView | ReadableStream<Uint8Array>} Source
 *
 * @typedef {object} ReadOptions
 * @property {typeof globalThis.fetch} [fetch]  instead of the global one
 * @property {AbortSignal} [signal]
 * @property {RequestCache} [httpCache]  how the browser's own HTTP cache takes part
 */

/** A server that sends nothing for so long has stalled. */
const IDLE_MS = 30000
const DISK_CHUNK = 1 << 20

/**
 * The absolute URL of what a user wrote: an absolute URL, or one relative to the page; in Node, a path.
 *
 * @param {string | URL} location
 * @throws {BertweetError} input
 */
export function resolveLocation(location) {
  const node = !globalThis.location && globalThis.process?.getBuiltinModule
  const isPath = node && typeof location === 'string' && !/^[a-z][a-z0-9+.-]+:/i.test(location)
  try {
    return isPath ? node('node:url').pathToFileURL(location)
      : new URL(location, globalThis.document?.baseURI ?? globalThis.location?.href)
  } catch (cause) {
    throw new BertweetError('input', `${location} is not a URL.`, { cause })
  }
}

/**
 * The bytes of a source, in the pieces in which they come.
 *
 * @param {Source} source
 * @param {ReadOptions} options
 * @returns {AsyncGenerator<Uint8Array>}
 * @throws {BertweetError} network (with `status` where a server answered), format for a web page, aborted
 */
export async function* readSource(source, options) {
  throwIfAborted(options.signal)
  if (source instanceof URL) {
    const node = source.protocol === 'file:' && globalThis.process?.getBuiltinModule
    yield* node ? readDisk(source, node('node:fs/promises'), options) : readNetwork(source.href, options)
  } else if (source instanceof Blob) {
    yield* readStream(source.stream(), options)
  } else if (source instanceof ReadableStream) {
    yield* readStream(source, options)
  } else {
    yield ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source)
  }
}

/**
 * All bytes of a source.
 *
 * @param {Source} source
 * @param {ReadOptions & {maxBytes: number}} options  maxBytes: more are refused
 */
export async function readAll(source, { maxBytes, ...options }) {
  const chunks = []
  let length = 0
  for await (const chunk of readSource(source, options)) {
    length += chunk.length
    if (length > maxBytes) throw new BertweetError('format', `${nameOf(source)} has more than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  for (let chunk, at = 0; (chunk = chunks.shift()); at += chunk.length) bytes.set(chunk, at)
  return bytes
}

/** @param {Source} source @returns {string} for messages */
export const nameOf = (source) => source instanceof URL ? source.href : source.name ?? 'The file given'

/** @param {string} url @param {ReadOptions} options */
async function* readNetwork(url, { fetch = globalThis.fetch, signal, httpCache }) {
  const watch = watchdog(signal)
  try {
    const response = await fetch(url, { signal: watch.signal, cache: httpCache })
    checkResponse(response, url)
    if (response.body) yield* readStream(response.body, { signal: watch.signal }, watch.alive)
    else yield new Uint8Array(await response.arrayBuffer())
  } catch (error) {
    if (signal?.aborted) throw abortError(signal)
    if (watch.stalled) {
      throw new BertweetError('network', `${url} sent nothing for ${IDLE_MS / 1000} seconds.`, { url, cause: error })
    }
    if (error instanceof BertweetError) throw error
    throw new BertweetError('network', `Could not fetch ${url}: ${describe(error)}. Is the machine online, and does ` +
      'the server allow this page (CORS, Content Security Policy connect-src)?', { url, cause: error })
  } finally {
    watch.end()
  }
}

/** @param {Response} response @param {string} url */
function checkResponse(response, url) {
  const { status } = response
  if (!response.ok) {
    const advice = status === 404 ? 'Is the path right, and are all files there?' : 'Try again later.'
    throw new BertweetError('network', `${url} answered with HTTP status ${status}. ${advice}`, { url, status })
  }
  if (response.headers.get('content-type')?.startsWith('text/html')) throw webPage(url)
}

/** The error for a web page where a file should be. @param {string} url */
export const webPage = (url) => new BertweetError('format', `${url} is a web page (HTML) instead of the file. Is the ` +
  'path right? Some servers answer with their start page where a file is missing.' + viteAdvice(url), { url })

/**
 * A signal that is raised with another one, or when `alive` was not called for IDLE_MS.
 *
 * @param {AbortSignal} [signal]
 */
function watchdog(signal) {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const bark = () => {
    watch.stalled = true
    abort()
  }
  let timer = setTimeout(bark, IDLE_MS)
  signal?.addEventListener('abort', abort)
  const watch = {
    signal: controller.signal,
    stalled: false,
    alive() {
      clearTimeout(timer)
      timer = setTimeout(bark, IDLE_MS)
    },
    end() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }
  return watch
}

/** @param {ReadableStream<Uint8Array>} stream @param {ReadOptions} options @param {() => void} [onChunk] */
async function* readStream(stream, { signal }, onChunk) {
  const reader = stream.getReader()
  try {
    for (let read; !(read = await reader.read()).done;) {
      throwIfAborted(signal)
      onChunk?.()
      yield read.value
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

/** @param {URL} url @param {import('node:fs/promises')} fs @param {ReadOptions} options */
async function* readDisk(url, fs, { signal }) {
  let file
  try {
    file = await fs.open(url)
    for (;;) {
      throwIfAborted(signal)
      const { bytesRead, buffer } = await file.read(new Uint8Array(DISK_CHUNK), 0, DISK_CHUNK)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } catch (error) {
    if (error instanceof BertweetError) throw error
    const { href } = url
    throw new BertweetError('network', `Could not read ${href}: ${describe(error)}.`, { url: href, cause: error })
  } finally {
    await file?.close()
  }
}
