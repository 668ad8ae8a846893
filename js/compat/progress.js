/**
 * progress.js - the library's progress as the events of transformers.js 4.
 */

import { guard } from '../options.js'
import { MANIFEST } from './locate.js'

/**
 * Events for each file in its turn: initiate, download, any number of progress_total and progress, done. Over all,
 * progress_total's loaded never goes back, its total does not change, and its last progress is 100.
 *
 * @param {(event: object) => void} callback
 * @param {string} name  of the model
 * @param {string} folder  before the names of files; '' or one that ends in '/'
 */
export function progressEvents(callback, name, folder) {
  const send = guard(callback)
  const file = (shard) => folder + shard
  const tell = (status, shard, more) => send({ status, name, file: file(shard), ...more })
  const files = {}
  let last = 0
  let total = 0

  const advance = (shard, bytes) => {
    const state = files[file(shard)]
    if (state.loaded === 0) tell('download', shard)
    state.loaded = Math.min(state.total, state.loaded + bytes)
    const all = { progress: 100 * last / total, loaded: last, total, files: structuredClone(files) }
    send({ status: 'progress_total', name, ...all })
    tell('progress', shard, { progress: 100 * state.loaded / state.total, ...state })
    if (state.loaded === state.total) tell('done', shard)
  }

  return {
    /** The manifest: its size is known when it is there, so it counts for nothing. */
    manifest: {
      begin: () => tell('initiate', MANIFEST),
      end() {
        tell('download', MANIFEST)
        tell('done', MANIFEST)
      }
    },

    /** @param {{file: string, bytes: number}[]} shards */
    begin(shards) {
      for (const { file: shard, bytes } of shards) {
        files[file(shard)] = { loaded: 0, total: bytes }
        total += bytes
        tell('initiate', shard)
      }
    },

    /** @param {import('../shards.js').Progress} progress  what has come since the last one is this shard's */
    onProgress({ loaded, shard }) {
      const bytes = loaded - last
      last = loaded
      if (files[file(shard)].loaded < files[file(shard)].total) advance(shard, bytes)
    },

    /** All is there; where pieces were fetched twice, the events say so only now. */
    end(shards) {
      last = total
      for (const { file: shard, bytes } of shards) {
        if (files[file(shard)].loaded < bytes) advance(shard, bytes)
      }
    },

    ready: (task) => send({ status: 'ready', task, model: name })
  }
}
