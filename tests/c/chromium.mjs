/**
 * chromium.mjs - runs a WASI program in Chromium: `node tests/c/chromium.mjs program.wasm`. It has no arguments, no
 * files and no clock; what it prints and its exit status are its own.
 */
import { readFile } from 'node:fs/promises'
import { launchChromium } from '../browser/browser.js'

const program = await readFile(process.argv[2], 'base64')
const browser = await launchChromium()
try {
  const page = await browser.newPage()
  const { status, output } = await page.evaluate(runProgram, program)
  process.stdout.write(output)
  process.exitCode = status
} finally {
  await browser.close()
}

/** Runs in the page. @param {string} base64 @returns {Promise<{status: number, output: string}>} */
async function runProgram(base64) {
  const SUCCESS = 0
  const NOT_SUPPORTED = 58
  const decoder = new TextDecoder()
  let output = ''
  let status = 0
  const words = (at, count) => new Uint32Array(exports.memory.buffer, at, count)
  const none = (count, size) => {
    words(count, 1)[0] = words(size, 1)[0] = 0
    return SUCCESS
  }
  const wasi = {
    args_sizes_get: none,
    environ_sizes_get: none,
    args_get: () => SUCCESS,
    environ_get: () => SUCCESS,
    fd_close: () => SUCCESS,
    fd_write(file, vectors, count, written) {
      words(written, 1)[0] = 0
      for (let i = 0; i < count; i++) {
        const [address, length] = words(vectors + 8 * i, 2)
        output += decoder.decode(new Uint8Array(exports.memory.buffer, address, length), { stream: true })
        words(written, 1)[0] += length
      }
      return SUCCESS
    },
    proc_exit(code) {
      status = code
      throw wasi // unwinds the program
    }
  }
  const module = await WebAssembly.compile(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)))
  const withTheRest = new Proxy(wasi, { get: (own, name) => own[name] ?? (() => NOT_SUPPORTED) })
  const { exports } = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: withTheRest })
  try {
    exports._start()
  } catch (error) {
    if (error !== wasi) throw error
  }
  return { status, output }
}
