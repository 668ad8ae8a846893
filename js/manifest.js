/**
 * manifest.js - reads manifest.json (models/MODEL.md, section 5) and refuses what it does not understand.
 */

import { BertweetError, show } from './errors.js'
import { importLater } from './later.js'
import { LOAD, check } from './options.js'
import { readFromAny } from './retry.js'
import { isRemote, nameOf, readAll, resolveLocation, webPage } from './source.js'
import { TEXT_MODES } from './text-modes.js'

/** @import { Source } from './source.js' */

const MAX_MANIFEST_BYTES = 16 << 20
/** How long a server may send nothing, where the model is here and only a newer one is asked for. */
const REVALIDATE_MS = 5000
/** What WebAssembly's 32-bit memory can hold beside the session. */
const MAX_IMAGE_BYTES = 2 ** 32 - 2 ** 26
/** The converter cuts at 8 MiB. Three are held at once: no manifest makes a page hold more than 192 MB. */
const MAX_SHARD_BYTES = 1 << 26
const MAX_SHARDS = 4096

/** Nothing that leads out of the manifest's folder or to another host. */
const PLAIN_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$/

const PROBLEM_TYPES = ['single_label_classification', 'multi_label_classification']

/** How a shard's bytes become the image's: as they are, or by bt_wire_expand of src/bertweet.h. */
export const ENCODINGS = Object.freeze(['raw', 'int4'])

/**
 * @typedef {{file: string, bytes: number, sha256: string, encoding: 'raw' | 'int4', offset: number,
 *   size: number}} Shard  bytes: as it travels; offset, size: of the piece of the image it becomes
 *
 * @typedef {object} Manifest  the fields of manifest.json that readers use; the others are carried along
 * @property {string} name
 * @property {{id: string, summary: string, text: string | null}} license
 * @property {Record<string, number>} config
 * @property {string[]} labels
 * @property {'single_label_classification' | 'multi_label_classification'} problemType
 * @property {number[] | null} thresholds
 * @property {number} temperature
 * @property {'none' | 'pysentimiento' | 'bertweet'} preprocess
 * @property {number} maxTokens
 * @property {{bytes: number, resident: number}} image
 * @property {number} bytes
 * @property {Shard[]} shards
 *
 * What users may give as `model`: where the manifest is (mirrors: several places, tried in order; a folder ends with a
 * slash), the manifest with the places of its shards, or the files of a folder on this device (js/files.js).
 * @typedef {string | URL | (string | URL)[] | {url: string | URL | (string | URL)[], integrity?: string}
 *   | {manifest: Manifest | string | Blob, files: Record<string, Source | string>}
 *   | import('./files.js').LocalFiles} ModelOption
 *
 * A model that is about to be loaded.
 * @typedef {object} Model
 * @property {Manifest} manifest
 * @property {string} text  the manifest as it arrived
 * @property {string | null} url  of the manifest, where it came from one
 * @property {string | null} id  names the model on this device through all its versions; null where it is not kept
 * @property {(shard: Shard) => Source[]} sourcesOf  where a shard may be found, best first
 * @property {(shard: Shard, source: Source) => void} prefer  tells which source had a shard: its server comes first
 *
 * @typedef {object} ReadModelOptions
 * @property {(bytes: Uint8Array) => Promise<string>} sha256  hex digits
 * @property {import('./cache.js').WeightCache} [cache]
 * @property {typeof globalThis.fetch} [fetch]
 * @property {AbortSignal} [signal]
 */

/**
 * Finds, reads and checks the manifest of a model. The one in the cache serves where no server gives one, and where
 * integrity says that it cannot have changed.
 *
 * @param {ModelOption} option
 * @param {ReadModelOptions} how
 * @returns {Promise<Model>}
 * @throws {BertweetError} input, network, integrity, format, model, unsupported, aborted
 */
export async function readModel(option, how) {
  if (option?.sourcesOf) return option // read before
  if (typeof option === 'string' || option instanceof URL) option = { url: option }
  if (isLocal(option)) option = await (await importLater('files')).filesOf(option, parseFile)
  if (Array.isArray(option)) option = { url: option }
  if (option?.manifest && option.files) return modelFromFiles(option, how)
  if (!option?.url || option.url.length === 0) {
    throw new BertweetError('input', 'The option model must be the URL of a manifest.json, a list of such URLs, ' +
      '{ url, integrity }, { manifest, files }, or the files of a folder.')
  }
  check('The option model', option, { url: LOAD.model, integrity: LOAD.model }) // a pin by another name is none
  return modelFromUrls([option.url].flat().map(locateManifest), option.integrity, how)
}

/** @param {Blob} manifest */
const parseFile = async (manifest) => parseManifest(await readManifest(manifest, undefined, {}), nameOf(manifest))

/** A list of File, the same as { files }, or something that is a folder. */
function isLocal(option) {
  if (typeof option !== 'object' || option === null || option instanceof URL) return false
  const { manifest, files = option } = option
  return !manifest && (files !== option || option[0] instanceof Blob || option.kind === 'directory' ||
    option.isDirectory === true)
}

/** @param {string | URL} location */
function locateManifest(location) {
  const url = resolveLocation(location)
  return url.pathname.endsWith('/') ? new URL(`manifest.json${url.search}`, url) : url
}

/** @returns {Promise<Model>} */
async function modelFromUrls(urls, integrity, { cache, ...how }) {
  const id = urls[0].href
  const make = (text, url) => {
    const bases = [url, ...urls.filter((other) => other !== url)]
    return {
      manifest: parseManifest(text, url.href),
      text,
      url: url.href,
      id: isRemote(urls[0]) ? id : null,
      sourcesOf: ({ file }) => bases.map((base) => new URL(file, base)),
      prefer({ file }, { href }) {
        const best = bases.findIndex((base) => new URL(file, base).href === href)
        bases.unshift(...bases.splice(best, 1))
      }
    }
  }
  const kept = isRemote(urls[0]) ? await cache?.record(id) : undefined
  const isPinned = integrity !== undefined
  if (kept !== undefined && isPinned && await hasIntegrity(new TextEncoder().encode(kept), integrity, how)) {
    return make(kept, urls[0])
  }
  try {
    // Where a copy is at hand, a bad network is not waited for.
    const patience = kept === undefined ? {} : { maxRounds: 1, idleMs: REVALIDATE_MS }
    return await readFromAny(urls, async (url, round) =>
      make(await readManifest(url, integrity, { ...how, ...patience, round }), url), { ...how, ...patience })
  } catch (error) {
    if (error.code !== 'network' || kept === undefined || isPinned) throw error
    return make(kept, urls[0])
  }
}

/** @returns {Promise<Model>} */
async function modelFromFiles({ manifest, files }, how) {
  if (manifest instanceof Blob) manifest = await readManifest(manifest, undefined, how)
  const parsed = parseManifest(manifest, 'The manifest given')
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
  for (const { file } of parsed.shards) {
    if (!Object.hasOwn(files, file) || !isString(files[file]) && !isObject(files[file])) {
      throw new BertweetError('input', `The model's file ${file} is missing.`, { shard: file })
    }
  }
  const sources = new Map(parsed.shards.map(({ file }) => [file, asSource(files[file])]))
  const [first] = sources.values()
  const id = isRemote(first) ? `${parsed.name} ${first.origin}` : null
  return { manifest: parsed, text, url: null, id, sourcesOf: ({ file }) => [sources.get(file)], prefer() {} }
}

const asSource = (file) => typeof file === 'string' ? resolveLocation(file) : file

/** @returns {Promise<string>} the text of a manifest */
async function readManifest(source, integrity, { round = 0, ...how }) {
  const httpCache = round > 0 ? 'reload' : 'no-cache'
  const bytes = await readAll(source, { ...how, httpCache, maxBytes: MAX_MANIFEST_BYTES })
  if (integrity !== undefined && !await hasIntegrity(bytes, integrity, how)) {
    throw new BertweetError('integrity', `${nameOf(source)} is not the manifest that integrity ${integrity} ` +
      'promises. Was it changed on the server?', { url: nameOf(source) })
  }
  return new TextDecoder().decode(bytes)
}

const hasIntegrity = async (bytes, integrity, { sha256 }) => integrityHash(integrity) === await sha256(bytes)

/** 'sha256-<base64>' as in HTML, or 64 hex digits, to hex digits. */
function integrityHash(integrity) {
  const [, base64] = /^sha256-([A-Za-z0-9+/]{43}=)$/.exec(integrity) ?? []
  const hex = base64 && Array.from(atob(base64), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  if (hex || isSha256(integrity)) return hex ?? integrity
  throw new BertweetError('input', 'integrity must be "sha256-" and base64, or the 64 hex digits of a SHA-256.')
}

/**
 * Checks a manifest. Every field that is used later is checked here, so that nothing later is surprised.
 *
 * @param {string | object} manifest  its text, or the parsed object
 * @param {string} where  its URL, for messages
 * @returns {Manifest}
 * @throws {BertweetError} format: not a manifest, or of another version; model: contradicts itself
 */
export function parseManifest(manifest, where) {
  const parsed = typeof manifest === 'string' ? parseJson(manifest, where) : manifest
  const refuse = (code, what) => {
    throw new BertweetError(code, `${where}: ${what}`, { url: where })
  }
  if (parsed?.format !== 'bertweet-wasm') refuse('format', 'not a manifest of bertweet-wasm ("format" is missing).')
  if (parsed.version !== 1) {
    refuse('format', `manifest version ${show(parsed.version)} is not known here (1 is). Update bertweet-wasm.`)
  }
  const wrong = FIELDS.find(([name, isRight]) => !isRight(parsed[name], parsed))
  if (wrong) {
    const [name, , description] = wrong
    refuse('model', `"${name}" must be ${description}; found ${show(parsed[name])}.`)
  }
  checkShards(parsed, refuse)
  return parsed
}

/** @param {string} text @param {string} where */
function parseJson(text, where) {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (/^\s*</.test(text)) throw webPage(where)
    const message = `${where} is not JSON: ${cause.message}. Was it cut short?`
    throw new BertweetError('format', message, { url: where, cause })
  }
}

const isCount = (value) => Number.isSafeInteger(value) && value > 0
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value)
const isString = (value) => typeof value === 'string'
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isSha256 = (value) => isString(value) && /^[0-9a-f]{64}$/.test(value)

/** Name, check and description of each field. @type {[string, (value: any, manifest: any) => boolean, string][]} */
const FIELDS = [
  ['name', isString, 'a string'],
  ['license', (value) => isObject(value) && isString(value.id) && isString(value.summary), '{ id, summary, text }'],
  ['config', (value) => isObject(value) && CONFIG_SIZES.every((name) => isCount(value[name])),
    'an object with the sizes of config.json'],
  ['labels', (value) => Array.isArray(value) && value.length > 0 && value.every(isString) &&
    new Set(value).size === value.length, 'a list of different strings'],
  ['problemType', (value) => PROBLEM_TYPES.includes(value), PROBLEM_TYPES.join(' or ')],
  ['thresholds', (value, { labels }) => value === null || Array.isArray(value) && value.length === labels.length &&
    value.every((threshold) => isNumber(threshold) && threshold >= 0 && threshold <= 1),
    'null or a number from 0 to 1 for each label'],
  ['temperature', (value) => isNumber(value) && isNumber(Math.fround(value)) && Math.fround(value) > 0,
    'a number over 0 that 32 bits can hold'],
  ['preprocess', (value) => TEXT_MODES.includes(value), `one of ${TEXT_MODES.join(', ')}`],
  ['maxTokens', (value, { config }) => isCount(value) && value >= 2 && value <= config.max_position_embeddings - 2,
    'a number of tokens from 2 to max_position_embeddings - 2'],
  ['image', (value) => isObject(value) && isCount(value.bytes) && isCount(value.resident) &&
    value.resident <= value.bytes && value.bytes <= MAX_IMAGE_BYTES, '{ bytes, resident }, of less than 4 GB'],
  ['bytes', isCount, 'a number of bytes'],
  ['shards', (value) => Array.isArray(value) && value.length > 0 && value.length <= MAX_SHARDS && value.every(isObject),
    `a list of at most ${MAX_SHARDS} objects`]
]

/** The sizes of the architecture, by their Hugging Face names, and where bt_model_info has them. */
const CONFIG_SIZES = ['hidden_size', 'num_hidden_layers', 'num_attention_heads', 'intermediate_size', 'vocab_size',
  'max_position_embeddings']

/** Shards follow each other without gaps, and their sizes add up. */
function checkShards({ shards, image, bytes }, refuse) {
  let offset = 0
  let total = 0
  const names = new Set()
  for (const shard of shards) {
    const what = `shard ${show(shard.file)}: `
    if (!isString(shard.file) || !PLAIN_NAME.test(shard.file)) refuse('model', `${what}bad name.`)
    if (names.has(shard.file)) refuse('model', `${what}named twice.`)
    if (!isSha256(shard.sha256)) refuse('model', `${what}"sha256" must be 64 hex digits.`)
    if (!ENCODINGS.includes(shard.encoding)) {
      refuse('format', `${what}encoding ${show(shard.encoding)} is not known here. Update bertweet-wasm.`)
    }
    if (shard.bytes > MAX_SHARD_BYTES) {
      refuse('model', `${what}"bytes" is ${show(shard.bytes)}, at most ${MAX_SHARD_BYTES} are read in one piece.`)
    }
    if (!isCount(shard.bytes) || !isCount(shard.size) || shard.encoding === 'raw' && shard.size !== shard.bytes) {
      refuse('model', `${what}"bytes" is ${show(shard.bytes)}, "size" ${show(shard.size)}.`)
    }
    if (shard.offset !== offset) refuse('model', `${what}"offset" is ${show(shard.offset)}, expected ${offset}.`)
    names.add(shard.file)
    offset += shard.size
    total += shard.bytes
  }
  if (offset !== image.bytes) refuse('model', `shards add up to ${offset} bytes of image, expected ${image.bytes}.`)
  if (total !== bytes) refuse('model', `shards add up to ${total} bytes, "bytes" says ${bytes}.`)
}
