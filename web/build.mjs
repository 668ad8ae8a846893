/**
 * build.mjs - builds dist/: `npm run build [-- <folder>]`, default folder dist.
 *
 * The folder gets every .wasm, bertweet.min.js (minify.mjs) and build.json: versions of the tools, size and SHA-256 of
 * each module. The same sources and tools give the same bytes, on any machine.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { NAME, minify } from './minify.mjs'

const project = fileURLToPath(new URL('..', import.meta.url))
const out = resolve(process.argv[2] ?? join(project, 'dist'))
const build = join(project, 'build', 'wasm')

const emscripten = output(join(project, 'web', 'toolchain.sh'))
run(join(emscripten, 'emcmake'), 'cmake', '-S', project, '-B', build, '-G', 'Ninja')
run('cmake', '--build', build, '--parallel')

const modules = {}
mkdirSync(out, { recursive: true })
for (const name of readdirSync(build).filter((file) => file.endsWith('.wasm')).sort()) {
  const bytes = readFileSync(join(build, name))
  writeFileSync(join(out, name), bytes)
  modules[name] = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  report(name, bytes)
}
const tools = {
  emcc: version(join(emscripten, 'emcc')),
  clang: version(join(output(join(emscripten, 'em-config'), 'LLVM_ROOT'), 'clang')),
  binaryen: version(join(output(join(emscripten, 'em-config'), 'BINARYEN_ROOT'), 'bin', 'wasm-opt'))
}
const minified = await minify()
writeFileSync(join(out, NAME), minified)
report(NAME, Buffer.from(minified))
writeFileSync(join(out, 'build.json'), JSON.stringify({ tools, modules }, null, 2) + '\n')

console.log(Object.entries(tools).map((entry) => entry.join(' ')).join(', '))

/** Prints how large a file is, and its hash as the attribute `integrity` of a page wants it. */
function report(name, bytes) {
  const hash = createHash('sha384').update(bytes).digest('base64')
  console.log(`${name}: ${bytes.length} bytes, ${brotliCompressSync(bytes).length} under brotli, sha384-${hash}`)
}

/** Runs a command whose output the user sees. */
function run(command, ...args) {
  execFileSync(command, args, { stdio: 'inherit' })
}

/** What a command prints; its messages go on to stderr. */
function output(command, ...args) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()
}

/** "19.1.7" out of a program's --version. */
function version(command) {
  return output(command, '--version').match(/\d+(\.\d+)*/)[0]
}
