/**
 * pack.mjs - makes what is published: `npm run release [-- <folder>]`, default folder build/release.
 *
 *     bertweet-wasm-<version>.tgz         the package, as npm packs it
 *     bertweet-wasm-<version>.integrity   "sha384-... <path>" of each file in it, as the attribute `integrity` wants it
 *     bertweet-wasm-<version>.cdx.json    what it is made of (CycloneDX 1.5): its files, and the compilers' versions
 *
 * Prints the second one. The same files give the same three, byte for byte, wherever the folder is.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const project = fileURLToPath(new URL('..', import.meta.url))

/**
 * @param {string} folder  to be made
 * @returns {{tarball: string, integrity: Record<string, string>, bom: object}}
 *   integrity: SHA-384 in base64, by path in the package
 */
export function pack(folder) {
  mkdirSync(folder, { recursive: true })
  const [packed] = JSON.parse(npm('pack', '--json', '--ignore-scripts', '--pack-destination', folder))
  const stem = join(folder, `${packed.name}-${packed.version}`)
  const integrity = Object.fromEntries(packed.files.map(({ path }) => path).sort()
    .map((path) => [path, digest('sha384', 'base64', join(project, path))]))
  const bom = describe(packed, Object.keys(integrity))
  const lines = Object.entries(integrity).map(([path, hash]) => `sha384-${hash} ${path}\n`)
  writeFileSync(`${stem}.integrity`, lines.join(''))
  writeFileSync(`${stem}.cdx.json`, `${JSON.stringify(bom, null, 1)}\n`)
  return { tarball: join(folder, packed.filename), integrity, bom }
}

/** npm's own bill of materials, without what is another at each run, and with the files and the compilers. */
function describe({ name, version }, paths) {
  const bom = JSON.parse(npm('sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--omit', 'dev',
    '--package-lock-only'))
  delete bom.serialNumber
  delete bom.metadata.timestamp
  Object.assign(bom.metadata.component, { name, version })
  const { tools } = JSON.parse(readFileSync(join(project, 'dist', 'build.json')))
  bom.metadata.component.properties = Object.entries(tools)
    .map(([tool, value]) => ({ name: `${name}:built-with:${tool}`, value }))
  bom.components.push(...paths.map((path) => ({
    type: 'file',
    name: path,
    hashes: [{ alg: 'SHA-384', content: digest('sha384', 'hex', join(project, path)) }]
  })))
  return bom
}

const digest = (algorithm, encoding, file) => createHash(algorithm).update(readFileSync(file)).digest(encoding)

const npm = (...args) => execFileSync('npm', args, { cwd: project, encoding: 'utf8', maxBuffer: 1 << 26,
  stdio: ['ignore', 'pipe', 'inherit'] })

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { integrity, tarball } = pack(resolve(process.argv[2] ?? join(project, 'build', 'release')))
  for (const [path, hash] of Object.entries(integrity)) console.log(`sha384-${hash} ${path}`)
  console.log(`${tarball}: ${Object.keys(integrity).length} files, and nothing that it depends on`)
  const { repository } = JSON.parse(readFileSync(join(project, 'package.json')))
  if (!repository) console.log('package.json has no "repository": npm will not publish this with provenance')
}
