/**
 * source.js - bytes from anywhere: a server, a disk (in Node), a Blob or an array.
 */

import { BertweetError, abortError, describe, throwIfAborted } from './errors.js'
import { importLater } from './later.js'

/**
 * Where bytes are: a URL (http, https or file), or the bytes themselves; a stream can be read once.
 *
 * @typedef {URL | Blob | ArrayBuffer | ArrayBufferView | ReadableStream<Uint8Array>} Source
 *
 * @typedef {object} ReadOptions
 * @property {typeof globalThis.fetch} [fetch]  instead of the global one
 * @property {AbortSignal} [signal]
 * @property {RequestCache} [httpCache]  how the browser's own HTTP cache takes part
 * @property {number} [idleMs]  how long a server may send nothing
 * @property {Room} [room]  of fillFrom: streams that can, write there
 */

/** A server that sends nothing for so long has stalled. */
const IDLE_MS = 30000

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
    return isPath ? node('node:url').pathToFileURL(isFolder(location, node('node:fs')) ? `${location}/` : location)
      : new URL(location, globalThis.document?.baseURI ?? globalThis.location?.href)
  } catch (cause) {
    throw new BertweetError('input', `${location} is not a URL.`, { cause })
  }
}

const isFolder = (path, { statSync }) => statSync(path, { throwIfNoEntry: false })?.isDirectory()

/** Whether a source is on a server. @param {Source} source */
export const isRemote = (source) => source instanceof URL && source.protocol !== 'file:'

/**
 * The bytes of a source, in the pieces in which they come.
 *
 * @param {Source} source
 * @param {ReadOptions} options
 * @returns {AsyncGenerator<Uint8Array>}
 * @throws {BertweetError} network (with `status` where a server answered), format for a web page, aborted
 */
async function* readSource(source, options) {
  throwIfAborted(options.signal)
  if (source instanceof URL) {
    const isOnDisk = source.protocol === 'file:' && globalThis.process?.getBuiltinModule
    yield* isOnDisk ? (await importLater('disk')).readDisk(source, options) : readNetwork(source.href, options)
  } else if (source instanceof Blob || source instanceof ReadableStream) {
    yield* readLocal(source, options)
  } else {
    yield ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source)
  }
}

/**
 * Where bytes are put: a buffer, how many bytes are wanted there, and how many have come, which may become more than
 * are wanted. The buffer may be exchanged for another one of the same size, so that pieces need not be allocated.
 *
 * @typedef {{buffer: ArrayBuffer, size: number, length: number}} Room
 */

/**
 * Fills a room from a source. Never writes more than is wanted, but counts it.
 *
 * @param {Room} room
 * @param {Source} source
 * @param {ReadOptions} options
 * @returns {AsyncGenerator<number>} bytes that came, each time some have
 */
export async function* fillFrom(room, source, options) {
  for await (const piece of readSource(source, { ...options, room })) {
    if (piece.buffer !== room.buffer && room.length < room.size) {
      new Uint8Array(room.buffer, room.length).set(piece.subarray(0, room.size - room.length))
    }
    room.length += piece.length
    yield piece.length
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
async function* readNetwork(url, { fetch = globalThis.fetch, signal, httpCache, room, idleMs = IDLE_MS }) {
  const watch = watchdog(signal, idleMs)
  try {
    const response = await watch.over(fetch(url, { signal: watch.signal, cache: httpCache }))
    checkResponse(response, url)
    if (response.body) yield* readStream(response.body, { signal: watch.signal, room }, watch.over)
    else yield new Uint8Array(await watch.over(response.arrayBuffer()))
  } catch (error) {
    if (signal?.aborted) throw abortError(signal)
    if (watch.stalled) {
      const message = `${url} sent nothing for ${idleMs / 1000} seconds. Try again.`
      throw new BertweetError('network', message, { url, cause: error })
    }
    if (error instanceof BertweetError) throw error
    throw new BertweetError('network', `Could not fetch ${url}: ${describe(error)}. Is the machine online, and does ` +
      'the server allow this page (CORS, Content Security Policy connect-src)?', { url, cause: error })
  } finally {
    watch.end()
  }
}

/** @param {Blob | ReadableStream<Uint8Array>} source @param {ReadOptions} options */
async function* readLocal(source, { signal, room, idleMs = IDLE_MS }) {
  const watch = watchdog(signal, idleMs)
  try {
    yield* readStream(source.stream?.() ?? source, { signal, room }, watch.over)
  } catch (error) {
    if (signal?.aborted) throw abortError(signal)
    throw new BertweetError('network', `Could not read ${nameOf(source)}: ${describe(error)}. Was it moved or changed?`,
      { cause: error })
  } finally {
    watch.end()
  }
}

/** @param {Response} response @param {string} url */
function checkResponse(response, url) {
  const { status } = response
  if (!response.ok) {
    throw new BertweetError('network', `${url} answered with HTTP status ${status}.`, { url, status })
  }
  if (response.headers.get('content-type')?.startsWith('text/html')) throw webPage(url)
}

/** The error for a web page where a file should be. @param {string} url */
export const webPage = (url) => new BertweetError('format', `${url} is a web page (HTML) instead of the file. Is the ` +
  'path right? Some servers answer with their start page where a file is missing.', { url })

/**
 * A signal that is raised with another one, or when something takes longer than idleMs.
 *
 * @param {AbortSignal} [signal]
 * @param {number} idleMs
 */
function watchdog(signal, idleMs) {
  const controller = new AbortController()
  const abort = () => controller.abort()
  signal?.addEventListener('abort', abort)
  const watch = {
    signal: controller.signal,
    stalled: false,
    /** Waits for what a server does next; not longer than it may take, whether or not it heeds the signal. */
    over: (promise) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        watch.stalled = true
        abort()
      }, idleMs)
      const refuse = () => reject(controller.signal.reason)
      if (controller.signal.aborted) refuse()
      controller.signal.addEventListener('abort', refuse)
      Promise.resolve(promise).then(resolve, reject).finally(() => {
        clearTimeout(timer)
        controller.signal.removeEventListener('abort', refuse)
      })
    }),
    end() {
      signal?.removeEventListener('abort', abort)
      abort()
    }
  }
  return watch
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {ReadOptions} options
 * @param {<T>(promise: Promise<T>) => Promise<T>} [over]  waits for a promise
 */
async function* readStream(stream, { signal, room }, over = (promise) => promise) {
  const bytes = room && bytesReader(stream)
  const reader = bytes ?? stream.getReader()
  try {
    for (let read; !(read = await over(bytes ? readBytes(bytes, room) : reader.read())).done;) {
      throwIfAborted(signal)
      yield read.value
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

/** A reader that fills buffers of the caller; undefined where the browser or the stream has none. */
function bytesReader(stream) {
  try {
    return stream.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
}

/** @param {ReadableStreamBYOBReader} reader @param {Room} room */
async function readBytes(reader, room) {
  // The room is full: the end is read, or what is too much.
  if (room.length >= room.size) return reader.read(new Uint8Array(1))
  const read = await reader.read(new Uint8Array(room.buffer, room.length, room.size - room.length))
  if (read.value) room.buffer = read.value.buffer
  return read
}
