import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

import { buildTokenizer, buildTokenizerImage } from '../../js/convert/tokenizer.js'

const VOCAB = 'ab 9\na@@ 5\nb 2\n'
const CODES = 'a b</w> 7\na b 3\nab ab 1\n'
const NONE = 0xffffffff

const build = (changes = {}) => buildTokenizer({ 'vocab.txt': VOCAB, 'bpe.codes': CODES, ...changes })

/** Numbers of a tensor, row by row. */
const rowsOf = ({ tensors }, name) => {
  const { rows, columns, data } = tensors.find((tensor) => tensor.name === `tokenizer.${name}`)
  return Array.from({ length: rows }, (_, row) => [...data.slice(columns * row, columns * (row + 1))])
}

/** Building is refused as a model error whose message matches every pattern. */
const refuses = (changes, ...patterns) => {
  for (const pattern of patterns) {
    assert.throws(() => build(changes), (error) => error.code === 'model' && pattern.test(error.message) ||
      assert.fail(error.message))
  }
}

/* ------------------------------------------------------------------------------------------------- tensors -- */

test('symbols, ids and merges of a small tokenizer', () => {
  const tokenizer = build()
  assert.equal(tokenizer.vocabSize, 8)
  assert.equal(tokenizer.maskId, 7)
  assert.equal(tokenizer.normalization, false)
  // symbols in order: 0 a, 1 b</w>, 2 ab</w>, 3 b, 4 ab, 5 abab
  assert.deepEqual(rowsOf(tokenizer, 'code_points'), [[97, 0, NONE], [98, 3, 1]])
  assert.deepEqual(rowsOf(tokenizer, 'symbol_ids'), [[5, 3], [3, 6], [3, 4], [3, 3], [3, 3], [3, 3]])
  assert.deepEqual(rowsOf(tokenizer, 'merge_rows'), [[0], [2], [2], [2], [2], [3], [3]])
  assert.deepEqual(rowsOf(tokenizer, 'merges'), [[1, 0, 2], [3, 1, 4], [4, 2, 5]])
})

test('equal strings are one symbol, whether "</w>" was typed or marks an end', () => {
  const tokenizer = build({ 'vocab.txt': 'a 1\nx@@ 1\n', 'bpe.codes': 'a <\t5\n a< /w> 4\na </w> 3\nx a</w> 2\n' })
  const characters = new Map(rowsOf(tokenizer, 'code_points').map(([code, ...symbols]) => [code, symbols]))
  const symbol = (text, column) => characters.get(text.codePointAt(0))[column - 1]
  const merges = rowsOf(tokenizer, 'merges')
  const finalA = symbol('a', 2)
  assert.equal(merges.filter(([, , result]) => result === finalA).length, 2)
  assert.ok(merges.some(([right]) => right === finalA))
  assert.equal(rowsOf(tokenizer, 'symbol_ids')[finalA][1], 4)
  assert.equal(rowsOf(tokenizer, 'symbol_ids')[symbol('x', 1)][0], 5)
})

test('a word that merges into a special string has its id', () => {
  const tokenizer = build({ 'vocab.txt': 'a 1\n', 'bpe.codes': '< s 5\n<s ></w> 4\n<m ask></w> 3\n' })
  const ids = rowsOf(tokenizer, 'symbol_ids').map(([, last]) => last)
  assert.ok(ids.includes(0))
  assert.ok(ids.includes(tokenizer.maskId))
})

test('code points beyond the first plane', () => {
  const tokenizer = build({ 'vocab.txt': '\u{1F602} 1\n\u{1F602}@@ 1\né 1\n', 'bpe.codes': '' })
  assert.deepEqual(rowsOf(tokenizer, 'code_points'), [[0xe9, NONE, 2], [0x1f602, 1, 0]])
})

test('the same files give the same bytes, as text and as bytes', () => {
  const bytes = { 'vocab.txt': new TextEncoder().encode(VOCAB), 'bpe.codes': new TextEncoder().encode(CODES) }
  assert.deepEqual(buildTokenizerImage(bytes), buildTokenizerImage({ 'vocab.txt': VOCAB, 'bpe.codes': CODES }))
})

/* -------------------------------------------------------------------------------------------- reading files -- */

test('newlines of any system, white space of Python, no trailing newline', () => {
  const expected = build().tensors
  const windows = (text) => text.replaceAll('\n', '\r\n')
  const mac = (text) => text.replaceAll('\n', '\r')
  assert.deepEqual(build({ 'vocab.txt': windows(VOCAB), 'bpe.codes': windows(CODES) }).tensors, expected)
  assert.deepEqual(build({ 'vocab.txt': mac(VOCAB), 'bpe.codes': mac(CODES) }).tensors, expected)
  assert.deepEqual(build({ 'vocab.txt': '\u2003ab 9\x1c\na@@ 5\u3000\n\x85b 2' }).tensors, expected)
  assert.deepEqual(build({ 'bpe.codes': '\u00a0a\u3000b</w> 7\na\x1fb 3\nab  ab\t1\n' }).tensors, expected)
  // As in Python, a last merge without a newline is lost; what is no white space there stays.
  assert.deepEqual(build({ 'bpe.codes': `${CODES}b b 1` }).tensors, expected)
  assert.deepEqual(rowsOf(build({ 'vocab.txt': '\ufeff 1\n', 'bpe.codes': '' }), 'code_points'), [[0xfeff, NONE, 0]])
})

test('names that every object has are tokens like others', () => {
  assert.equal(build({ 'vocab.txt': 'constructor 1\ntoString 1\n__proto__ 1\n' }).vocabSize, 8)
})

test('what Python would misread is refused with its place', () => {
  refuses({ 'vocab.txt': undefined }, /vocab\.txt is missing/)
  refuses({ 'bpe.codes': undefined }, /bpe\.codes is missing/)
  refuses({ 'vocab.txt': Uint8Array.of(0x61, 0xff, 0x20, 0x31) }, /vocab\.txt is not valid UTF-8/)
  refuses({ 'vocab.txt': 'a 1\nb\n' }, /vocab\.txt, line 2/, /"<token> <count>"/, /"b"/)
  refuses({ 'vocab.txt': 'a 1\n\nb 1\n' }, /vocab\.txt, line 2/)
  refuses({ 'vocab.txt': 'a 1\nb 1\na 2\n' }, /vocab\.txt, line 3/, /"a" stands in line 1/)
  refuses({ 'vocab.txt': 'a 1\n<pad> 1\n' }, /vocab\.txt, line 2/, /<pad>/)
  refuses({ 'vocab.txt': '<mask> 1\n' }, /vocab\.txt, line 1/, /<mask>/)
  refuses({ 'bpe.codes': 'a b 1\nb\n' }, /bpe\.codes, line 2/, /3 fields/)
  refuses({ 'bpe.codes': 'a b 1\na\u00a0a b 1\n' }, /bpe\.codes, line 2/, /3 fields/)
  refuses({ 'bpe.codes': 'a b 1\nb a 1\na b 9\n' }, /bpe\.codes, line 3/, /"a b" stands in line 1/)
})

test('the two-column bpe.codes of transformers 5 is refused by name', () => {
  refuses({ 'bpe.codes': 'a b\nb a\n' }, /written by transformers 5 save_pretrained/, /use the original file/)
})

test('settings that change how text is split are refused', () => {
  const config = (settings) => ({ 'tokenizer_config.json': JSON.stringify(settings) })
  const plain = { content: '<mask>', lstrip: false, rstrip: false, single_word: false, special: true }
  assert.equal(build({ 'added_tokens.json': '{"<mask>": 7}' }).maskId, 7)
  assert.equal(build(config({ normalization: true, tokenizer_class: 'BertweetTokenizer' })).normalization, true)
  build(config({ mask_token: plain, bos_token: '<s>', added_tokens_decoder: { 7: plain } }))
  build({ 'special_tokens_map.json': '{"mask_token": "<mask>", "unk_token": "<unk>"}' })

  refuses({ 'added_tokens.json': '{"<mask>": 8}' }, /expected id 7 for <mask>, found 8/)
  refuses({ 'added_tokens.json': '{"<new>": 8}' }, /"<new>"/)
  refuses({ 'added_tokens.json': '[]' }, /does not hold an object/)
  refuses({ 'tokenizer_config.json': '{' }, /tokenizer_config\.json is not valid JSON/)
  refuses(config({ tokenizer_class: 'RobertaTokenizer' }), /"BertweetTokenizer", found "RobertaTokenizer"/)
  refuses(config({ pad_token: '[PAD]' }), /pad_token "<pad>", found "\[PAD\]"/)
  refuses(config({ mask_token: { ...plain, lstrip: true } }), /mask_token has lstrip/)
  refuses(config({ added_tokens_decoder: { 8: { content: '<x>' } } }), /"<x>"/)
  refuses(config({ additional_special_tokens: ['<x>'] }), /additional_special_tokens/)
  refuses({ 'special_tokens_map.json': '{"sep_token": "|"}' }, /sep_token "<\/s>"/)
})

/* ------------------------------------------------------------------------------------------------ real files -- */

test('a folder with vocab.txt and bpe.codes alone gives the same as the whole folder', () => {
  const folder = new URL('../golden/tokenizer-8k/', import.meta.url)
  const files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder))]))
  const { 'vocab.txt': vocab, 'bpe.codes': codes } = files
  assert.deepEqual(buildTokenizer({ 'vocab.txt': vocab, 'bpe.codes': codes }), buildTokenizer(files))
  assert.equal(buildTokenizer(files).maskId, 8000)
})
