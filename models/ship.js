/**
 * ship.js - makes a checkpoint the model of that name that ships, with all in the project that depends on its weights.
 *
 *     node models/ship.js <checkpoint> [--name tweet-mini] [--wire int4] [--temperature 1.3] [--data ../shared/data]
 *
 * Converts it into models/<name> (with README.md, index.js and index.d.ts), and writes anew: PyTorch's logits on dev,
 * which tests/python/dev_agreement.py compares labels with; the figures of the card, on dev; its size in the documents;
 * for the default model also the hashes of tests/js/default-bits.js. Prints what is left to do by hand.
 *
 * The temperature is that of the checkpoint's file `temperature`, where models/train/finish.py has written one.
 */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { createClassifier } from '../js/index.js'
import { hashOfLogits, syntheticTexts } from '../tests/browser/synthetic.js'
import { hashLogits } from '../tests/js/bits.js'
import { writeModelModule } from '../web/make-model-module.mjs'

const DEFAULT = 'tweet-mini'
const PROJECT = fileURLToPath(new URL('..', import.meta.url))

/** Where documents say how large a model is: name, file, place. */
export const SIZES = [
  ['tweet-mini', 'README.md', /(?<=, a )[\d.]+(?= MB default model)/],
  ['tweet-mini', 'CHANGELOG.md', /(?<=a sentiment model of )[\d.]+(?= MB that comes)/],
  ['tweet-nano', 'README.md', /(?<=`tweet-nano`, )[\d.]+(?= MB, comes with)/],
  ['tweet-nano', 'README.md', /(?<=\*\*tweet-nano\*\*, )[\d.]+(?= MB)/],
  ['tweet-nano', 'CHANGELOG.md', /(?<=`tweet-nano`, one of )[\d.]+(?= MB)/]
]

/** @param {{bytes: number}} manifest */
export const sizeOf = ({ bytes }) => (bytes / 1e6).toFixed(1)

const run = (command, ...args) => execFileSync(command, args, { cwd: PROJECT, stdio: 'inherit' })
const node = (...args) => run(process.execPath, ...args)

/** Shards and manifest in place of the earlier ones; the card stays. @returns {object} the manifest */
async function convert(checkpoint, name, wire, temperature) {
  const [made, folder] = [join(PROJECT, 'build/ship', name), join(PROJECT, 'models', name)]
  node('js/cli/main.js', 'convert', checkpoint, made, '--name', name, '--wire', wire, '--temperature', temperature)
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder).filter((file) => file.endsWith('.bin'))) rmSync(join(folder, file))
  for (const file of readdirSync(made)) copyFileSync(join(made, file), join(folder, file))
  await writeModelModule(folder)
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
}

/** Unless there are logits of just this checkpoint already. Takes a minute or two, beside the rest. */
async function writeGolden(checkpoint, name, dev) {
  const folder = join(PROJECT, 'tests/golden')
  const isSame = ([file, sha256]) =>
    createHash('sha256').update(readFileSync(join(checkpoint, file))).digest('hex') === sha256
  const isThere = readdirSync(folder).filter((file) => /^dev-logits-.*\.json$/.test(file)).some((file) => {
    const { sha256 } = JSON.parse(readFileSync(join(folder, file), 'utf8')).provenance
    return Object.entries(sha256).every((entry) => existsSync(join(checkpoint, entry[0])) && isSame(entry))
  })
  if (isThere) return
  run('tests/python/setup.sh', 'torch')
  const child = spawn('build/venv/torch/bin/python', ['tests/python/golden_logits.py', checkpoint,
    join(folder, `dev-logits-${name === DEFAULT ? 'default' : name}.json`), '--data', dev],
  { cwd: PROJECT, stdio: 'inherit' })
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`golden_logits.py ended with ${status}`)
}

async function writeBits({ config: { vocab_size: vocabSize } }) {
  const classifier = await createClassifier({ model: join(PROJECT, 'models', DEFAULT, 'manifest.json') })
  const rows = (count) => hashLogits(classifier, vocabSize, count, 64)
  const texts = (count) => hashOfLogits(classifier, syntheticTexts(count), 64)
  writeFileSync(join(PROJECT, 'tests/js/default-bits.js'), `\
// Written by models/ship.js: hashes of the default model's logits, of so many rows and texts. They change with the
// model and with the arithmetic.
export const ROWS = { 100: '${await rows(100)}', 2000: '${await rows(2000)}' } // of bits.js
export const TEXTS = { 10: '${await texts(10)}', 100: '${await texts(100)}' } // of tests/browser/synthetic.js
`)
  await classifier.dispose()
}

function writeSizes(name, manifest) {
  for (const [, file, place] of SIZES.filter(([of]) => of === name)) {
    const text = readFileSync(join(PROJECT, file), 'utf8')
    writeFileSync(join(PROJECT, file), text.replace(place, sizeOf(manifest)))
  }
}

const LEFT = `
Left to do by hand (models/train/README.md, Shipping):
- once, when all is settled: node models/card.js models/NAME DATA/semeval2017/test.tsv --checkpoint CHECKPOINT
- the words of models/NAME/README.md: size, training, what it is not good at
- README.md, Numbers; CHANGELOG.md; MODEL.md, section 5 (example); the scores in examples (README.md, MIGRATION.md, js/)
- npm test -- c wasm js labels browser chromium firefox webkit package`

async function main() {
  const { values, positionals: [checkpoint] } = parseArgs({ allowPositionals: true, options: {
    name: { type: 'string', default: DEFAULT }, wire: { type: 'string', default: 'int4' },
    temperature: { type: 'string' }, data: { type: 'string', default: join(PROJECT, '../shared/data') }
  } })
  if (!checkpoint) throw new Error('usage: node models/ship.js <checkpoint> [options]')
  const { name, wire, data } = values
  const fitted = join(checkpoint, 'temperature')
  const temperature = values.temperature ?? (existsSync(fitted) ? readFileSync(fitted, 'utf8').trim() : '1')
  const dev = join(data, 'semeval2017/dev.tsv')

  const manifest = await convert(checkpoint, name, wire, temperature)
  const golden = writeGolden(checkpoint, name, dev)
  if (name === DEFAULT) await writeBits(manifest)
  writeSizes(name, manifest)
  node('models/card.js', `models/${name}`, dev, '--checkpoint', checkpoint)
  await golden
  console.log(LEFT.replaceAll('NAME', name).replaceAll('DATA', data).replaceAll('CHECKPOINT', checkpoint))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
