/**
 * tokenize.js - texts to token ids, for comparison with Python's.
 */

import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import { readTokenizerFiles } from '../convert/checkpoint.js'
import { defaultPreprocess } from '../convert/index.js'
import { openDirectory } from '../convert/node-files.js'
import { buildTokenizer } from '../convert/tokenizer.js'
import { tokenizerImage } from '../convert/image.js'
import { pickBinary } from '../features.js'
import { compile, MODES, Wasm } from '../../web/wasm.js'
import { INPUT_OPTIONS, openInput, textsOf } from './input.js'
import { openClassifier, TEXT_MODES } from './model.js'
import { write } from './output.js'

export const usage = '[texts] [options]'
export const summary = 'show the tokens of texts, or of each line of stdin'
export const details = `With --jsonl one object a line: {"text": ..., "tokens": [...], "ids": [...]}. That is the text
after preprocessing, then, from <s> to </s>, what convert_ids_to_tokens gives in Python, and the ids.`

export const examples = [
  'bertweet-wasm tokenize "so #happy"',
  'bertweet-wasm tokenize --tokenizer ./checkpoint --mode none --input jsonl --jsonl < texts.jsonl',
]

export const options = {
  tokenizer: { value: 'PLACE', short: 't', help: 'folder with vocab.txt and bpe.codes, or a model;\n' +
    'default: the model of the package' },
  mode: { value: 'MODE', choices: TEXT_MODES, help: `text mode: ${TEXT_MODES.join(', ')}; default: the tokenizer's` },
  ...INPUT_OPTIONS,
  jsonl: { help: 'one JSON object a line' },
  'no-truncation': { help: 'all tokens, not only as many as the model reads' },
}

/** The one BertweetTokenizer has. */
const MAX_TOKENS = 128
const UNKNOWN_ID = 3

/**
 * What turns a text into tokens.
 *
 * @typedef {{tokenize: (text: string, truncation: boolean) => Promise<{text: string, tokens: string[], ids: number[]}>,
 *   dispose: () => Promise<void>}} Tokenizing
 */

/** @type {import('./run.js').Command['run']} */
export async function run(values, texts, io) {
  const truncation = !values['no-truncation']
  const tokenizing = await isTokenizerFolder(values.tokenizer)
    ? await openTokenizer(values.tokenizer, values.mode) : await openModel(values, io)
  try {
    const { batches } = await openInput(values, texts, io)
    for await (const items of batches) {
      const lines = []
      for (const text of textsOf(items)) lines.push(format(await tokenizing.tokenize(text, truncation), values.jsonl))
      await write(io.stdout, lines.join(''))
    }
  } finally {
    await tokenizing.dispose()
  }
}

const isTokenizerFolder = async (place) =>
  place !== undefined && stat(join(place, 'vocab.txt')).then((found) => found.isFile(), () => false)

/** @returns {Promise<Tokenizing>} over the files of a tokenizer alone, as an image in memory */
async function openTokenizer(directory, mode) {
  const files = await openDirectory(directory)
  const tokenizer = buildTokenizer(await readTokenizerFiles(files))
  await files.close()
  const image = tokenizerImage(tokenizer)
  const wasm = await Wasm.create(await compile(pickBinary()), image.length)
  wasm.writeImage(0, image)
  wasm.open(image.length)
  const number = MODES[mode ?? defaultPreprocess(tokenizer)]
  return {
    tokenize: async (text, truncation) => wasm.tokenize(text, number, truncation ? MAX_TOKENS : 0, true),
    dispose: async () => {},
  }
}

/** @returns {Promise<Tokenizing>} */
async function openModel({ tokenizer, mode }, io) {
  const classifier = await openClassifier({ model: tokenizer, preprocess: mode }, io)
  return {
    tokenize: (text, truncation) => classifier.tokenize(text, { truncation }),
    dispose: () => classifier.dispose(),
  }
}

/** Ids tell unknown tokens, of which the classifier keeps how they were written. */
function format({ text, tokens, ids }, jsonl) {
  const named = tokens.map((token, index) => ids[index] === UNKNOWN_ID ? '<unk>' : token)
  return jsonl ? `${JSON.stringify({ text, tokens: named, ids: Array.from(ids) })}\n`
    : `${named.map((token, index) => `${token} ${ids[index]}`).join('  ')}\n`
}
