/**
 * tiny-model.js - a real model of two layers with random weights and the golden vocabulary, converted as users convert.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openCheckpoint } from '../../js/convert/checkpoint.js'
import { convertCheckpoint } from '../../js/convert/index.js'
import { sha256 } from './fake-model.js'
import { CONFIG, checkpointFiles, makeTensors, safetensorsFile } from './make-checkpoint.js'

const TOKENIZER = new URL('../golden/tokenizer-8k/', import.meta.url)
const TOKENIZER_FILES = ['vocab.txt', 'bpe.codes', 'added_tokens.json', 'tokenizer_config.json']
const PIECES = 5

/** A module of dist/, or of the folder that BERTWEET_DIST names. @param {string} name */
export const binaryUrl = (name) => process.env.BERTWEET_DIST
  ? pathToFileURL(join(process.env.BERTWEET_DIST, name))
  : new URL(`../../dist/${name}`, import.meta.url)

/**
 * @param {Record<string, unknown>} [changes]  to config.json
 * @param {'raw' | 'int4'} [wire]
 * @returns {Promise<{manifest: object, files: Record<string, Uint8Array>}>}  raw: in several small shards; else in
 *   those of the converter
 */
export async function makeTinyModel(changes = {}, wire = 'raw') {
  const { manifest, files } = await convertTinyModel(changes, wire)
  if (wire !== 'raw') return { manifest, files }
  return split(manifest, Buffer.concat(manifest.shards.map(({ file }) => files[file])))
}

/** The same as the converter writes it. @param {Record<string, unknown>} changes @param {'raw' | 'int4'} wire */
export async function convertTinyModel(changes, wire) {
  const readTokenizer = async (name) => [name, await readFile(new URL(name, TOKENIZER))]
  const tokenizer = await Promise.all(TOKENIZER_FILES.map(readTokenizer))
  const { vocab_size } = JSON.parse(await readFile(new URL('config.json', TOKENIZER)))
  const config = {
    ...CONFIG, hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 4, intermediate_size: 64, vocab_size,
    max_position_embeddings: 130, ...changes
  }
  const checkpoint = await openCheckpoint(checkpointFiles({
    ...Object.fromEntries(tokenizer),
    'config.json': JSON.stringify(config),
    'model.safetensors': safetensorsFile(randomise(makeTensors(config)))
  }))
  const output = memoryOutput()
  const wasmUrl = binaryUrl('bertweet-convert.wasm')
  const manifest = await convertCheckpoint({ checkpoint, output, name: 'tiny', wire, wasmUrl })
  return { manifest, files: Object.fromEntries(manifest.shards.map(({ file }) => [file, output.files[file]])) }
}

/** Normal-ish weights from a small generator, the same on every machine; LayerNorm weights around 1. */
function randomise(tensors) {
  let state = 1
  const random = () => (state = Math.imul(state, 1664525) + 1013904223 | 0) / 2 ** 31
  for (const { name, bytes } of tensors) {
    const numbers = new Float32Array(bytes.buffer)
    const offset = name.endsWith('LayerNorm.weight') ? 1 : 0
    numbers.forEach((_, i) => { numbers[i] = offset + 0.25 * (random() + random() + random()) })
  }
  return tensors
}

function memoryOutput() {
  const files = {}
  return {
    files,
    write: async (name, bytes) => { files[name] = bytes.slice() },
    read: async (name) => files[name],
    commit: async () => {},
    discard: async () => {}
  }
}

/**
 * The same image in more shards, the last ones of odd sizes.
 *
 * @param {object} manifest
 * @param {Uint8Array} image
 * @param {number} [shift]  bytes by which all of them begin earlier: other contents
 */
export async function split(manifest, image, shift = 0) {
  const files = {}
  const shards = []
  for (let index = 0, offset = 0; index < PIECES; index++) {
    const end = index === PIECES - 1 ? image.length : Math.floor(image.length * (index + 1) / PIECES) - index - shift
    const bytes = new Uint8Array(image.subarray(offset, end))
    const hash = await sha256(bytes)
    const file = `${hash.slice(0, 16)}.bin`
    files[file] = bytes
    shards.push({ file, bytes: bytes.length, sha256: hash, encoding: 'raw', offset, size: bytes.length })
    offset = end
  }
  return { manifest: { ...manifest, shards }, files }
}

/** @param {string} folder  to be made @param {{manifest: object, files: Record<string, Uint8Array>}} model */
export async function writeModel(folder, { manifest, files }) {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
}
