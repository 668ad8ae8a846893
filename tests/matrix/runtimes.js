/**
 * runtimes.js - the package in programs: Node from 20 on, Deno, Bun.
 */
import { makeApp, run, tool } from './workshop.js'

/** Programs by name, with their arguments before the script. @type {Record<string, [string, ...string[]]>} */
const RUNTIMES = {
  'Node (this)': [process.execPath],
  'Node 22': [tool('node-22/bin/node')],
  'Node 24': [tool('node-24/bin/node')],
  'Node 26': [tool('node-26/bin/node')],
  Deno: [tool(`@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}/deno`),
    'run', '--allow-read'],
  Bun: [tool(`@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}/bin/bun`)]
}

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {boolean} inCi
 * @property {() => Promise<string>} version
 * @property {(installed: string) => Promise<any>} check  what check.js returns
 */

/** @type {Runtime[]} */
export const CELLS = Object.entries(RUNTIMES).map(([name, [command, ...args]]) => ({
  name,
  inCi: command === process.execPath,
  version: async () => /[\d.]+/.exec(await run(command, ['--version']))[0],
  async check(installed) {
    const app = await makeApp(name.replace(/\W+/g, '-').toLowerCase(), installed, { sources: ['shared', 'node'] })
    return JSON.parse(await run(command, [...args, 'main.js'], { cwd: app }))
  }
}))
