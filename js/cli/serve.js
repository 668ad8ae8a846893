/**
 * serve.js - a folder on a local web server, with the headers that threads need.
 */

import { once } from 'node:events'
import { stat } from 'node:fs/promises'

import { BertweetError } from '../errors.js'
import { serve } from '../../web/serve.js'
import { parseNumber, UsageError } from './options.js'
import { write } from './output.js'

export const usage = '[folder] [options]'
export const summary = 'serve a folder over HTTP, for trying pages and models'
export const details = `For development: this machine alone can connect, as localhost or 127.0.0.1. Pages are
cross-origin isolated (COOP and COEP), which allows threads; --no-isolation leaves these headers out, as most
hosts do. Pages of other servers on this machine may read the files (CORS), so that a page under development
can load a model:

  createClassifier({ model: 'http://127.0.0.1:8080/manifest.json' })`

export const examples = ['bertweet-wasm serve ./model', 'bertweet-wasm serve . --port 3000 --no-isolation']

export const SERVER_OPTIONS = {
  port: { value: 'PORT', short: 'p', help: 'default: 8080, or another if it is taken' },
  'no-isolation': { help: 'without COOP and COEP' },
}

export const options = SERVER_OPTIONS

const DEFAULT_PORT = 8080

/** @type {import('./run.js').Command['run']} */
export async function run(values, folders, io) {
  if (folders.length > 1) throw new UsageError('serve takes one folder')
  await serveFolder(folders[0] ?? '.', '', values, io)
}

const LOCAL = String.raw`(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$`
const [LOCAL_HOST, LOCAL_ORIGIN] = [new RegExp(`^${LOCAL}`, 'i'), new RegExp(`^https?://${LOCAL}`)]

/**
 * CORS, for this machine's pages alone: those from elsewhere have no business with its files. Nor have pages whose host
 * has given its name the address of this machine: the browser takes them for pages of this server.
 */
function allowLocalPages(path, { headers: { host, origin } }, response) {
  if (!LOCAL_HOST.test(host ?? '')) {
    response.writeHead(403, { 'content-type': 'text/plain' }).end('This server is for this machine alone: localhost.\n')
    return true
  }
  response.setHeader('vary', 'origin')
  if (LOCAL_ORIGIN.test(origin ?? '')) response.setHeader('access-control-allow-origin', origin)
  return false
}

/**
 * Serves until Ctrl-C.
 *
 * @param {string} root
 * @param {string} path  of the page to announce
 * @param {{port?: string, 'no-isolation'?: boolean}} values
 * @param {import('./run.js').Io} io
 * @param {Parameters<typeof serve>[0]['headers']} [headers]
 */
export async function serveFolder(root, path, values, { stdout, signal }, headers) {
  const port = parseNumber(values.port, 'port', 65535)
  if (await stat(root).then((found) => !found.isDirectory(), () => false)) throw new UsageError(`${root} is no folder`)
  const isolated = !values['no-isolation']
  const start = (port) => serve({ root, port, isolated, headers, intercept: allowLocalPages })
  const server = await start(port ?? DEFAULT_PORT).catch((cause) => {
    if (port === undefined && cause.code === 'EADDRINUSE') return start(0)
    throw new BertweetError('input', `Cannot serve ${root}: ${cause.message}`, { cause })
  })
  await write(stdout, `Serving ${server.url}${path}  (Ctrl-C ends)\n`)
  if (!signal.aborted) await once(signal, 'abort')
  await server.close()
}
