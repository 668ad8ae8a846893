/**
 * make-goldens.mjs - turns tests/golden into what test_tokenizer.c reads without a JSON parser.
 *
 * usage: node make-goldens.mjs <folder>
 *
 * Writes into the folder:
 *
 *     tokenizer.bin   the image of tests/golden/tokenizer-8k
 *     default.bin     the default model as it travels: u64 hashes of the logits of 100 and of 2,000 rows, u32 bytes of
 *                     the image, u32 number of shards; then of each shard u32 encoding (0 raw, 1 int4), u32 bytes of
 *                     the image that it becomes, u32 count, and so many bytes (filled up to a multiple of 4)
 *     text-cases.bin  the cases of tests/golden/text_cases.jsonl in all modes, each untruncated and cut to 128 ids:
 *                     u32 case, u32 mode, u32 max_tokens, then input, text and ids, each as u32 count and its items:
 *                     bytes (filled up to a multiple of 4) for the first two, i32 for ids
 */

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'

import { buildTokenizerImage } from '../../js/convert/tokenizer.js'
import { ENCODINGS } from '../../js/manifest.js'
import model from '../../models/tweet-mini/index.js'
import { ROWS } from '../js/default-bits.js'

const MAX_TOKENS = 128
const EOS_ID = 2

const golden = new URL('../golden/', import.meta.url)
const encoder = new TextEncoder()

/** What bt_tokenize must answer to a case in each of its modes. Mode "none" leaves a text as it is. */
function* expectations({ id, text, bytes_b64: encoded, modes }) {
  const input = encoded === undefined ? encoder.encode(text) : Buffer.from(encoded, 'base64')
  const results = [{ text, ids: modes.A.ids }, modes.B, modes.C]
  for (const [mode, result] of results.entries()) {
    if (typeof result.text !== 'string') throw new TypeError(`Case ${id} has no text`)
    const output = encoder.encode(result.text)
    const { ids } = result
    yield { id, mode, maxTokens: 0, input, output, ids }
    const cut = ids.length > MAX_TOKENS ? [...ids.slice(0, MAX_TOKENS - 1), EOS_ID] : ids
    yield { id, mode, maxTokens: MAX_TOKENS, input, output, ids: cut }
  }
}

const u32 = (...numbers) => new Uint8Array(Uint32Array.from(numbers).buffer)
const padded = (bytes) => [u32(bytes.length), bytes, new Uint8Array(-bytes.length & 3)]

const record = ({ id, mode, maxTokens, input, output, ids }) =>
  [u32(id, mode, maxTokens), ...padded(input), ...padded(output), u32(ids.length, ...ids)]

function* defaultModel() {
  const { manifest: { image, shards }, files } = model
  yield new Uint8Array(BigUint64Array.from([ROWS[100], ROWS[2000]], (hash) => BigInt(`0x${hash}`)).buffer)
  yield u32(image.bytes, shards.length)
  for (const { file, size, encoding } of shards) {
    yield u32(ENCODINGS.indexOf(encoding), size)
    yield* padded(readFileSync(files[file]))
  }
}

function readFolder(folder) {
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(new URL(file, folder))]))
}

const folder = process.argv[2]
mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}/default.bin`, Buffer.concat([...defaultModel()]))
writeFileSync(`${folder}/tokenizer.bin`, buildTokenizerImage(readFolder(new URL('tokenizer-8k/', golden))))
const lines = readFileSync(new URL('text_cases.jsonl', golden), 'utf8').trimEnd().split('\n')
const records = lines.flatMap((line) => [...expectations(JSON.parse(line))]).flatMap(record)
writeFileSync(`${folder}/text-cases.bin`, Buffer.concat(records))
