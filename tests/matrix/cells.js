/**
 * cells.js - the bundlers and pages of the matrix. Each cell builds a project as its users would, with as little
 * configuration as it takes, and opens the page.
 */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { load, makeApp, run, serveFolder, startServing, tool } from './workshop.js'

/**
 * @typedef {object} Bench  what all cells share
 * @property {string} installed
 * @property {Awaited<ReturnType<typeof import('./workshop.js').openBrowser>>} browser
 *
 * @typedef {object} Cell
 * @property {string} name
 * @property {string[]} tools  packages whose versions the table names
 * @property {boolean} [inCi]
 * @property {string} [needs]  what users must do beside importing
 * @property {number} [threads]  that the page asks for and must get
 * @property {(bench: Bench) => Promise<import('./workshop.js').Visit>} visit
 */

/** As strict as the policy of a page with a worker and WebAssembly can be. */
const STRICT = { 'content-security-policy':
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'" }

/** What makes a page cross-origin isolated, so that it may use threads. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

async function visitBuilt(browser, app, { headers, find } = {}) {
  const server = await serveFolder(join(app, 'dist'), headers)
  try {
    return await browser.visit(server.url, find)
  } finally {
    await server.close()
  }
}

/** Starts a tool's own server, on a free port. @param {(url: string) => Promise<void>} [check]  before the visit */
async function visitServing(browser, program, args, cwd, check) {
  const server = await startServing(program, [...args, '--port', '0'], { cwd })
  try {
    await check?.(server.url)
    return await browser.visit(server.url)
  } finally {
    await server.close()
  }
}

/** For tools that do not read pages: the page, and other files, beside what was built. */
const copyTo = (app, names) => Promise.all(names.map((name) =>
  cp(join(app, name), join(app, 'dist', name.split('/').at(-1)), { recursive: true })))

/** The API of webpack and of what is compatible with it. */
async function compile(name, app) {
  const config = { mode: 'production', context: app, entry: './main.js', output: { path: join(app, 'dist') },
    performance: { hints: false } }
  const stats = await new Promise((resolve, reject) =>
    load(name)(config, (error, stats) => error ? reject(error) : resolve(stats)))
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true })
  const complaint = [...errors, ...warnings].map(({ message }) => message).join('\n')
  if (complaint) throw new Error(complaint)
  await copyTo(app, ['index.html'])
}

const PACKAGE = 'node_modules/bertweet-wasm'
const VITE = 'vite/bin/vite.js'
const VITE_7 = 'vite-7/bin/vite.js'
const NEXT = 'next/dist/bin/next'
const ESBUILD = 'esbuild/bin/esbuild'

/** Next.js: a page that is rendered on the server and runs in the browser, and a route of the server's alone. */
const next = (bundler) => ({
  name: `Next.js, ${bundler}`,
  tools: ['next', 'react'],
  needs: "'use client' where it is used",
  async visit({ installed, browser }) {
    const app = await makeApp(`next-${bundler}`, installed, { sources: ['shared', 'next'] })
    await run(tool(NEXT), ['build', `--${bundler}`], { cwd: app })
    return visitServing(browser, tool(NEXT), ['start'], app, async (url) => {
      const { imported } = await (await fetch(`${url}api`)).json()
      if (imported !== 'function') throw new Error('the server could not import the package')
    })
  }
})

/** A page whose package comes from another origin, as from a CDN. @param {(cdn: string) => string[][]} makeEdits  of
 * files: what is replaced by what */
async function visitForeign(name, { installed, browser }, makeEdits) {
  const app = await makeApp(name, installed)
  const cdn = await serveFolder(join(app, PACKAGE), { 'access-control-allow-origin': '*' })
  const server = await serveFolder(app)
  try {
    for (const [file, from, to] of makeEdits(cdn.url)) {
      const text = await readFile(join(app, file), 'utf8')
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
      await writeFile(join(app, file), text.replace(from, to))
    }
    return await browser.visit(server.url)
  } finally {
    await Promise.all([server.close(), cdn.close()])
  }
}

const importMap = (url) => `<script type="importmap">{ "imports": { "bertweet-wasm": "${url}" } }</script>\n<script`

/** @type {Cell[]} */
export const CELLS = [
  {
    name: 'Vite, built, strict policy',
    tools: ['vite'],
    inCi: true,
    async visit({ installed, browser }) {
      const app = await makeApp('vite', installed)
      await run(tool(VITE), ['build'], { cwd: app })
      return visitBuilt(browser, app, { headers: STRICT })
    }
  },
  {
    name: 'Vite, built, isolated, two threads',
    tools: ['vite'],
    inCi: true,
    threads: 2,
    async visit({ installed, browser }) {
      const app = await makeApp('vite-threads', installed, { sources: ['shared', 'threads'] })
      await run(tool(VITE), ['build'], { cwd: app })
      return visitBuilt(browser, app, { headers: { ...STRICT, ...ISOLATED } })
    }
  },
  {
    name: 'webpack, isolated, two threads',
    tools: ['webpack'],
    threads: 2,
    async visit({ installed, browser }) {
      const app = await makeApp('webpack-threads', installed, { sources: ['shared', 'threads'] })
      await compile('webpack', app)
      return visitBuilt(browser, app, { headers: { ...STRICT, ...ISOLATED } })
    }
  },
  {
    name: 'Parcel, isolated, two threads',
    tools: ['parcel'],
    threads: 2,
    async visit({ installed, browser }) {
      const app = await makeApp('parcel-threads', installed, { sources: ['shared', 'threads'] })
      await run(tool('parcel/lib/bin.js'), ['build', 'index.html', '--no-cache'], { cwd: app })
      return visitBuilt(browser, app, { headers: ISOLATED })
    }
  },
  {
    name: 'Vite, development server',
    tools: ['vite'],
    inCi: true,
    async visit({ installed, browser }) {
      return visitServing(browser, tool(VITE), [], await makeApp('vite-dev', installed))
    }
  },
  {
    name: 'Vite 7, built',
    tools: ['vite-7'],
    async visit({ installed, browser }) {
      const app = await makeApp('vite-7', installed)
      await run(tool(VITE_7), ['build'], { cwd: app })
      return visitBuilt(browser, app)
    }
  },
  {
    name: 'Vite 7, development server',
    tools: ['vite-7'],
    needs: "optimizeDeps: { exclude: ['bertweet-wasm'] }",
    async visit({ installed, browser }) {
      const plain = await makeApp('vite-7-plain', installed)
      const { outcome } = await visitServing(browser, tool(VITE_7), [], plain)
      if (!outcome.error?.includes('optimizeDeps')) throw new Error(`no advice in: ${JSON.stringify(outcome)}`)
      const app = await makeApp('vite-7-dev', installed, { sources: ['shared', 'vite-7'] })
      return visitServing(browser, tool(VITE_7), [], app)
    }
  },
  ...['webpack', '@rspack/core'].map((name) => ({
    name: name === 'webpack' ? 'webpack' : 'Rspack',
    tools: [name],
    inCi: name === 'webpack',
    async visit({ installed, browser }) {
      const app = await makeApp(name.replace(/\W/g, ''), installed)
      await compile(name, app)
      return visitBuilt(browser, app)
    }
  })),
  {
    name: 'esbuild',
    tools: ['esbuild'],
    inCi: true,
    needs: 'the worker as second entry; dist/ and the model copied; wasmUrl, workerUrl, model',
    async visit({ installed, browser }) {
      const app = await makeApp('esbuild', installed, { sources: ['shared', 'esbuild'] })
      await run(tool(ESBUILD), ['main.js', 'worker=bertweet-wasm/worker', '--bundle', '--format=esm', '--splitting',
        '--outdir=dist'], { cwd: app })
      await copyTo(app, ['index.html', `${PACKAGE}/dist`, `${PACKAGE}/models/tweet-mini`])
      return visitBuilt(browser, app)
    }
  },
  {
    name: 'esbuild, package copied',
    tools: ['esbuild'],
    inCi: true,
    needs: 'the package copied beside; alias and external',
    async visit({ installed, browser }) {
      const app = await makeApp('esbuild-external', installed)
      await run(tool(ESBUILD), ['main.js', '--bundle', '--format=esm', '--outdir=dist',
        '--alias:bertweet-wasm=./bertweet-wasm/js/index.js', '--external:./bertweet-wasm/*'], { cwd: app })
      await copyTo(app, ['index.html', PACKAGE])
      return visitBuilt(browser, app)
    }
  },
  {
    name: 'Rollup',
    tools: ['rollup', '@rollup/plugin-node-resolve', '@web/rollup-plugin-import-meta-assets'],
    needs: 'the two plugins; the worker as second input; workerUrl',
    async visit({ installed, browser }) {
      const app = await makeApp('rollup', installed, { sources: ['shared', 'rollup'] })
      await run(tool('rollup/dist/bin/rollup'), ['--config'], { cwd: app })
      await copyTo(app, ['index.html'])
      return visitBuilt(browser, app)
    }
  },
  {
    name: 'Parcel',
    tools: ['parcel'],
    async visit({ installed, browser }) {
      const app = await makeApp('parcel', installed)
      await run(tool('parcel/lib/bin.js'), ['build', 'index.html', '--no-cache'], { cwd: app })
      return visitBuilt(browser, app)
    }
  },
  next('turbopack'),
  next('webpack'),
  {
    name: 'modules from another origin',
    tools: [],
    inCi: true,
    visit: (bench) => visitForeign('modules', bench, (cdn) => [['check.js', 'bertweet-wasm', `${cdn}js/index.js`]])
  },
  {
    name: 'one file from another origin',
    tools: [],
    inCi: true,
    visit: (bench) => visitForeign('one-file', bench, (cdn) =>
      [['check.js', 'bertweet-wasm', `${cdn}dist/bertweet.min.js`]])
  },
  {
    name: 'import map',
    tools: [],
    inCi: true,
    visit: (bench) => visitForeign('import-map', bench, () =>
      [['index.html', '<script', importMap(`/${PACKAGE}/js/index.js`)]])
  },
  {
    name: 'import map to another origin',
    tools: [],
    visit: (bench) => visitForeign('import-map-foreign', bench, (cdn) =>
      [['index.html', '<script', importMap(`${cdn}js/index.js`)]])
  }
]
