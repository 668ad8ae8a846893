/**
 * docs.test.js - every block of code in the documents runs, on the package as npm packs it.
 *
 * js runs in Node, html in Chromium, sh line by line; jsx, vue and svelte are the recipes that tests/recipes builds,
 * json the extension's manifest that tests/browser tries.
 * What they fetch from example.com comes from a local server with a tiny model.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { launchChromium, noChromium, startServer } from '../browser/browser.js'
import { PROJECT, installPackage, run } from './tools.js'

const DOCUMENTS = ['README.md', 'HOSTING.md', 'MIGRATION.md']
/** Files of the tests that use what a block shows. */
const RECIPES = {
  jsx: 'tests/recipes/app/react.jsx', vue: 'tests/recipes/app/Comment.vue', svelte: 'tests/recipes/app/Comment.svelte',
  json: 'tests/browser/extension.json'
}
/** Languages that are not ours to run. */
const OTHERS = ['', 'nginx', 'python']

/** Lines that the tests do otherwise, or cannot. */
const NOT_HERE = [
  /^npm (start|test|run [\w:]+)\b/, // the project's own; tests of their own
  /^npm install [\w-]+$/, // the package is installed already
  /finiteautomata/, // the Hub
  /\bserve\b/, // does not end
  /^parallel /, // npm run test:scale
  /^(esbuild|cp -r node_modules)/ // npm run test:matrix
]

/** For blocks that go on from others. */
const PRELUDE = `import { createClassifier, clearCache, downloadSize, isCached } from 'bertweet-wasm'
  const classifier = await createClassifier()
  const text = 'so good', texts = [text, 'so bad'], { signal } = new AbortController()
  const show = () => {}, onProgress = () => {}
`
const POSTLUDE = '\nif (typeof classifier === "object") await classifier.dispose?.()\n'

const blocks = DOCUMENTS.flatMap((name) => {
  const text = readFileSync(join(PROJECT, name), 'utf8')
  return Array.from(text.matchAll(/^```(\w*)\n(.*?)^```$/gms), ({ 1: language, 2: code, index }) =>
    ({ name, line: text.slice(0, index).split('\n').length, language, code }))
})

describe('the documents', () => {
  let home
  let server
  before(async () => {
    ({ home } = installPackage())
    // Random weights, of which this checkpoint has no near ties on the texts that verify compares.
    cpSync(join(PROJECT, 'tests/golden/tiny-f16'), join(home, 'checkpoint'), { recursive: true })
    writeFileSync(join(home, 'lines.txt'), 'so good\nso bad\n')
    writeFileSync(join(home, 'tweets.csv'), 'id,text\n1,so good\n2,"so, so bad"\n')
    writeFileSync(join(home, 'tweets.jsonl'), '{"text":"so good"}\n')
    writeFileSync(join(home, 'tweets.jsonl.gz'), gzipSync('{"text":"so good"}\n'))
    const labels = JSON.parse(readFileSync(join(home, 'checkpoint/config.json'))).id2label
    writeFileSync(join(home, 'labelled.tsv'), Object.values(labels).map((label) => `${label}\tso so\n`).join(''))
    bin('convert', 'checkpoint', 'my-model')
    cpSync(join(home, 'my-model'), join(home, 'model'), { recursive: true })
    server = await startServer({ root: home, isolated: false, headers: { 'access-control-allow-origin': '*' } })
  })
  after(async () => {
    await server?.close()
    rmSync(home, { recursive: true })
  })

  const bin = (...args) => run(join(home, 'node_modules/.bin/bertweet-wasm'), args, { cwd: home })

  /** The block with local addresses. */
  function localise(code) {
    const digest = createHash('sha256').update(readFileSync(join(home, 'my-model/manifest.json'))).digest('base64')
    return code
      .replace(/https:\/\/\w+\.example\.com\//g, server.url)
      .replace(/sha256-…/g, `sha256-${digest}`)
      .replace(/https:\/\/cdn\.jsdelivr\.net\/npm\/bertweet-wasm@[\d.]+/g, `${server.url}node_modules/bertweet-wasm`)
  }

  for (const { name, line, language, code } of blocks) {
    const title = `${name}:${line} ${language}`
    if (language === 'js' || language === 'ts') {
      test(title, async () => {
        const isWhole = /^import .* from /m.test(code)
        const file = join(home, `block-${name}-${line}.mjs`)
        writeFileSync(file, isWhole ? localise(code) + POSTLUDE : PRELUDE + localise(code) + POSTLUDE)
        await runNode(file)
      })
    } else if (language === 'html') {
      test(title, { skip: noChromium() }, async () => {
        const browser = await launchChromium()
        try {
          const page = await browser.newPage()
          const errors = []
          page.on('pageerror', ({ message }) => errors.push(message))
          const map = { imports: { 'bertweet-wasm/': '/node_modules/bertweet-wasm/js/',
            'bertweet-wasm': '/node_modules/bertweet-wasm/js/index.js',
            'bertweet-wasm/element': '/node_modules/bertweet-wasm/js/element/index.js' } }
          writeFileSync(join(home, 'block.html'), '<!doctype html><meta charset="utf-8"><script type="importmap">' +
            `${JSON.stringify(map)}</script>${localise(code)}`)
          await page.goto(`${server.url}block.html`, { waitUntil: 'networkidle' })
          assert.deepEqual(errors, [])
          if (code.includes('<tweet-sentiment')) {
            assert.equal(await page.evaluate(() => typeof customElements.get('tweet-sentiment')), 'function')
          }
        } finally {
          await browser.close()
        }
      })
    } else if (language === 'sh') {
      test(title, async () => {
        for (const command of code.split('\n').map((text) => text.replace(/\s+#.*$/, '').trim()).filter(Boolean)) {
          if (NOT_HERE.some((pattern) => pattern.test(command))) continue
          rmSync(join(home, 'out'), { recursive: true, force: true })
          await runShell(command.replaceAll('npx bertweet-wasm', 'node_modules/.bin/bertweet-wasm'))
        }
      })
    } else if (Object.hasOwn(RECIPES, language)) {
      test(title, () => {
        const recipe = readFileSync(join(PROJECT, RECIPES[language]), 'utf8')
        assert.ok(recipe.includes(code.trim()), `not what ${RECIPES[language]} has`)
      })
    } else {
      test(title, () => assert.ok(OTHERS.includes(language), `nothing runs ${language}`))
    }
  }

  /** Ends with an error where the program does. */
  const runProgram = (command, args) => new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: home, env: { ...process.env, NO_COLOR: '1' } })
    let output = ''
    child.stdout.on('data', (piece) => { output += piece })
    child.stderr.on('data', (piece) => { output += piece })
    child.on('error', reject)
    child.on('close', (code) => code === 0 ? resolve(output) : reject(new Error(`${args.join(' ')}\n${output}`)))
  })
  const runNode = (file) => runProgram(process.execPath, [file])
  const runShell = (command) => runProgram('sh', ['-c', command])
})
