/**
 * records.js - which models are wholly in the cache: a record for each, written last. How it is kept: cache.js.
 */

/**
 * @import { WeightCache } from './cache.js'
 * @import { Model } from './manifest.js'
 */

/**
 * Records a model if all its shards are there, and throws away those of the version before that no model needs any
 * more.
 *
 * @param {WeightCache} cache
 * @param {Model} model
 * @returns {Promise<boolean>} whether all is there
 */
export async function commit(cache, { id, text, manifest }) {
  const end = await cache.turn('records')
  try {
    const before = await cache.record(id)
    const found = await Promise.all(manifest.shards.map((shard) => cache.find(shard)))
    if (!found.every(Boolean)) {
      cache.reason ??= 'the browser keeps only a part'
      if (before !== undefined) await cache.dropRecord(id)
      return false
    }
    cache.reason = null
    if (before === text) return true
    if (!await cache.writeRecord(id, text)) return false
    if (before !== undefined) await dropUnused(cache, shardsOf(before), text)
    return true
  } finally {
    end?.()
  }
}

/**
 * Removes a model, the version that is recorded and this one.
 *
 * @param {WeightCache} cache
 * @param {Model} model
 */
export async function remove(cache, { id, text }) {
  const end = await cache.turn('records')
  try {
    const recorded = id === null ? undefined : await cache.record(id)
    if (recorded !== undefined) await cache.dropRecord(id)
    const hashes = [recorded ?? '', text].flatMap(shardsOf)
    await Promise.all(hashes.map((sha256) => cache.drop({ sha256 })))
  } finally {
    end?.()
  }
}

/** Where a cache cannot list its keys, shards that two models share may go: they are fetched again. */
async function dropUnused(cache, hashes, text) {
  const used = new Set([text, ...await cache.records()].flatMap(shardsOf))
  await Promise.all(hashes.filter((sha256) => !used.has(sha256)).map((sha256) => cache.drop({ sha256 })))
}

/** @param {string} text  a manifest @returns {string[]} hashes of its shards; none where it is broken */
function shardsOf(text) {
  try {
    return JSON.parse(text).shards.map(({ sha256 }) => sha256)
  } catch {
    return []
  }
}
