/**
 * recipes.test.js - `<tweet-sentiment>` in React, Vue and Svelte: the packed package, built by Vite, in Chromium.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PROJECT, launchChromium, noChromium, startServer } from '../browser/browser.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const home = join(PROJECT, 'build', 'recipes')

function run(command, args, cwd = home) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

/** An app of its own folder, with the frameworks of the lock file and the package as npm packs it. */
function build() {
  mkdirSync(home, { recursive: true })
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8')
  const installed = join(home, 'package-lock.json')
  if (!existsSync(join(home, 'node_modules')) || readFileSync(installed, 'utf8') !== lock) {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(here, name), join(home, name))
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  }
  for (const name of ['app', 'dist', 'node_modules/bertweet-wasm', 'node_modules/.vite']) {
    rmSync(join(home, name), { recursive: true, force: true })
  }
  cpSync(join(here, 'app'), join(home, 'app'), { recursive: true })
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', home],
    PROJECT))
  mkdirSync(join(home, 'node_modules/bertweet-wasm'))
  run('tar', ['-xzf', filename, '--strip-components=1', '-C', 'node_modules/bertweet-wasm'])
  rmSync(join(home, filename))
  run(join(home, 'node_modules/.bin/vite'), ['build', '--logLevel', 'warn', '--outDir', '../dist'], join(home, 'app'))
}

describe('<tweet-sentiment> built by Vite', { skip: noChromium() }, () => {
  let browser
  let server
  before(async () => {
    build()
    browser = await launchChromium()
    server = await startServer({ root: join(home, 'dist'), isolated: false })
  })
  after(async () => {
    await browser?.close()
    await server?.close()
  })

  for (const framework of ['react', 'vue', 'svelte']) {
    test(`${framework} gets the label of what is typed`, async () => {
      const page = await browser.newPage()
      const errors = []
      page.on('pageerror', ({ message }) => errors.push(message))
      await page.goto(`${server.url}${framework}.html`)
      await page.locator('tweet-sentiment').getByLabel('Tweet').fill('I love this, thank you so much!')
      await page.locator('output', { hasText: 'POS' }).waitFor()
      await page.locator('tweet-sentiment').getByLabel('Tweet').fill('I hate this, it is awful')
      await page.locator('output', { hasText: 'NEG' }).waitFor()
      assert.equal(await page.locator('tweet-sentiment').evaluate((element) => element.explain), true)
      assert.deepEqual(errors, [])
    })
  }
})
