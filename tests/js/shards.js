/**
 * shards.js - for tests of the weights' way: a model on a server that answers as one likes, and what a load must give.
 */
import assert from 'node:assert/strict'
import { readModel } from '../../js/manifest.js'
import { readShards } from '../../js/shards.js'
import { makeFetch, makeModel, sha256 } from './fake-model.js'

export const { manifest, files } = await makeModel()
export const served = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`/m/${name}`, bytes]))
export const html = '<!DOCTYPE html><title>Home</title>'

export async function modelAt(url = 'http://a.test/m/manifest.json') {
  const { fetch } = makeFetch({ '/m/manifest.json': JSON.stringify(manifest) })
  return readModel(url, { fetch, sha256 })
}

/** A taker that verifies, and then uses; what use returns are the bytes that it gives back. */
export const taking = (use) => async (block) => {
  const hash = await sha256(block.bytes)
  const back = hash === block.shard.sha256 ? await use(block) : undefined
  return { bytes: back ?? block.bytes, sha256: hash }
}

/** Reads all shards with answers spoilt; returns the image, the requests and the progress. */
export async function load(answers = {}, options = {}) {
  const { fetch, log } = makeFetch(served, answers)
  const progress = []
  const image = new Uint8Array(manifest.image.bytes)
  const origins = []
  const model = options.model ?? await modelAt()
  try {
    const take = taking(({ shard, bytes, from }) => {
      image.set(bytes, shard.offset)
      origins.push(from)
    })
    await readShards(model, { fetch, take, onProgress: (event) => progress.push(event), ...options })
  } catch (error) {
    Object.assign(error, { log, progress })
    throw error
  }
  return { image, log, progress, origins }
}

const right = Buffer.concat(Object.values(files))
export const isRight = ({ image }) => assert.ok(right.equals(image))

/** Progress never goes back, nor beyond the total. */
export function isMonotone(progress) {
  progress.forEach(({ loaded, total }, i) => {
    assert.equal(total, manifest.bytes)
    assert.ok(loaded > (progress[i - 1]?.loaded ?? 0) && loaded <= total)
  })
}
