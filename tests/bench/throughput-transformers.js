/**
 * throughput-transformers.js - what people run in Node today, with ids ready: @huggingface/transformers, which has no
 * BERTweet tokenizer, and onnxruntime-web, which is beneath it in browsers.
 *
 * usage: throughput-transformers.js ONNX-FOLDER BATCH ENGINE. Reads rows of ids, a JSON array a line, from stdin;
 * ENGINE is transformers (on onnxruntime-node, native code) or onnxruntime-web (WebAssembly). Writes a line of JSON:
 * { seconds, logits }, without start and load.
 */
import { basename, dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const [folder, batch, engine] = process.argv.slice(2)
const PACKAGES = '../../build/bench/npm/node_modules'

/** The model as a function of its inputs, on one thread; and the library's tensors. */
async function load() {
  if (engine === 'onnxruntime-web') {
    const { InferenceSession, Tensor, env } = await import(`${PACKAGES}/onnxruntime-web/dist/ort.node.min.mjs`)
    env.wasm.numThreads = 1
    const session = await InferenceSession.create(join(folder, 'onnx/model_quantized.onnx'))
    return { model: (inputs) => session.run(inputs), Tensor }
  }
  const { AutoModelForSequenceClassification, Tensor, env } =
    await import(`${PACKAGES}/@huggingface/transformers/dist/transformers.node.mjs`)
  env.allowRemoteModels = false
  env.localModelPath = `${dirname(resolve(folder))}/`
  const model = await AutoModelForSequenceClassification.from_pretrained(basename(folder), {
    dtype: 'q8', device: 'cpu', session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 }
  })
  return { model, Tensor }
}
const { model, Tensor } = await load()

const rows = []
for await (const line of createInterface({ input: process.stdin })) rows.push(JSON.parse(line))

/** Shorter rows are filled up and masked, as its pipelines do. */
async function run(rows) {
  const width = Math.max(...rows.map((row) => row.length))
  const fill = (row, rest) => [...row, ...Array(width - row.length).fill(rest)]
  const tensorOf = (lists) => new Tensor('int64', BigInt64Array.from(lists.flat(), BigInt), [rows.length, width])
  const { logits } = await model({
    input_ids: tensorOf(rows.map((row) => fill(row, 1))),
    attention_mask: tensorOf(rows.map((row) => fill(row.map(() => 1), 0)))
  })
  return logits.data
}

await run(rows.slice(0, batch))
const begin = performance.now()
let logits
for (let at = 0; at < rows.length; at += Number(batch)) logits = await run(rows.slice(at, at + Number(batch)))
console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000, logits: Array.from(logits.slice(-3)) }))
process.exit()
