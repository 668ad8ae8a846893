/**
 * wasi.mjs - runs a WASI program: `node --expose-gc tests/c/wasi.mjs program.wasm [arguments]`. It sees no files
 * (Emscripten's standalone programs cannot open any), and the exit status is its own.
 *
 * A program's 512 MB make Node collect garbage, and Node 20.20 does that beneath the running program. After it, one run
 * of fuzz_text in 150 ended in a segmentation fault of Node's own, in its interpreter (10 of 1,300). Collected before,
 * there is nothing left to collect: none of 450.
 */
import { readFile } from 'node:fs/promises'
import { WASI } from 'node:wasi'

const [program, ...rest] = process.argv.slice(2)
const wasi = new WASI({ version: 'preview1', args: [program, ...rest], env: process.env, returnOnExit: true })
const { instance } = await WebAssembly.instantiate(await readFile(program), wasi.getImportObject())
gc()
process.exitCode = wasi.start(instance)
