/**
 * serve.js - a static web server for the demo, for development and for the browser tests. Node only.
 *
 * It sends what a good static host sends: right MIME types (application/wasm, so that modules compile while they
 * arrive), lengths, and on request the two headers that allow threads. It serves files below one folder, nothing
 * hidden (no path segment that begins with a dot), nothing outside.
 */
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

const TYPES = {
  '.bin': 'application/octet-stream',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm'
}

/** What makes a page cross-origin isolated, so that it may share memory between threads. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'cross-origin'
}

/**
 * Starts a server.
 *
 * @param {object} options
 * @param {string} options.root  the folder to serve
 * @param {string} [options.host]  address to listen on; default 127.0.0.1: this machine alone
 * @param {number} [options.port]  default 0: any that is free
 * @param {boolean} [options.isolated]  send COOP and COEP, so that pages may use threads; default true
 * @param {Record<string, string> | ((path: string) => Record<string, string> | undefined)} [options.headers]
 *   sent with every response, or with those of some paths, in lower case; they win
 * @param {(exchange: {path: string, status: number, bytes: number}) => void} [options.onResponse]
 *   called when a response has ended, with the path asked for and the bytes of body sent
 * @param {(path: string, request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse)
 *   => boolean | Promise<boolean>} [options.intercept]
 *   asked first; true says that it has answered or will
 * @returns {Promise<{url: string, close: () => Promise<void>}>}  url ends with a slash; close ends open connections too
 */
export async function serve({ root, host = '127.0.0.1', port = 0, isolated = true, headers, onResponse, intercept }) {
  const base = await realpath(resolve(root))
  const always = { ...(isolated ? ISOLATION : {}), 'cache-control': 'no-cache' }
  const headersOf = typeof headers === 'function' ? headers : () => headers

  const server = createServer(async (request, response) => {
    const path = requestPath(request)
    const sent = countBody(response)
    const tell = () => onResponse?.({ path: path ?? request.url, status: response.statusCode, bytes: sent() })
    response.once('finish', () => response.off('close', tell)).once('finish', tell).once('close', tell)
    const wanted = { ...always, ...headersOf(path) }
    for (const [name, value] of Object.entries(wanted)) response.setHeader(name, value)
    try {
      if (path !== null && await intercept?.(path, request, response)) return
      await answer(base, path, request, response)
    } catch (error) {
      if (response.headersSent) response.destroy()
      else refuse(response, 500, error.message)
    }
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve))

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${server.address().port}/`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }
}

/** The decoded path of a request, or null where it is not one: bad escapes, NUL. */
function requestPath(request) {
  try {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname)
    return path.includes('\0') ? null : path
  } catch {
    return null
  }
}

/** Counts the bytes of body that go through response.write and response.end. */
function countBody(response) {
  let bytes = 0
  const count = (chunk) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) bytes += Buffer.byteLength(chunk)
  }
  for (const method of ['write', 'end']) {
    const original = response[method].bind(response)
    response[method] = (chunk, ...rest) => {
      count(chunk)
      return original(chunk, ...rest)
    }
  }
  return () => bytes
}

async function answer(base, path, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    return refuse(response, 405, 'only GET and HEAD')
  }
  if (path === null) return refuse(response, 400, 'not a path')
  const file = await locate(base, path)
  if (file === null) return refuse(response, 404, `nothing at ${path}`)
  if (file.isFolder) {
    // Two slashes at the start would be another server's name.
    response.writeHead(301, { location: encodeURI(`${path.replace(/^\/+/, '/')}/`) })
    return response.end()
  }
  response.setHeader('etag', file.etag) // so that a page and its worker fetch a module once
  if (request.headers['if-none-match'] === file.etag) return response.writeHead(304).end()
  response.writeHead(200, { 'content-type': contentType(file.name), 'content-length': file.size })
  if (request.method === 'HEAD') return response.end()
  await pipeline(createReadStream(file.name), response).catch(() => response.destroy()) // the client left
}

function contentType(name) {
  return TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream'
}

/**
 * The file a path stands for; index.html for a folder's path that ends with a slash. null where there is none, where it
 * is hidden, or where it lies outside base (symbolic links included).
 */
async function locate(base, path) {
  if (path.split(/[/\\]/).some((segment) => segment.startsWith('.'))) return null
  try {
    const name = await realpath(join(base, path.endsWith('/') ? `${path}index.html` : path))
    const found = await stat(name)
    const inside = name === base || name.startsWith(base.endsWith(sep) ? base : base + sep)
    if (!inside || !(found.isFile() || found.isDirectory())) return null
    const etag = `"${found.size.toString(36)}-${found.mtimeMs.toString(36)}"`
    return { name, size: found.size, etag, isFolder: found.isDirectory() }
  } catch {
    return null
  }
}

function refuse(response, status, reason) {
  response.writeHead(status, { 'content-type': TYPES['.txt'] })
  response.end(`${status}: ${reason}\n`)
}
