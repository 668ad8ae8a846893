/**
 * node-store.js - the folder where files fetched from the Hub are kept. Browsers never load this module.
 */

import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { BertweetError } from '../errors.js'
import { HUB_ENDPOINT } from './hub.js'
import { removeUnfinished, unfinishedName } from './node-unfinished.js'

/**
 * The user's cache folder: BERTWEET_CACHE, or "bertweet-wasm" where the system keeps caches. Each mirror has a folder
 * in it: what one says is a commit's file is not taken for the Hub's word later.
 *
 * @param {Record<string, string | undefined>} env
 * @param {string} [endpoint]
 */
export function cacheFolder(env, endpoint = HUB_ENDPOINT) {
  const folder = env.BERTWEET_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'bertweet-wasm')
  return endpoint === HUB_ENDPOINT ? folder : join(folder, 'mirrors', endpoint.replace(/[^\w-]+/g, '_'))
}

/**
 * Files of one version of one repository, below a cache folder.
 *
 * @param {string} cache @param {string} repository  "user/name" @param {string} version  commit or revision
 * @returns {Promise<import('./hub.js').Store & {directory: string}>}
 */
export async function openStore(cache, repository, version) {
  const directory = join(cache, 'hub', repository.replace('/', '--'), version.replace(/[^\w-]/g, '_'))
  await mkdir(directory, { recursive: true })
  await removeUnfinished(directory, 'partial')
  return {
    directory,
    has: (name) => stat(join(directory, name)).then((found) => found.isFile(), () => false),
    read: (name) => readFile(join(directory, name)),
    async write(name, blocks) {
      const partial = join(directory, `.${name}${unfinishedName('partial')}`)
      try {
        await pipeline(Readable.from(blocks), createWriteStream(partial))
        await rename(partial, join(directory, name))
      } catch (error) {
        await rm(partial, { force: true })
        if (!['write', 'open', 'rename'].includes(error.syscall)) throw error // of the blocks
        throw new BertweetError('input', `Cannot keep ${name} in ${directory}: ${error.message}.`, { cause: error })
      }
    },
    createHash() {
      const hash = createHash('sha256')
      return { update: (bytes) => { hash.update(bytes) }, digest: () => hash.digest('hex') }
    },
  }
}
