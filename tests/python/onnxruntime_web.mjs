/**
 * onnxruntime_web.mjs - logits of an ONNX file by onnxruntime-web's CPU build, the one that browsers run: its wasm
 * backend, one thread, every graph optimisation. `node onnxruntime_web.mjs MODEL.onnx < rows`
 *
 * Reads one JSON array of ids a line and writes one JSON array of logits a line; ids are fed one text at a time. The
 * package is the bench's (tests/bench/package.json), installed on first use.
 */
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

import { installPackages } from '../bench/models.js'

installPackages()
const ort = await import('../../build/bench/npm/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs')
ort.env.wasm.numThreads = 1
const session = await ort.InferenceSession.create(await readFile(process.argv[2]), {
  executionProviders: ['wasm'],
  graphOptimizationLevel: 'all',
})

for await (const line of createInterface({ input: process.stdin })) {
  const ids = JSON.parse(line)
  const feed = {
    input_ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
    attention_mask: new ort.Tensor('int64', new BigInt64Array(ids.length).fill(1n), [1, ids.length]),
  }
  const { logits } = await session.run(Object.fromEntries(session.inputNames.map((name) => [name, feed[name]])))
  console.log(JSON.stringify([...logits.data]))
}
