/**
 * registry.js - what is on this device: the questions of transformers.js 4's ModelRegistry that make sense here.
 */

import { dropCached, findCached, openCache } from '../cache.js'
import { cacheOption, env } from './env.js'
import { MANIFEST, folderOf, locate } from './locate.js'

const find = (model, options) => locate(model, options, { fetch: env.fetch })

/** Each shard with its name and whether it is cached. */
async function look(model, options) {
  const [{ manifest }, cache] = await Promise.all([find(model, options), cacheOption().then(openCache)])
  return Promise.all(manifest.shards.map(async (shard) => ({
    cache,
    shard,
    file: folderOf(model, options) + shard.file,
    wasCached: await findCached(cache, shard) !== undefined
  })))
}

/** Model ids are those of pipeline; options: revision, subfolder, local_files_only. */
export const ModelRegistry = Object.freeze({
  /** The names of a model's files. */
  async get_files(model, options = {}) {
    const { manifest } = await find(model, options)
    const folder = folderOf(model, options)
    return [folder + MANIFEST, ...manifest.shards.map(({ file }) => folder + file)]
  },

  /** Whether all weights of a model are on this device. False where that cannot be known. */
  async is_cached(model, options = {}) {
    try {
      return (await look(model, options)).every(({ wasCached }) => wasCached)
    } catch (error) {
      if (error.code === 'network') return false
      throw error
    }
  },

  /** Removes the weights of a model, and tells what was there. */
  async clear_cache(model, options = {}) {
    const files = await Promise.all((await look(model, options)).map(async ({ cache, shard, file, wasCached }) =>
      ({ file, deleted: wasCached && await dropCached(cache, shard) === true, wasCached })))
    return {
      filesDeleted: files.filter(({ deleted }) => deleted).length,
      filesCached: files.filter(({ wasCached }) => wasCached).length,
      files
    }
  },

  get_pipeline_files: (task, model, options) => ModelRegistry.get_files(model, options),
  is_pipeline_cached: (task, model, options) => ModelRegistry.is_cached(model, options),
  clear_pipeline_cache: (task, model, options) => ModelRegistry.clear_cache(model, options)
})
