/**
 * registry.js - what is on this device: the questions of transformers.js 4's ModelRegistry that make sense here.
 */

import { openCache } from '../cache.js'
import { cacheOption, env } from './env.js'
import { MANIFEST, folderOf, locate } from './locate.js'

const find = (model, options, cache) => locate(model, options, { fetch: env.fetch, cache })

/** A model, the cache, and whether each of its shards is there. */
async function look(model, options) {
  const cache = await openCache(await cacheOption())
  const found = await find(model, options, cache)
  const wasCached = await Promise.all(found.manifest.shards.map(async (shard) => Boolean(await cache.find(shard))))
  return { found, cache, wasCached }
}

/** Model ids are those of pipeline; options: revision, subfolder, local_files_only. */
export const ModelRegistry = Object.freeze({
  /** The names of a model's files. */
  async get_files(model, options = {}) {
    const { manifest } = await find(model, options, await openCache(await cacheOption()))
    const folder = folderOf(model, options)
    return [folder + MANIFEST, ...manifest.shards.map(({ file }) => folder + file)]
  },

  /** Whether all weights of a model are on this device. False where that cannot be known. */
  async is_cached(model, options = {}) {
    try {
      return (await look(model, options)).wasCached.every(Boolean)
    } catch (error) {
      if (error.code === 'network') return false
      throw error
    }
  },

  /** Removes the weights of a model, and tells what was there. */
  async clear_cache(model, options = {}) {
    const { found, cache, wasCached } = await look(model, options)
    await cache.remove(found).catch(() => {}) // what is still there tells
    const files = await Promise.all(found.manifest.shards.map(async (shard, index) => ({
      file: folderOf(model, options) + shard.file,
      deleted: wasCached[index] && !await cache.find(shard),
      wasCached: wasCached[index]
    })))
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
