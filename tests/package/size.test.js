/** What the package weighs: as a tarball, as the least that a page bundles, and as one minified file. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'esbuild'
import { installPackage } from './tools.js'

const MAX_TARBALL_BYTES = 25e6
/** Of JavaScript that must be there before createClassifier can be called, under brotli. */
const MAX_IMPORT_BYTES = 12 << 10
/** The worker, its threads and all that is imported later included. */
const MAX_MINIFIED_BYTES = 20 << 10

let home
let packed

before(() => { ({ home, packed } = installPackage()) })
after(() => rmSync(home, { recursive: true }))

/** The output that a bundle's entry needs at once: without what it imports later. */
function neededAtOnce({ metafile, outputFiles }, entry) {
  const needed = new Set([entry])
  for (const path of needed) {
    const imports = metafile.outputs[path].imports.filter(({ kind }) => kind === 'import-statement')
    for (const { path: other } of imports) needed.add(other)
  }
  return outputFiles.filter(({ path }) => [...needed].some((name) => path.endsWith(name)))
}

test(`the tarball has at most ${MAX_TARBALL_BYTES / 1e6} MB`, (t) => {
  t.diagnostic(`${packed.size} bytes, ${packed.files.length} files`)
  assert.ok(packed.size <= MAX_TARBALL_BYTES, `${packed.size} bytes`)
})

test(`import { createClassifier }, minified, costs at most ${MAX_IMPORT_BYTES} bytes of JavaScript`, async (t) => {
  const bundle = await build({
    stdin: { contents: 'export { createClassifier } from "bertweet-wasm"', resolveDir: home },
    absWorkingDir: home,
    outdir: 'out',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    metafile: true,
    write: false
  })
  const files = neededAtOnce(bundle, 'out/stdin.js')
  const bytes = files.reduce((sum, { contents }) => sum + brotliCompressSync(contents).length, 0)
  t.diagnostic(`${bytes} bytes under brotli in ${files.length} files`)
  assert.ok(bytes <= MAX_IMPORT_BYTES, `${bytes} bytes`)
})

test(`dist/bertweet.min.js has at most ${MAX_MINIFIED_BYTES} bytes under brotli`, (t) => {
  const bytes = brotliCompressSync(readFileSync(join(home, 'node_modules/bertweet-wasm/dist/bertweet.min.js'))).length
  t.diagnostic(`${bytes} bytes`)
  assert.ok(bytes <= MAX_MINIFIED_BYTES, `${bytes} bytes`)
})
