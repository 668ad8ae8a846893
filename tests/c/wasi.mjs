/**
 * wasi.mjs - runs a WASI program: `node tests/c/wasi.mjs program.wasm [arguments]`. It sees no files (Emscripten's
 * standalone programs cannot open any), and the exit status is its own.
 */
import { readFile } from 'node:fs/promises'
import { WASI } from 'node:wasi'

const [program, ...rest] = process.argv.slice(2)
const wasi = new WASI({ version: 'preview1', args: [program, ...rest], env: process.env, returnOnExit: true })
const { instance } = await WebAssembly.instantiate(await readFile(program), wasi.getImportObject())
process.exitCode = wasi.start(instance)
