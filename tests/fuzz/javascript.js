/**
 * javascript.js - fuzzes what reads other people's files in JavaScript: zip directories, pickles, safetensors' headers,
 * manifests, tokenizer files.
 *
 *     node tests/fuzz/javascript.js [--seconds 60 | --runs 2000] [--seed 1] [zip | pickle | ...]...
 *
 * Each input is read, or refused with the error that is meant for it; what is read keeps its promises. Inputs that
 * reach new code, as V8 counts it, are changed further. The seconds are divided among the targets. An input that fails
 * is left in build/fuzz/crash-<target>; once mended it belongs in tests/fuzz/regressions/<target>, which runs first.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BertweetError } from '../../js/errors.js'
import { generator, mutate } from './mutate.js'
import { makeTargets } from './targets.js'

/** Inputs between two looks at what code ran. */
const BATCH = 128
/** Of the processor, which other programs' load does not change: more than anything of this size is meant to take. */
const MAX_MS = 2000
const MAX_INPUT_BYTES = 1 << 14

const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  seconds: { type: 'string' }, runs: { type: 'string' }, seed: { type: 'string', default: '1' }
} })
const targets = (await makeTargets()).filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const coverage = startCoverage()
for (const target of targets) await fuzz(target)

async function fuzz(target) {
  const random = generator(Number(values.seed))
  const corpus = [...target.seeds]
  const cases = [...corpus, ...regressions(target.name)]
  for (const input of cases) await run(target, input)
  coverage.fresh()

  const until = performance.now() + 1000 * Number(values.seconds ?? Infinity) / targets.length
  const runs = values.seconds ? Infinity : Number(values.runs ?? 2000)
  let count = 0
  while (count < runs && performance.now() < until) {
    const batch = Array.from({ length: BATCH }, () =>
      mutate(corpus[random() % corpus.length], random, { others: corpus, ...target }).slice(0, MAX_INPUT_BYTES))
    for (const input of batch) await run(target, input)
    count += BATCH
    if (coverage.fresh() === 0) continue
    // Which of them was it? Those that go where none went before are kept; the first of a kind already counts as old.
    coverage.forgetLast()
    for (const input of batch) {
      await run(target, input)
      if (coverage.fresh() > 0) corpus.push(input)
    }
  }
  console.log(`${target.name}: ${count} inputs hold; ${corpus.length} reach ${coverage.size(target.scripts)} places`)
}

/** One input: read or refused. */
async function run(target, input) {
  const start = process.cpuUsage()
  try {
    await target.run(input)
  } catch (error) {
    const refused = error instanceof BertweetError && target.codes.includes(error.code)
    if (!refused || error.message.length > 1000) fail(target, input, error)
  }
  const { user, system } = process.cpuUsage(start)
  const ms = (user + system) / 1000
  if (ms > MAX_MS) fail(target, input, new Error(`took ${ms} ms`))
}

/** @returns {never} */
function fail({ name }, input, error) {
  mkdirSync('build/fuzz', { recursive: true })
  writeFileSync(`build/fuzz/crash-${name}`, input)
  console.error(`${name}: ${error.stack}\nThe input, of ${input.length} bytes, is in build/fuzz/crash-${name}.`)
  process.exit(1)
}

function regressions(name) {
  const folder = fileURLToPath(new URL(`regressions/${name}/`, import.meta.url))
  return existsSync(folder) ? readdirSync(folder).map((file) => new Uint8Array(readFileSync(folder + file))) : []
}

/** What code of js/ has run, by V8's own count of blocks. */
function startCoverage() {
  const session = new Session()
  session.connect()
  const post = (method, options) => {
    let answer
    session.post(method, options, (error, result) => { answer = error ?? result })
    return answer
  }
  post('Profiler.enable')
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const seen = new Set()
  let last = []
  return {
    /** Places that ran since the last look, for the first time. */
    fresh() {
      last = []
      for (const { url, functions } of post('Profiler.takePreciseCoverage').result) {
        if (!url.includes('/js/')) continue
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            const place = `${basename(url)}:${startOffset}-${endOffset}`
            if (count === 0 || seen.has(place)) continue
            seen.add(place)
            last.push(place)
          }
        }
      }
      return last.length
    },
    forgetLast() {
      for (const place of last) seen.delete(place)
    },
    size: (scripts) => [...seen].filter((place) => scripts.includes(place.split(':')[0])).length
  }
}
