/**
 * hub.js - fetches a checkpoint's files from the Hugging Face Hub, or from a mirror that speaks like it.
 *
 * A file stands at <endpoint>/<id>/resolve/<revision>/<file>; large ones are redirected to a content network. Answers
 * carry the commit (x-repo-commit), and of large files size and SHA-256 (x-linked-size, x-linked-etag), which are
 * checked. All files are taken from the commit that config.json came from.
 */

import { abortError, BertweetError, describe, show, throwIfAborted } from '../errors.js'
import { WHOLE_NBYTES } from './files.js'

export const HUB_ENDPOINT = 'https://huggingface.co'

/** The preferred form of the weights first, as checkpoint.js reads them. An index names its shards. */
const WEIGHT_FILES = ['model.safetensors', 'model.safetensors.index.json', 'pytorch_model.bin',
  'pytorch_model.bin.index.json']
const REQUIRED_FILES = ['vocab.txt', 'bpe.codes']
const OPTIONAL_FILES = ['added_tokens.json', 'tokenizer_config.json', 'special_tokens_map.json', 'README.md', 'LICENSE']

/** Files that an index may name. Those of the largest models have some hundred. */
const MAX_SHARDS = 1024

const MAX_ATTEMPTS = 5
const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 30_000
const MAX_REDIRECTS = 5

/**
 * Where files are kept, a folder for each commit of each repository (node-store.js).
 *
 * @typedef {object} Store
 * @property {(name: string) => Promise<boolean>} has  whether a file is there, whole
 * @property {(name: string) => Promise<Uint8Array>} read
 * @property {(name: string, blocks: AsyncIterable<Uint8Array>) => Promise<void>} write
 *   the whole file, or nothing where the blocks end in an error
 * @property {() => import('./files.js').Hasher} createHash  SHA-256
 *
 * @typedef {object} DownloadOptions
 * @property {string} repository  "user/name"
 * @property {string} [revision]  branch, tag or commit; default "main"
 * @property {(repository: string, version: string) => Promise<Store>} openStore
 *   version: the commit, or the revision of a mirror that does not name commits
 * @property {string} [endpoint]  default HUB_ENDPOINT
 * @property {string} [token]     for gated and private repositories; sent to the endpoint's origin alone
 * @property {typeof fetch} [fetch]
 * @property {(ms: number) => Promise<void>} [sleep]  between attempts
 * @property {(progress: {file: string, loaded: number, total: number | null, source: 'network' | 'cache'}) => void}
 *   [onProgress]  bytes of a file; total is null while unknown
 * @property {AbortSignal} [signal]
 */

/**
 * "user/name" or "user/name@revision", taken apart.
 *
 * @param {string} text
 * @returns {{repository: string, revision: string} | null}  null if it cannot be a Hub id
 */
export function parseHubId(text) {
  const match = /^([a-z0-9][\w.-]*\/[a-z0-9][\w.-]*)(?:@(\S+))?$/i.exec(text)
  return match && { repository: match[1], revision: match[2] ?? 'main' }
}

/**
 * Fetches what the converter needs; files that the store has already are not fetched again.
 *
 * @param {DownloadOptions} options
 * @returns {Promise<{store: Store, commit: string | null}>}
 * @throws {BertweetError} `network`: not there, not allowed, or not reachable after some attempts; `integrity`: bytes
 *   that are not the ones announced; `format`: a web page; `model`: no weights in the repository; `aborted`
 */
export async function downloadCheckpoint(options) {
  const hub = new Hub(options)
  const { commit, store } = await hub.begin()
  await hub.fetchWeights(store)
  for (const file of REQUIRED_FILES) await hub.fetchFile(store, file)
  for (const file of OPTIONAL_FILES) await hub.fetchFile(store, file, { optional: true })
  return { store, commit }
}

class Hub {
  /** @param {DownloadOptions} options */
  constructor({ repository, revision = 'main', openStore, endpoint = HUB_ENDPOINT, token, fetch = globalThis.fetch,
    sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms) }), onProgress = () => {}, signal }) {
    Object.assign(this, { repository, revision, openStore, token, fetch, sleep, onProgress, signal })
    this.endpoint = endpoint.replace(/\/+$/, '')
    if (!/^https?:\/\//.test(this.endpoint) || !URL.canParse(this.endpoint)) {
      throw new BertweetError('input', `The Hub's address must be a URL like ${HUB_ENDPOINT}, found "${endpoint}".`)
    }
  }

  /**
   * config.json comes first and says which commit the rest is taken from. A full commit that was fetched before needs
   * no request. Where no commit is known, nothing says that kept files are still current: they are fetched again.
   */
  async begin() {
    if (/^[0-9a-f]{40}$/.test(this.revision)) {
      const store = await this.openStore(this.repository, this.revision)
      await this.fetchFile(store, 'config.json')
      return { commit: this.revision, store }
    }
    const { commit, store } = await this.retry(async () => {
      const response = await this.request('config.json')
      const store = await this.openStore(this.repository, response.commit ?? this.revision)
      await store.write('config.json', this.receive('config.json', response, store))
      return { commit: response.commit ?? null, store }
    })
    if (commit) this.revision = commit
    else this.refetch = true
    return { commit, store }
  }

  async fetchWeights(store) {
    for (const file of WEIGHT_FILES) {
      const isIndex = file.endsWith('.json')
      if (await this.fetchFile(store, file, { optional: true, isLarge: !isIndex })) {
        if (isIndex) await this.fetchShards(store, file)
        return
      }
    }
    throw new BertweetError('model', `${this.repository} has no weights that can be read: expected ` +
      `${WEIGHT_FILES.join(' or ')}. Save the model from PyTorch with save_pretrained.`, { url: this.url('') })
  }

  async fetchShards(store, index) {
    let names
    try {
      names = Object.values(JSON.parse(new TextDecoder().decode(await store.read(index))).weight_map)
    } catch (cause) {
      throw new BertweetError('model', `${this.url(index)}: expected JSON with a "weight_map".`, { cause })
    }
    const shards = [...new Set(names)].sort()
    if (shards.length > MAX_SHARDS) {
      throw new BertweetError('model', `${this.url(index)} names ${shards.length} files, expected at most ` +
        `${MAX_SHARDS}.`)
    }
    for (const name of shards) {
      if (typeof name !== 'string' || !/^[\w-][\w.-]*$/.test(name)) {
        throw new BertweetError('model', `${this.url(index)}: expected names of files beside it, found ` +
          `${show(name)}.`)
      }
      await this.fetchFile(store, name, { isLarge: true })
    }
  }

  /**
   * @param {Store} store @param {string} file
   * @param {{optional?: boolean, isLarge?: boolean}} [kind]  isLarge: weights, which are as large as they are
   * @returns {Promise<boolean>}  false if an optional file does not exist
   */
  async fetchFile(store, file, { optional = false, isLarge = false } = {}) {
    if (!this.refetch && await store.has(file)) {
      this.onProgress({ file, loaded: 0, total: null, source: 'cache' })
      return true
    }
    return this.retry(async () => {
      const response = await this.request(file, { optional })
      if (response === null) return false
      await store.write(file, this.receive(file, response, store, isLarge ? Infinity : WHOLE_NBYTES))
      return true
    })
  }

  /** Runs an attempt again after failures that may pass. */
  async retry(attempt) {
    for (let count = 1; ; count++) {
      throwIfAborted(this.signal)
      try {
        return await attempt()
      } catch (error) {
        if (this.signal?.aborted) throw abortError(this.signal)
        if (!(error instanceof TransientError)) throw error
        if (count === MAX_ATTEMPTS) throw error.final
        await this.sleep(Math.min(MAX_DELAY_MS, Math.max(error.delayMs, FIRST_DELAY_MS * 2 ** (count - 1))))
      }
    }
  }

  url(file) {
    const revision = encodeURIComponent(this.revision)
    return `${this.endpoint}/${this.repository}/resolve/${revision}/${encodeURIComponent(file)}`
  }

  /**
   * Follows redirects by hand, since the first answer carries what is known of the file, and so that the token goes to
   * the endpoint alone.
   *
   * @returns {Promise<HubResponse | null>}  null if an optional file does not exist
   */
  async request(file, { optional = false } = {}) {
    let url = new URL(this.url(file))
    const origin = url.origin
    const known = {}
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const authorization = this.token && url.origin === origin ? { authorization: `Bearer ${this.token}` } : {}
      const response = await this.fetch(url, { redirect: 'manual', signal: this.signal,
        headers: { 'accept-encoding': 'identity', 'user-agent': 'bertweet-wasm', ...authorization } })
        .catch((cause) => { throw unreachable(url.href, cause) })
      Object.assign(known, linkedFile(response.headers))
      if (response.status === 200) return { ...known, response, url: url.href }
      await response.body?.cancel()
      if (response.status === 404 && optional) return null
      if (response.status < 300 || response.status > 399) throw this.statusError(response, file)
      url = nextHop(response, url)
    }
    throw new BertweetError('network', `${this.url(file)} redirects more than ${MAX_REDIRECTS} times.`,
      { url: url.href })
  }

  statusError({ status, headers }, file) {
    const url = this.url(file)
    const name = `${this.repository}@${this.revision}`
    if (status === 401 || status === 403) {
      const token = this.token ? 'The token in HF_TOKEN does not allow it' : 'It is gated or private, or does not exist'
      return new BertweetError('network', `No access to ${name} (HTTP ${status}). ${token}: accept its conditions at ` +
        `${this.endpoint}/${this.repository} and set HF_TOKEN to a token of yours that may read it.`, { url })
    }
    if (status === 404) {
      return new BertweetError('network', `${name} has no file ${file} (HTTP 404). Check repository and revision: ` +
        `${url}`, { url })
    }
    const error = new BertweetError('network', `${url} answers with HTTP ${status}. Try again later.`, { url })
    const mayPass = status >= 500 || status === 408 || status === 429
    return mayPass ? new TransientError(error, 1000 * (Number(headers.get('retry-after')) || 0)) : error
  }

  /**
   * The body's blocks, counted and compared with what was announced.
   *
   * @param {string} file @param {HubResponse} response @param {Store} store @param {number} [most]  bytes
   */
  async* receive(file, { response, url, size, sha256 }, store, most = WHOLE_NBYTES) {
    if (/^text\/html/.test(response.headers.get('content-type') ?? '')) {
      throw new BertweetError('format', `${url} is a web page, not ${file}. Is HF_ENDPOINT the address of a Hub?`,
        { url })
    }
    const total = size ?? contentLength(response.headers)
    const hash = sha256 && store.createHash()
    let loaded = 0
    for await (const block of blocksOf(response, url)) {
      loaded += block.length
      if (total !== null && loaded > total) break
      if (loaded > most) {
        throw new BertweetError('model', `${url} has more than ${most} bytes: is it another file?`, { url })
      }
      hash?.update(block)
      this.onProgress({ file, loaded, total, source: 'network' })
      yield block
    }
    if (total !== null && loaded !== total) throw damaged(url, `${loaded} bytes arrived, expected ${total}`)
    const found = await hash?.digest()
    if (found !== sha256) throw damaged(url, `its SHA-256 is ${found}, expected ${sha256}`)
  }
}

/** A failure that another attempt may mend; `final` is what the caller sees if none does. */
class TransientError extends Error {
  /** @param {BertweetError} final @param {number} [delayMs]  to wait at least */
  constructor(final, delayMs = 0) {
    super(final.message)
    this.final = final
    this.delayMs = delayMs
  }
}

/**
 * @typedef {{response: Response, url: string, commit?: string, size?: number, sha256?: string}} HubResponse
 *   what the last hop answered, with what all hops said of the file
 */

/** What a hop's headers say of the file: the commit; of large files (LFS) the size and SHA-256. */
function linkedFile(headers) {
  const known = {}
  const commit = headers.get('x-repo-commit')
  const size = headers.get('x-linked-size')
  const sha256 = /^(?:W\/)?"?([0-9a-f]{64})"?$/.exec(headers.get('x-linked-etag') ?? '')?.[1]
  if (/^[0-9a-f]{40}$/.test(commit ?? '')) known.commit = commit
  if (/^\d+$/.test(size ?? '')) known.size = Number(size)
  if (sha256) known.sha256 = sha256
  return known
}

function nextHop(response, from) {
  const location = response.headers.get('location')
  const next = location && URL.canParse(location, from) ? new URL(location, from) : null
  if (!next || !/^https?:$/.test(next.protocol) || (from.protocol === 'https:' && next.protocol !== 'https:')) {
    throw new BertweetError('network', `${from.href} redirects to ${location ?? 'nowhere'}, which is not followed.`,
      { url: from.href })
  }
  return next
}

function contentLength(headers) {
  const length = headers.get('content-length')
  return length !== null && !headers.get('content-encoding') ? Number(length) : null
}

async function* blocksOf(response, url) {
  try {
    yield* response.body
  } catch (cause) {
    throw unreachable(url, cause)
  }
}

/** fetch hides the reason in its error's cause. */
const unreachable = (url, cause) => new TransientError(new BertweetError('network', `${url} cannot be fetched: ` +
  `${describe(cause?.cause ?? cause)}. Check the connection, or set HF_ENDPOINT to a mirror; what has arrived is kept.`,
  { url, cause }))

const damaged = (url, what) => new TransientError(
  new BertweetError('integrity', `${url} did not arrive as announced: ${what}. Try again.`, { url }))
