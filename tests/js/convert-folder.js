/**
 * convert-folder.js - conversions from folder to folder, for tests.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openCheckpoint } from '../../js/convert/checkpoint.js'
import { convertCheckpoint } from '../../js/convert/index.js'
import { openDirectory } from '../../js/convert/node-files.js'
import { openOutput } from '../../js/convert/node-output.js'
import { parseManifest } from '../../js/manifest.js'
import { Wasm, compile } from '../../web/wasm.js'
import { binaryUrl } from './tiny-model.js'

/** Where bertweet-convert.wasm is. */
export const wasmUrl = binaryUrl('bertweet-convert.wasm')

/** Runs with an open checkpoint of a folder. */
export async function withCheckpoint(directory, use) {
  const files = await openDirectory(directory)
  try {
    return await use(await openCheckpoint(files))
  } finally {
    await files.close()
  }
}

/** Runs with a new folder, which is removed after. */
export async function withFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'bertweet-convert-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Converts into a folder. */
export const convertTo = async (checkpoint, directory, options = {}) =>
  convertCheckpoint({ checkpoint, output: await openOutput(directory), name: 'test', wasmUrl, ...options })

/** A converted model, open. */
export async function openModel(directory) {
  const manifest = parseManifest(await readFile(join(directory, 'manifest.json'), 'utf8'), directory)
  const wasm = await Wasm.create(await compile(binaryUrl('bertweet.wasm').href), manifest.image.bytes)
  for (const shard of manifest.shards) wasm.writeShard(shard, await readFile(join(directory, shard.file)))
  wasm.open(manifest.image.bytes)
  return { manifest, wasm }
}

/** Logits of one row of ids. */
export function logitsOf(wasm, ids) {
  wasm.begin(ids, [ids.length])
  for (let layer = 0; layer < wasm.info.numLayers; layer++) wasm.runLayer(layer)
  return wasm.finish()
}
