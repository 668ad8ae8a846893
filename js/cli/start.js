/**
 * start.js - `npm start`: classifies a small sample, shows what came out, and serves the demo page.
 */

import { readFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

import { resultTable } from './formats.js'
import { MODEL_OPTIONS, openClassifier } from './model.js'
import { harmless, painter, write } from './output.js'
import { SERVER_OPTIONS, serveFolder } from './serve.js'

export const usage = '[options]'
export const summary = 'classify a sample, then serve the demo page'
export const options = {
  ...MODEL_OPTIONS,
  ...SERVER_OPTIONS,
  once: { help: 'end after the table, as with CI=true' },
}

const PACKAGE = new URL('../../', import.meta.url)

/** @type {import('./run.js').Command['run']} */
export async function run(values, _, io) {
  await showSample(values, io)
  if (!values.once && io.env.CI !== 'true') {
    await write(io.stdout, '\n')
    await serveFolder(fileURLToPath(PACKAGE), 'demo/', values, io, await demoHeaders())
  }
}

/** The private page and its worker may open no connection; a worker obeys the headers it came with. */
async function demoHeaders() {
  const headers = JSON.parse(await readFile(new URL('demo/private/headers.json', PACKAGE), 'utf8'))
  return (path) => path?.startsWith('/demo/private/') ? headers : undefined
}

async function showSample(values, io) {
  const begin = performance.now()
  const classifier = await openClassifier(values, io)
  const loadMs = performance.now() - begin
  try {
    const { info } = classifier
    const table = resultTable(info.labels, io.stdout, io.env, true)
    const lines = (await readFile(new URL('demo/sample.txt', PACKAGE), 'utf8')).trimEnd().split('\n')
    await classifier.classify(lines[0]) // engines compile on first use
    await write(io.stdout, table.head)
    for (const text of lines) {
      const start = performance.now()
      const result = await classifier.classify(text, { signal: io.signal })
      await write(io.stdout, table.line({ item: { text }, result, ms: performance.now() - start }))
    }
    const { dim } = painter(io.stdout, io.env)
    await write(io.stdout, dim(`\n${harmless(info.model)}, loaded in ${loadMs.toFixed(0)} ms; kernel ${info.kernel}, ` +
      `${info.threads} ${info.threads === 1 ? 'thread' : 'threads'}. Licence: ${harmless(info.license.summary)}\n`))
  } finally {
    await classifier.dispose()
  }
}
