/**
 * webkit.js - WebKitGTK through its own WebDriver, on a display of its own: a client for the few commands of
 * https://www.w3.org/TR/webdriver2/ that the tests want.
 *
 * Debian: webkit2gtk-driver (the driver), libwebkit2gtk-4.1-0 (MiniBrowser, which the driver starts), xvfb.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { findProgram } from './browser.js'

const DRIVER = 'WebKitWebDriver'
const LIBRARIES = '/usr/lib'
const MINI_BROWSER = 'webkit2gtk-4.1/MiniBrowser' // below LIBRARIES or its folder of this machine's architecture

/** No accessibility bus, no graphics card. */
const ENVIRONMENT = {
  NO_AT_BRIDGE: '1', GTK_A11Y: 'none', LIBGL_ALWAYS_SOFTWARE: '1', WEBKIT_DISABLE_COMPOSITING_MODE: '1',
  WEBKIT_DISABLE_DMABUF_RENDERER: '1'
}

/** @returns {string | null} the program of the browser, where the others that it needs are there too */
export function findWebKit() {
  if (!findProgram([DRIVER]) || !findProgram(['Xvfb'])) return null
  const folders = ['', ...existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : []]
  return folders.map((folder) => join(LIBRARIES, folder, MINI_BROWSER)).find((path) => existsSync(path)) ?? null
}

/**
 * Starts WebKit; close() it. Its pages run one function at a time.
 *
 * @param {URL} [proxy]
 * @returns {Promise<{version: string, newPage: () => Promise<WebKitPage>, close: () => Promise<void>}>}
 */
export async function launchWebKit(proxy) {
  const display = await startDisplay()
  const port = await freePort()
  const driver = start(DRIVER, [`--port=${port}`], { DISPLAY: display.name, ...ENVIRONMENT })
  const url = `http://127.0.0.1:${port}`
  while (!(await fetch(`${url}/status`).catch(() => null))?.ok) {
    if (driver.exitCode !== null) throw new Error(`${DRIVER} ended with ${driver.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { sessionId, capabilities } = await command(`${url}/session`, 'POST', {
    capabilities: {
      alwaysMatch: {
        timeouts: { script: null, pageLoad: 300000, implicit: 0 }, // the tests have their own time limits
        ...proxy && { proxy: { proxyType: 'manual', httpProxy: proxy.host } },
        'webkitgtk:browserOptions': { binary: findWebKit(), args: ['--automation'] }
      }
    }
  })
  const session = `${url}/session/${sessionId}`
  const first = await command(`${session}/window`, 'GET') // stays, so that there always is one to open others from
  let last = Promise.resolve() // the session has one current window: commands follow each other
  const inTurn = (run) => {
    const turn = last.then(run)
    last = turn.catch(() => {})
    return turn
  }
  return {
    version: capabilities.browserVersion,
    newPage: () => inTurn(async () => {
      await command(`${session}/window`, 'POST', { handle: first })
      const { handle } = await command(`${session}/window/new`, 'POST', { type: 'tab' })
      return new WebKitPage(session, handle, inTurn)
    }),
    async close() {
      await command(session, 'DELETE').catch(() => {})
      driver.kill()
      display.stop()
    }
  }
}

/** A tab, with Playwright's names for what it does. */
class WebKitPage {
  #session
  #handle
  #inTurn

  constructor(session, handle, inTurn) {
    this.#session = session
    this.#handle = handle
    this.#inTurn = inTurn
  }

  /** @param {string} url */
  goto(url) {
    return this.#command('POST', 'url', { url })
  }

  /** @param {Function} run  as text, in the page @param {string} [arg] @returns {Promise<any>} */
  async evaluate(run, arg) {
    const script = `const done = arguments[arguments.length - 1]
      const refuse = (error) => done({ error: String(error) })
      Promise.resolve((${run})(arguments[0])).then((value) => done({ value }), refuse)`
    const { value, error } = await this.#command('POST', 'execute/async', { script, args: [arg ?? null] })
    if (error !== undefined) throw new Error(error)
    return value
  }

  close() {
    return this.#command('DELETE', 'window')
  }

  #command(method, path, body) {
    return this.#inTurn(async () => {
      await command(`${this.#session}/window`, 'POST', { handle: this.#handle })
      return command(`${this.#session}/${path}`, method, body)
    })
  }
}

/** @param {string} url @param {string} method @param {object} [body] */
async function command(url, method, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body) })
  const { value } = await response.json()
  if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`)
  return value
}

/** A screen nobody sees, under a number that is free; it ends with the last program on it. */
async function startDisplay() {
  const process = start('Xvfb', ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp', '-terminate'])
  const [number] = await once(process.stdio[3], 'data')
  return { name: `:${number.toString().trim()}`, stop: () => process.kill() }
}

/** A program that ends with this one, at the latest. */
function start(program, args, env) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
  const kill = () => child.kill()
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  return child
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}
