/**
 * minify.mjs - writes bertweet.min.js: the library in one file, for pages that load it from a CDN.
 *
 *     node web/minify.mjs [folder]     default: dist; npm run build does it too
 *
 * The file is its own worker: at the addresses that end in #worker and #thread it does what web/worker.js and
 * web/thread.js do. (Node cuts such ends off; there the file works in place, and programs import the package itself.)
 * The WebAssembly modules are beside it, the default model where it is in the package. Same sources and same esbuild,
 * same bytes.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { build, version } from 'esbuild'

const project = fileURLToPath(new URL('..', import.meta.url))
/** Of the file. */
export const NAME = 'bertweet.min.js'

/** What the sources name, and where it is as seen from dist/. Each is found, or the build fails. */
const MOVED = [
  ['../web/worker.js', `./${NAME}#worker`],
  ['../web/thread.js', `./${NAME}#thread`],
  ...['', '-threads', '-relaxed', '-relaxed-threads'].map((part) =>
    [`../dist/bertweet${part}.wasm`, `./bertweet${part}.wasm`])
]

/** The library, and the worker's part where the file was started as one. */
const ENTRY = `
  export * from './js/index.js'
  if (import.meta.url.endsWith('#worker')) import('./web/worker.js')
  if (import.meta.url.endsWith('#thread')) import('./web/thread.js')`

/** @returns {Promise<Uint8Array>} the file */
export async function minify() {
  const about = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))
  const missing = new Set(MOVED.map(([from]) => from))
  const moveFiles = {
    name: 'move-files',
    setup({ onLoad }) {
      onLoad({ filter: /[/\\](js|web)[/\\][\w-]+\.js$/ }, async ({ path }) => {
        let contents = await readFile(path, 'utf8')
        for (const [from, to] of MOVED) {
          if (!contents.includes(`'${from}'`)) continue
          missing.delete(from)
          contents = contents.replaceAll(`'${from}'`, `'${to}'`)
        }
        return { contents }
      })
    }
  }
  const { outputFiles: [{ contents }] } = await build({
    stdin: { contents: ENTRY, resolveDir: project },
    absWorkingDir: project,
    outfile: join('dist', NAME),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['../models/*'],
    banner: { js: `/*! ${about.name} ${about.version} | ${about.license} */` },
    legalComments: 'none',
    plugins: [moveFiles],
    write: false
  })
  if (missing.size > 0) throw new Error(`web/minify.mjs moves what no source names: ${[...missing].join(', ')}`)
  return contents
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = join(resolve(process.argv[2] ?? join(project, 'dist')), NAME)
  const bytes = await minify()
  await writeFile(target, bytes)
  console.log(`${NAME}: ${bytes.length} bytes, ${brotliCompressSync(bytes).length} under brotli (esbuild ${version})`)
}
