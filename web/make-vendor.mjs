/**
 * make-vendor.mjs - bundles what the demo takes from others into demo/vendor: `node web/make-vendor.mjs [folder]`.
 *
 * The same lock file gives the same bytes. Licences stay in the files.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('..', import.meta.url))
const home = join(project, 'build', 'vendor')
const out = resolve(process.argv[2] ?? join(project, 'demo', 'vendor'))

const PARTS = {
  charts: `export { Chart } from 'chart.js'
    import { BarController, BarElement, CategoryScale, Chart, Filler, Legend, LinearScale, LineController, LineElement,
      PointElement, Tooltip } from 'chart.js'
    Chart.register(BarController, BarElement, CategoryScale, Filler, Legend, LinearScale, LineController, LineElement,
      PointElement, Tooltip)`,
  vader: 'export { default } from \'vader-sentiment\''
}
const PACKAGES = {
  charts: { folder: 'chart.js', licence: 'LICENSE.md' },
  vader: { folder: 'vader-sentiment', licence: 'LICENSE' }
}

mkdirSync(home, { recursive: true })
for (const name of ['package.json', 'package-lock.json']) cpSync(join(project, 'web/vendor', name), join(home, name))
execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: home })
const require = createRequire(join(home, 'package.json'))
const esbuild = require('esbuild')
for (const [part, contents] of Object.entries(PARTS)) {
  const { folder, licence } = PACKAGES[part]
  const read = (file) => readFileSync(join(home, 'node_modules', folder, file), 'utf8')
  const { name, version, license } = JSON.parse(read('package.json'))
  await esbuild.build({
    stdin: { contents, resolveDir: home },
    outfile: join(out, `${part}.js`),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'inline',
    banner: { js: `/*! ${name} ${version}, ${license}\n\n${read(licence).trim().replaceAll('*/', '* /')}\n*/` }
  })
}
