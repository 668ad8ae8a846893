/**
 * workshop.js - what the cells of the matrix share: the packed package in a new project, other people's tools beside
 * it, and a page in Chromium.
 *
 * Everything lies in build/matrix: the tools of package.json in its node_modules, the projects in apps/, where Node's
 * search upwards finds the tools; a project's own node_modules holds the package alone, as npm unpacked it.
 */
import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { PROJECT, launchChromium } from '../browser/browser.js'
import { serve } from '../../web/serve.js'

export const FOLDER = join(PROJECT, 'build/matrix')
const APPS = join(import.meta.dirname, 'apps')

/** Programs that wait for a browser, or compile a framework, on a loaded machine. */
const TIMEOUT_MS = 300_000
const POLL_MS = 50

/**
 * Runs a program to its end.
 *
 * @param {string} command @param {string[]} args @param {{cwd?: string, env?: Record<string, string>}} [options]
 * @returns {Promise<string>} its stdout
 * @throws {Error} with all that it printed
 */
export async function run(command, args, { cwd = FOLDER, env = {} } = {}) {
  const options = { cwd, env: { ...environment(), ...env }, timeout: TIMEOUT_MS, maxBuffer: 1 << 28 }
  try {
    return (await promisify(execFile)(command, args, options)).stdout
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}: ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`)
  }
}

/** No colours, no telemetry, no questions; NODE_ENV and the test runner's own variables are not for tools. */
function environment() {
  const { NODE_ENV, NODE_OPTIONS, NODE_TEST_CONTEXT, ...rest } = process.env
  return { ...rest, CI: 'true', NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1', PARCEL_WORKERS: '1', DO_NOT_TRACK: '1' }
}

/** Loads a tool's module. @param {string} name  of its package */
export const load = (name) => createRequire(join(FOLDER, 'package.json'))(name)

/** Path of a tool's program. @param {string} path  from its package's name on: two versions would share a .bin */
export const tool = (path) => join(FOLDER, 'node_modules', path)

/** Version of a tool. @param {string} name  of its package */
export async function versionOf(name) {
  return JSON.parse(await readFile(join(FOLDER, 'node_modules', name, 'package.json'), 'utf8')).version
}

/**
 * Installs the tools of package.json, once; no scripts of theirs run.
 *
 * @param {boolean} all  else those of CI alone
 */
export async function installTools(all) {
  const marks = [true, false].map((kind) => join(FOLDER, kind ? '.installed-all' : '.installed'))
  const lock = join(import.meta.dirname, 'package-lock.json')
  const isNew = async (mark) => (await modified(mark)) > (await modified(lock))
  if (await isNew(marks[0]) || !all && await isNew(marks[1])) return
  await mkdir(FOLDER, { recursive: true })
  for (const name of ['package.json', 'package-lock.json']) {
    await cp(join(import.meta.dirname, name), join(FOLDER, name))
  }
  // Node's own builds are for one platform each; elsewhere --force lets them be.
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--force',
    ...all ? [] : ['--omit=dev']])
  await writeFile(marks[all ? 0 : 1], '')
}

const modified = (path) => stat(path).then(({ mtimeMs }) => mtimeMs, () => 0)

/** Packs the package and installs it in an empty project. @returns {Promise<string>} the project's folder */
export async function installPacked() {
  const args = ['pack', '--json', '--loglevel=error', '--pack-destination', FOLDER]
  const [{ filename }] = JSON.parse(await run('npm', args, { cwd: PROJECT }))
  const folder = join(FOLDER, 'empty')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const install = ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', join(FOLDER, filename)]
  await run('npm', install, { cwd: folder })
  return folder
}

/**
 * A new project that depends on the package.
 *
 * @param {string} name  of its folder
 * @param {string} installed  what installPacked has made; it is copied
 * @param {{sources?: string[], files?: Record<string, string>}} [options]  sources: folders of apps/ that are copied
 *   in; files: texts of more files
 * @returns {Promise<string>} its folder
 */
export async function makeApp(name, installed, { sources = ['shared'], files = {} } = {}) {
  const folder = join(FOLDER, 'apps', name)
  await rm(folder, { recursive: true, force: true })
  for (const source of [installed, ...sources.map((source) => join(APPS, source))]) {
    await cp(source, folder, { recursive: true })
  }
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text)
  return folder
}

/**
 * Starts a program that serves, and waits for the address it prints.
 *
 * @param {string} command @param {string[]} args @param {{cwd: string}} options
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startServing(command, args, { cwd }) {
  const child = spawn(command, args, { cwd, env: environment(), detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const close = async () => {
    try {
      process.kill(-child.pid) // with the processes that it has started
    } catch {} // it has ended
    await ended
  }
  let printed = ''
  child.stderr.on('data', (text) => { printed += text })
  try {
    for await (const line of createInterface({ input: child.stdout, signal: AbortSignal.timeout(TIMEOUT_MS) })) {
      printed += `${line}\n`
      const [url] = /http:\/\/(localhost|127\.0\.0\.1):\d+/.exec(line) ?? []
      if (!url) continue
      child.stdout.resume()
      return { url: `${url}/`, close }
    }
  } catch (error) {
    printed += error.message
  }
  await close()
  throw new Error(`${command} ${args.join(' ')} printed no address:\n${printed}`)
}

/**
 * What a page did until its outcome was there.
 *
 * @typedef {object} Visit
 * @property {any} outcome  of check.js, or {error}
 * @property {string[]} complaints  errors on the console, uncaught ones, requests that failed, reports of the policy
 * @property {Record<string, number>} requests  how often each file was asked for, by name
 */

/**
 * Opens pages in one Chromium.
 *
 * @returns {Promise<{visit: (url: string, find?: () => any) => Promise<Visit>, version: string,
 *   close: () => Promise<void>}>}  find: runs in the page until it returns something
 */
export async function openBrowser() {
  const browser = await launchChromium()
  const visit = async (url, find = () => globalThis.outcome) => {
    const context = await browser.newContext()
    const complaints = []
    const requests = {}
    context.on('request', (request) => {
      const name = new URL(request.url()).pathname.split('/').at(-1)
      requests[name] = (requests[name] ?? 0) + 1
    })
    context.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`))
    context.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`)
    })
    const page = await context.newPage()
    await page.addInitScript(() => {
      globalThis.policyReports = []
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        globalThis.policyReports.push(`${violatedDirective} refused ${blockedURI}`))
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // Refused requests are complaints already, with their addresses; the browser's own wish for an icon is none.
      const isError = message.type() === 'error' && !message.text().startsWith('Failed to load resource')
      if (isError) complaints.push(message.text())
    })
    try {
      await page.goto(url, { timeout: TIMEOUT_MS })
      const outcome = await poll(() => page.evaluate(find))
      complaints.push(...await page.evaluate('globalThis.policyReports'))
      return { outcome, complaints, requests }
    } catch (error) {
      throw new Error(`${error.message}\n${complaints.join('\n')}`)
    } finally {
      await context.close()
    }
  }
  return { visit, version: browser.version(), close: () => browser.close() }
}

/** Asks until there is an answer. (Playwright's own waiting evaluates strings in the page, which policies forbid.) */
async function poll(ask) {
  for (const end = performance.now() + TIMEOUT_MS; performance.now() < end; await setTimeout(POLL_MS)) {
    const answer = await ask()
    if (answer) return answer
  }
  throw new Error('the page came to no outcome')
}

/** A folder as most hosts serve it. @param {string} root @param {Record<string, string>} [headers] */
export const serveFolder = (root, headers) => serve({ root, isolated: false, headers })
