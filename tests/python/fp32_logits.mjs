/**
 * fp32_logits.mjs - logits of a checkpoint by our own fp32 path, the converter's: `node fp32_logits.mjs DIR < rows`.
 *
 * Reads one JSON array of ids a line and writes one JSON array of logits a line, as `bertweet-wasm logits` does for
 * converted models.
 */
import { createInterface } from 'node:readline'

import { openCheckpoint } from '../../js/convert/checkpoint.js'
import { referenceLogits } from '../../js/convert/network.js'
import { openDirectory } from '../../js/convert/node-files.js'

const ids = []
for await (const line of createInterface({ input: process.stdin })) ids.push(JSON.parse(line))

const files = await openDirectory(process.argv[2])
const checkpoint = await openCheckpoint(files)
const logits = await referenceLogits({ checkpoint, ids })
await files.close()

const numLabels = checkpoint.architecture.labels.length
for (let at = 0; at < logits.length; at += numLabels) {
  console.log(JSON.stringify([...logits.subarray(at, at + numLabels)]))
}
