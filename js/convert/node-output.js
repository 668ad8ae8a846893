/**
 * node-output.js - a folder that appears whole or not at all. Browsers never load this module.
 */

import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { BertweetError, describe } from '../errors.js'
import { removeUnfinished, unfinishedName } from './node-unfinished.js'

/**
 * Where a conversion writes. In a browser an object over a Map does.
 *
 * @typedef {object} Output
 * @property {(name: string, bytes: Uint8Array) => Promise<void>} write  a whole file; bytes belong to the output then
 * @property {(name: string) => Promise<Uint8Array>} read  a file that was written
 * @property {() => Promise<void>} commit   all is there: show it
 * @property {() => Promise<void>} discard  leave nothing behind; harmless after commit
 */

/**
 * Files are written into a folder beside the one wanted, which takes its name on commit. A model that was converted
 * to the same place before is replaced then, and what a killed conversion left beside it goes; any other content is
 * never touched.
 *
 * @param {string} directory
 * @returns {Promise<Output>}
 * @throws {BertweetError} `input`: something else is there, or nothing can be written there
 */
export async function openOutput(directory) {
  const target = resolve(directory)
  await refuseForeign(target, directory)
  await removeUnfinished(dirname(target), 'converting')
  const temporary = join(dirname(target), unfinishedName('converting'))
  await mkdir(temporary, { recursive: true }).catch((cause) => {
    throw new BertweetError('input', `Cannot write to ${directory}: ${describe(cause)}`, { cause })
  })
  return {
    write: (name, bytes) => writeFile(join(temporary, name), bytes).catch((cause) => {
      throw new BertweetError('input', `Cannot write ${name} for ${directory}: ${describe(cause)}.`, { cause })
    }),
    read: (name) => readFile(join(temporary, name)),
    async commit() {
      await refuseForeign(target, directory)
      const replaced = `${temporary}.replaced`
      const existed = await rename(target, replaced).then(() => true, () => false)
      await rename(temporary, target).catch(async (error) => {
        if (existed) await rename(replaced, target)
        throw error
      })
      if (existed) await rm(replaced, { recursive: true })
    },
    discard: () => rm(temporary, { recursive: true, force: true }),
  }
}

/** Only what a conversion wrote, or an empty folder, may be replaced. */
async function refuseForeign(target, directory) {
  const names = await readdir(target).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw new BertweetError('input', `Cannot write to ${directory}: ${describe(error)}`, { cause: error })
  })
  const foreign = names.filter((name) => name !== 'manifest.json' && !/^[0-9a-f]+\.bin$/.test(name))
  if (foreign.length > 0 || (names.length > 0 && !names.includes('manifest.json'))) {
    throw new BertweetError('input', `${directory} holds something else than a converted model (${names.slice(0, 3)
      .join(', ')}): choose an empty or a new folder.`)
  }
}
