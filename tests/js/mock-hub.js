/**
 * mock-hub.js - a Hugging Face Hub on this machine, with its content network, and whatever goes wrong there.
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

import { checkpointFiles } from './make-checkpoint.js'

export const COMMIT = 'c0ffee'.padEnd(40, '0')
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

const closers = []
/** @param {() => Promise<void>} close  done by closeAll */
export const whenClosed = (close) => { closers.push(close) }
export const closeAll = async () => { for (const close of closers.splice(0)) await close() }

/** A server on a port of its own; answer(request, response, path) for each request. */
async function listen(answer) {
  const server = createServer((request, response) =>
    answer(request, response, new URL(request.url, 'http://x').pathname))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  whenClosed(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections() }))
  return `http://127.0.0.1:${server.address().port}`
}

/**
 * A Hub: small files answered at once, the weights redirected to a content network.
 *
 * @param {object} [options]
 * @param {Record<string, string | Uint8Array | null>} [options.changes]  to the files of a small checkpoint
 * @param {import('../../js/convert/files.js').Files} [options.files]  instead of that checkpoint
 * @param {string | null} [options.commit]  that answers name
 * @param {Record<string, ((response: object, content: Uint8Array) => void)[]>} [options.faults]
 *   by file: what answers instead, each function once, in turn; "network/<file>" for the content network
 */
export async function mockHub({ changes = {}, commit = COMMIT, faults = {}, files } = {}) {
  const memory = files ?? checkpointFiles(changes)
  const contents = Object.fromEntries(await Promise.all(memory.list().map(async (name) =>
    [name, await memory.read(name, 0, await memory.size(name))])))
  const log = []
  const network = await listen((request, response, path) => {
    log.push({ host: 'network', path, authorization: request.headers.authorization })
    const fault = faults[`network${path}`]?.shift()
    if (fault) return fault(response, contents[path.slice(1)])
    response.end(contents[path.slice(1)])
  })
  const endpoint = await listen((request, response, path) => {
    log.push({ host: 'hub', path, authorization: request.headers.authorization })
    const file = decodeURIComponent(path.split('/').at(-1))
    const fault = faults[file]?.shift()
    if (commit) response.setHeader('x-repo-commit', commit)
    if (fault) return fault(response, contents[file])
    if (!Object.hasOwn(contents, file)) return response.writeHead(404).end('Entry not found')
    if (!/\.(safetensors|bin)$/.test(file)) return response.end(contents[file])
    response.writeHead(302, { location: `${network}/${file}`, 'x-linked-size': contents[file].length,
      'x-linked-etag': `"${sha256(contents[file])}"` }).end()
  })
  return { endpoint, log, contents }
}
