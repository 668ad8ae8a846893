/**
 * tokenizer.js - text to ids: tweets a second, and what a code point costs in long texts of the nasty kinds; natively
 * (tokenizer.c) and in Node, on one core each.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from '../browser/browser.js'
import { syntheticTexts } from '../browser/synthetic.js'
import { buildTokenizerImage } from '../../js/convert/tokenizer.js'
import { pickBinary } from '../../js/features.js'
import { MODES, Wasm, compile } from '../../web/wasm.js'

const FOLDER = join(PROJECT, 'build/bench/tokenizer')
const TWEETS = join(process.env.BERTWEET_SHARED ?? join(PROJECT, '../shared'), 'data/semeval2017/dev.tsv')
/** Texts are timed by so many, for some milliseconds, so that the best of many windows is undisturbed. */
const GROUP = 100

/** Code points of long texts. */
const LENGTHS = [1024, 2048, 4096, 8192, 16384, 32768]

/** What long texts repeat; tests/fuzz/effort.c has many more, and counts work. */
const KINDS = {
  'one letter': 'a',
  'words of a letter': 'a ',
  'random letters': randomLetters(32768),
  'a hashtag of capitals': '#A',
  handles: '@a',
  addresses: 'a.co',
  'almost addresses': 'a.a./a',
  'almost links': 'http://(a',
  parentheses: '()',
  'phone numbers': '555-',
  entities: '&amp;',
  'pipes and letters': '|a',
  laughter: 'ha',
  'special strings': '<s>',
  emoji: '😂😍',
  'joined women': '👩\u200d'
}

function randomLetters(count) {
  let state = 1
  const draw = () => (state = state * 48271 % 2147483647) % 26
  return Array.from({ length: count }, () => String.fromCharCode(97 + draw())).join('')
}

/** A text of so many code points. */
function lengthen(kind, length) {
  const points = [...kind]
  return Array.from({ length }, (_, index) => points[index % points.length]).join('')
}

/** Tweets where they are on this machine, invented texts elsewhere. */
function readTexts() {
  if (!existsSync(TWEETS)) return { source: 'invented', texts: syntheticTexts(2000) }
  const lines = readFileSync(TWEETS, 'utf8').trimEnd().split('\n')
  return { source: 'semeval2017/dev', texts: lines.map((line) => line.slice(line.indexOf('\t') + 1)) }
}

/**
 * Times both builds.
 *
 * @param {number} rounds
 * @returns {Promise<object>}  source, count and mean length of the texts; for each build texts a second by mode, and
 *   microseconds a code point by kind and mode, for each of LENGTHS
 */
export async function measureTokenizer(rounds) {
  mkdirSync(FOLDER, { recursive: true })
  const image = makeImage()
  const { source, texts } = readTexts()
  const groups = []
  for (let at = 0; at < texts.length; at += GROUP) groups.push(texts.slice(at, at + GROUP))
  const tweets = groups.length
  for (const kind of Object.values(KINDS)) groups.push(...LENGTHS.map((length) => [lengthen(kind, length)]))
  const builds = { native: timeNative(image, groups, rounds), wasm: await timeWasm(image, groups, rounds) }
  return {
    source,
    count: texts.length,
    codePoints: texts.reduce((sum, text) => sum + [...text].length, 0) / texts.length,
    lengths: LENGTHS,
    ...Object.fromEntries(Object.entries(builds).map(([name, seconds]) => [name, {
      textsPerSecond: eachMode((mode) => texts.length / seconds[mode].slice(0, tweets).reduce((sum, s) => sum + s)),
      microseconds: Object.fromEntries(Object.keys(KINDS).map((kind, index) => [kind, eachMode((mode) =>
        LENGTHS.map((length, at) => seconds[mode][tweets + index * LENGTHS.length + at] * 1e6 / length))]))
    }]))
  }
}

const eachMode = (value) =>
  Object.fromEntries(Object.entries(MODES).map(([name, mode]) => [name, value(mode)]))

/** A tokenizer of the published classifiers' size. @returns {Uint8Array} */
function makeImage() {
  const folder = join(FOLDER, 'published')
  execFileSync('python3', [join(PROJECT, 'tests/python/make_tokenizer.py'), 'published', folder])
  const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))])
  return buildTokenizerImage(Object.fromEntries(files))
}

/** @returns {number[][]} best seconds: [mode][group] */
function timeNative(image, groups, rounds) {
  const build = join(FOLDER, 'native')
  execFileSync('cmake', ['-S', PROJECT, '-B', build])
  execFileSync('cmake', ['--build', build, '--target', 'bench_tokenizer'])
  const u32 = (value) => new Uint8Array(Uint32Array.of(value).buffer)
  const encoded = groups.flatMap((group) => [u32(group.length), ...group.flatMap((text) => {
    const bytes = Buffer.from(text)
    return [u32(bytes.length), bytes]
  })])
  const [imageFile, textsFile] = [join(FOLDER, 'tokenizer.bin'), join(FOLDER, 'texts.bin')]
  writeFileSync(imageFile, image)
  writeFileSync(textsFile, Buffer.concat(encoded))
  return JSON.parse(execFileSync(join(build, 'bench_tokenizer'), [imageFile, textsFile, String(rounds)]))
}

/** As timeNative, by way of JavaScript. */
async function timeWasm(image, groups, rounds) {
  const wasm = await Wasm.create(await compile(pickBinary(null)), image.length)
  wasm.writeImage(0, image)
  wasm.open(image.length)
  const modes = Object.values(MODES)
  const best = modes.map(() => groups.map(() => Infinity))
  for (let round = 0; round < rounds; round++) {
    for (const mode of modes) {
      groups.forEach((group, at) => {
        const begin = performance.now()
        for (const text of group) wasm.tokenize(text, mode)
        best[mode][at] = Math.min(best[mode][at], (performance.now() - begin) / 1000)
      })
    }
  }
  return best
}
