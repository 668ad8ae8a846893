/**
 * tokenizer.js - from a BertweetTokenizer's files to the tokenizer tensors of an image (models/MODEL.md, section 4).
 *
 * vocab.txt (fairseq: `<token> <count>` a line) and bpe.codes (fastBPE: `<left> <right> <count>` a line, best first)
 * are read as transformers 4.57 reads them, and what it would silently misread is refused with its line number. The
 * result is what bt_tokenize looks things up in (src/bpe.h): every string that BPE handles has become a number, a
 * *symbol*, equal strings the same one. A symbol's string ends in "</w>" where it ends a word.
 */

import { BertweetError, show } from '../errors.js'
import { tokenizerImage } from './image.js'

/** Ids that BertweetTokenizer gives before it reads vocab.txt, which goes on with 4. `<mask>` follows the last line. */
const SPECIAL_IDS = Object.freeze({ '<s>': 0, '<pad>': 1, '</s>': 2, '<unk>': 3 })
const MASK = '<mask>'
const UNKNOWN_ID = SPECIAL_IDS['<unk>']
const WORD_END = '</w>'
const NO_SYMBOL = 0xffffffff

const isSpecial = (token) => typeof token === 'string' && Object.hasOwn(SPECIAL_IDS, token) || token === MASK

/** tokenizer_config.json and special_tokens_map.json may say these, and nothing else. */
const SPECIAL_ROLES = Object.freeze({
  bos_token: '<s>', cls_token: '<s>', pad_token: '<pad>', eos_token: '</s>', sep_token: '</s>', unk_token: '<unk>',
  mask_token: MASK,
})

/** The white space of Python's str.split and str.strip; JavaScript's \s and trim are other sets. */
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/
const SPACES = new RegExp(`${SPACE.source}+`)

/** Sixteen times those of BERTweet. */
const MAX_LINES = 1 << 20

/**
 * Contents by name: vocab.txt and bpe.codes; also added_tokens.json, tokenizer_config.json, special_tokens_map.json,
 * which have defaults.
 *
 * @typedef {Record<string, Uint8Array | string>} TokenizerFiles
 *
 * @typedef {object} Tokenizer
 * @property {number} vocabSize      ids are 0 .. vocabSize - 1
 * @property {number} maskId         id of `<mask>`, the last one
 * @property {boolean} normalization  of tokenizer_config.json: whether this tokenizer runs normalizeTweet by itself
 * @property {TokenizerTensor[]} tensors  the four of the image, in its order
 *
 * @typedef {{name: string, type: 'u32', rows: number, columns: number, data: Uint32Array}} TokenizerTensor
 */

/**
 * @param {TokenizerFiles} files
 * @returns {Tokenizer}
 * @throws {BertweetError} `model`: a file is missing, damaged, or says something that this tokenizer would not follow
 */
export function buildTokenizer(files) {
  const vocabulary = readVocabulary(textOf(files, 'vocab.txt'))
  const merges = readMerges(textOf(files, 'bpe.codes'))
  const maskId = vocabulary.size
  vocabulary.set(MASK, maskId)
  checkAddedTokens(files, vocabulary)
  const { normalization = false } = readSettings(files, 'tokenizer_config.json', vocabulary)
  readSettings(files, 'special_tokens_map.json', vocabulary)

  const symbols = numberSymbols(vocabulary, merges)
  const tensors = [
    tensor('code_points', 3, codePointRows(symbols)),
    tensor('symbol_ids', 2, idRows(symbols, vocabulary)),
    ...mergeTensors(symbols, merges),
  ]
  return { vocabSize: vocabulary.size, maskId, normalization: normalization === true, tensors }
}

/**
 * An image that holds the tokenizer alone: enough for text to ids, without weights.
 *
 * @param {TokenizerFiles} files
 * @returns {Uint8Array}
 */
export const buildTokenizerImage = (files) => tokenizerImage(buildTokenizer(files))

/* ---------------------------------------------------------------------------------------------- reading files -- */

/** @returns {never} */
function refuse(message) {
  throw new BertweetError('model', message)
}

/** A file as text, with Python's universal newlines. */
function textOf(files, name) {
  const content = files[name]
  if (content === undefined) refuse(`${name} is missing: a tokenizer needs vocab.txt and bpe.codes.`)
  if (typeof content === 'string') return content.replace(/\r\n?/g, '\n')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content).replace(/\r\n?/g, '\n')
  } catch (cause) {
    throw new BertweetError('model', `${name} is not valid UTF-8.`, { cause })
  }
}

/** @returns {string[]}  what newlines part: one more than there are */
function linesOf(text, name) {
  const lines = text.split('\n', MAX_LINES + 2)
  if (lines.length > MAX_LINES + 1) refuse(`${name} has more than ${MAX_LINES} lines: is it another file?`)
  return lines
}

/** Python's str.strip. By hand: a pattern for the end of a line looks at a run of spaces once for each of them. */
function strip(line) {
  let [begin, end] = [0, line.length]
  while (begin < end && SPACE.test(line[begin])) begin++
  while (end > begin && SPACE.test(line[end - 1])) end--
  return line.slice(begin, end)
}

/** A JSON file's object; {} if there is no such file. */
function objectOf(files, name) {
  if (files[name] === undefined) return {}
  let value
  try {
    value = JSON.parse(textOf(files, name))
  } catch (cause) {
    if (cause instanceof BertweetError) throw cause
    throw new BertweetError('model', `${name} is not valid JSON.`, { cause })
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) refuse(`${name} does not hold an object.`)
  return value
}

/**
 * vocab.txt: what stands before the last space of a line is a token, its id is the line's number.
 *
 * @param {string} text
 * @returns {Map<string, number>} token to id, the four special ones included
 */
function readVocabulary(text) {
  const vocabulary = new Map(Object.entries(SPECIAL_IDS))
  const lines = linesOf(text, 'vocab.txt')
  if (lines.at(-1) === '') lines.pop()
  lines.forEach((line, index) => {
    const entry = strip(line)
    const token = entry.slice(0, Math.max(entry.lastIndexOf(' '), 0))
    const where = `vocab.txt, line ${index + 1}`
    if (token === '') refuse(`${where}: expected "<token> <count>", found ${show(line)}.`)
    if (isSpecial(token)) refuse(`${where}: the special token ${token} may not be listed.`)
    const known = vocabulary.get(token)
    if (known !== undefined) refuse(`${where}: ${show(token)} stands in line ${known - 3} already.`)
    vocabulary.set(token, vocabulary.size)
  })
  return vocabulary
}

/**
 * bpe.codes: the pairs to merge, by rank. As in Python, what follows the last newline is not read.
 *
 * @param {string} text
 * @returns {[left: string, right: string][]}
 */
function readMerges(text) {
  const lines = linesOf(text, 'bpe.codes').slice(0, -1)
  const seen = new Map()
  return lines.map((line, index) => {
    const where = `bpe.codes, line ${index + 1}`
    const fields = strip(line).split(SPACES)
    if (fields.length === 2) {
      refuse(`${where}: 2 fields where "<left> <right> <count>" is expected. This file was written by transformers 5 ` +
        'save_pretrained, which drops the counts; use the original file.')
    }
    if (fields.length !== 3) refuse(`${where}: expected 3 fields, found ${show(line)}.`)
    const [left, right] = fields
    const pair = `${left} ${right}`
    if (seen.has(pair)) refuse(`${where}: ${show(pair)} stands in line ${seen.get(pair)} already.`)
    seen.set(pair, index + 1)
    return [left, right]
  })
}

/** added_tokens.json may name the special tokens with the ids they have anyway; more would change how text is split. */
function checkAddedTokens(files, vocabulary) {
  for (const [token, id] of Object.entries(objectOf(files, 'added_tokens.json'))) {
    checkSpecial('added_tokens.json', token, id, vocabulary)
  }
}

function checkSpecial(file, token, id, vocabulary) {
  if (!isSpecial(token)) {
    refuse(`${file} adds the token ${show(token)}; only ${MASK} can be added.`)
  }
  const expected = vocabulary.get(token)
  if (id !== expected) refuse(`${file}: expected id ${expected} for ${token}, found ${show(id)}.`)
}

/**
 * tokenizer_config.json or special_tokens_map.json: another class, other special tokens, or tokens that take the space
 * around them along are refused.
 */
function readSettings(files, file, vocabulary) {
  const settings = objectOf(files, file)
  const { tokenizer_class: tokenizerClass, added_tokens_decoder: added, additional_special_tokens: more } = settings
  if (tokenizerClass !== undefined && tokenizerClass !== 'BertweetTokenizer') {
    refuse(`${file}: expected tokenizer_class "BertweetTokenizer", found ${show(tokenizerClass)}.`)
  }
  for (const [role, token] of Object.entries(SPECIAL_ROLES)) {
    if (settings[role] !== undefined) checkPlain(file, role, settings[role], token)
  }
  for (const [id, token] of Object.entries(added ?? {})) {
    checkSpecial(file, token?.content, Number(id), vocabulary)
    checkPlain(file, `added_tokens_decoder.${id}`, token, token.content)
  }
  if (more?.length) refuse(`${file}: additional_special_tokens are not supported.`)
  return settings
}

/** token: a string, or an object of AddedToken's fields. */
function checkPlain(file, role, token, expected) {
  const { content, ...options } = typeof token === 'string' ? { content: token } : { ...token }
  if (content !== expected) refuse(`${file}: expected ${role} "${expected}", found ${show(content)}.`)
  for (const option of ['lstrip', 'rstrip', 'single_word']) {
    if (options[option]) refuse(`${file}: ${role} has ${option}, which is not supported.`)
  }
}

/* ------------------------------------------------------------------------------------------- building tensors -- */

const tensor = (name, columns, data) =>
  ({ name: `tokenizer.${name}`, type: 'u32', rows: data.length / columns, columns, data })

const isOneCodePoint = (string) =>
  string.length === 1 || (string.length === 2 && /** @type {number} */ (string.codePointAt(0)) > 0xffff)

/**
 * Numbers every string that BPE can meet and that matters: single code points that are tokens, within a word (`c@@`) or
 * at its end, and both sides and the result of each merge.
 *
 * @param {Map<string, number>} vocabulary
 * @param {[string, string][]} merges
 * @returns {Map<string, number>} strings to symbols, in ascending order of symbols
 */
function numberSymbols(vocabulary, merges) {
  const symbols = new Map()
  const number = (string) => {
    if (!symbols.has(string)) symbols.set(string, symbols.size)
  }
  for (const token of vocabulary.keys()) {
    if (isOneCodePoint(token)) number(token + WORD_END)
    if (token.endsWith('@@') && isOneCodePoint(token.slice(0, -2))) number(token.slice(0, -2))
  }
  for (const [left, right] of merges) {
    number(left)
    number(right)
    number(left + right)
  }
  return symbols
}

/** Rows of: code point, its symbol within a word, its symbol at the end of one. Code points ascend. */
function codePointRows(symbols) {
  const characters = new Map()
  for (const string of symbols.keys()) {
    const character = string.endsWith(WORD_END) ? string.slice(0, -WORD_END.length) : string
    if (isOneCodePoint(character)) characters.set(character.codePointAt(0), character)
  }
  const symbolOf = (string) => symbols.get(string) ?? NO_SYMBOL
  const rows = [...characters].sort(([a], [b]) => a - b)
  return Uint32Array.from(rows.flatMap(([code, character]) =>
    [code, symbolOf(character), symbolOf(character + WORD_END)]))
}

/** Rows of: the id of a symbol as a token within a word, and as the last one. */
function idRows(symbols, vocabulary) {
  const data = new Uint32Array(2 * symbols.size)
  for (const [string, symbol] of symbols) {
    data[2 * symbol] = vocabulary.get(`${string}@@`) ?? UNKNOWN_ID
    const last = string.endsWith(WORD_END) ? vocabulary.get(string.slice(0, -WORD_END.length)) : undefined
    data[2 * symbol + 1] = last ?? UNKNOWN_ID
  }
  return data
}

/** Compressed rows: where each left symbol's merges begin, and the merges with their right symbols ascending. */
function mergeTensors(symbols, merges) {
  const rows = merges.map(([left, right], rank) =>
    ({ left: symbols.get(left), right: symbols.get(right), rank, result: symbols.get(left + right) }))
  rows.sort((a, b) => a.left - b.left || a.right - b.right)

  const begins = new Uint32Array(symbols.size + 1)
  for (const { left } of rows) begins[left + 1]++
  for (let symbol = 0; symbol < symbols.size; symbol++) begins[symbol + 1] += begins[symbol]
  const data = new Uint32Array(3 * rows.length)
  rows.forEach(({ right, rank, result }, index) => data.set([right, rank, result], 3 * index))
  return [tensor('merge_rows', 1, begins), tensor('merges', 3, data)]
}
