/**
 * browser.js - what the browser tests share: a server whose answers can be spoilt, and Chromium.
 *
 *     const server = await startServer({ isolated: false, faults: { '/model/x.bin': (bytes) => flipBit(bytes, 100) } })
 *     const browser = await launchChromium()
 *     const page = await browser.newPage()
 *     await page.goto(server.url + 'tests/browser/page.html')
 */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { serve } from '../../web/serve.js'

/** The project's folder, which startServer serves unless told otherwise. */
export const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * What a server may do to a file instead of sending it. A function gets the file's bytes (empty where there is no such
 * file) and returns the bytes to send, or a whole answer. The words: 'hang' never answers, 'cut' promises the whole
 * file and drops the connection after half of it, 'refuse' drops it at once.
 *
 * @typedef {{status?: number, headers?: Record<string, string>, body: Uint8Array | string}} Answer
 * @typedef {'hang' | 'cut' | 'refuse' | ((bytes: Buffer) => Uint8Array | string | Answer)} Fault
 */

/**
 * Starts web/serve.js on a free port.
 *
 * @param {object} [options]
 * @param {string} [options.root]  folder to serve; default: the project
 * @param {boolean} [options.isolated]  default true: COOP and COEP are sent
 * @param {Record<string, string>} [options.headers]  more headers, for every response
 * @param {Record<string, Fault>} [options.faults]  by path, e.g. '/models/tiny/x.bin'; may be changed while it runs
 * @returns {Promise<{url: string, faults: Record<string, Fault>, responses: {path: string, status: number,
 *   bytes: number}[], reports: any[], close: () => Promise<void>}>}
 *   responses: the log, in order of completion; reports: what was posted to /report, JSON
 */
export async function startServer({ root = PROJECT, isolated = true, headers, faults = {} } = {}) {
  const responses = []
  const reports = []
  const server = await serve({
    root,
    isolated,
    headers,
    onResponse: (exchange) => responses.push(exchange),
    async intercept(path, request, response) {
      if (Object.hasOwn(faults, path)) return spoil(faults[path], join(root, path), response)
      if (path !== '/report' || request.method !== 'POST') return false
      reports.push(await json(request))
      response.writeHead(204).end()
      return true
    }
  })
  return { ...server, faults, responses, reports }
}

async function spoil(fault, file, response) {
  if (fault === 'hang') return true
  if (fault === 'refuse') {
    response.destroy()
    return true
  }
  const bytes = await readFile(file).catch(() => Buffer.alloc(0))
  if (fault === 'cut') {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length })
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
    return true
  }
  const result = fault(bytes)
  const answer = typeof result === 'string' || result instanceof Uint8Array ? { body: result } : result
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/octet-stream', ...answer.headers })
  response.end(answer.body)
  return true
}

/** A copy of bytes in which one bit (counted from the first byte's lowest) is the other. */
export function flipBit(bytes, bit) {
  const copy = Buffer.from(bytes)
  copy[bit >> 3] ^= 1 << (bit & 7)
  return copy
}

/**
 * The first program of a list that this machine has: names, or paths.
 *
 * @param {(string | undefined)[]} names
 * @returns {string | null}
 */
export function findProgram(names) {
  for (const name of names.filter(Boolean)) {
    try {
      return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim()
    } catch {} // not this one
  }
  return null
}

/** Chromium: CHROMIUM_PATH, else a system's program by one of its names. Downloads nothing. */
export const findChromium = () => findProgram([
  process.env.CHROMIUM_PATH, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'
])

/** For node:test: `test('…', { skip: noChromium() }, …)`. False, or the reason to skip. */
export function noChromium() {
  return findChromium() ? false : 'no Chromium on this machine (CHROMIUM_PATH names one)'
}

/** As little besides the pages as can be. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'
]

/**
 * Starts a headless Chromium; close() it.
 *
 * @param {string[]} [args]  more command-line flags
 * @returns {Promise<import('playwright-core').Browser>}
 */
export function launchChromium(args = []) {
  return chromium.launch({
    executablePath: findChromium(),
    args: [...CHROMIUM_FLAGS, ...args]
  })
}
