/**
 * make-model-module.mjs - writes index.js and index.d.ts of a model's folder, through which programs import the model.
 *
 *     node web/make-model-module.mjs models/tweet-mini
 *
 * The manifest stands inline, and each shard has a literal `new URL('./…', import.meta.url)`: that is what bundlers
 * look for when they carry files along.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseManifest } from '../js/manifest.js'

/**
 * The text of the module.
 *
 * @param {import('../js/manifest.js').Manifest} manifest
 */
export function modelModule(manifest) {
  const files = manifest.shards.map(({ file }) => `    '${file}': new URL('./${file}', import.meta.url)`)
  return `// Generated from manifest.json by web/make-model-module.mjs; regenerate instead of editing.
export default {
  manifest: ${JSON.stringify(manifest, null, 2).replaceAll('\n', '\n  ')},
  files: {
${files.join(',\n')}
  }
}
`
}

/**
 * Its types: the labels are known.
 *
 * @param {import('../js/manifest.js').Manifest} manifest
 */
export const modelTypes = ({ labels }) => `import type { ModelFiles } from 'bertweet-wasm'

declare const model: ModelFiles<${labels.map((label) => JSON.stringify(label)).join(' | ')}>
export default model
`

/** @param {string} folder  with a manifest.json */
export async function writeModelModule(folder) {
  const source = join(folder, 'manifest.json')
  const manifest = parseManifest(await readFile(source, 'utf8'), source)
  await replaceFile(join(folder, 'index.js'), modelModule(manifest))
  await replaceFile(join(folder, 'index.d.ts'), modelTypes(manifest))
}

async function replaceFile(target, text) {
  await writeFile(`${target}.part`, text)
  await rename(`${target}.part`, target)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.length !== 3) {
    console.error('usage: node web/make-model-module.mjs <folder of a model>')
    process.exit(2)
  }
  await writeModelModule(process.argv[2])
}
