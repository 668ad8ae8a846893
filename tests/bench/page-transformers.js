/**
 * page-transformers.js - @huggingface/transformers with a model alone: it has no BERTweet tokenizer, so it gets ids.
 */
import { AutoModelForSequenceClassification, Tensor, env }
  from '../../build/bench/npm/node_modules/@huggingface/transformers/dist/transformers.min.js'

const ONNXRUNTIME = new URL(
  '../../build/bench/npm/node_modules/@huggingface/transformers/node_modules/onnxruntime-web/dist/', import.meta.url)

/** @param {{onnx: string, threads: number}} options  onnx: folder that export_onnx.py has written */
export async function load({ onnx, threads }) {
  env.allowRemoteModels = false
  env.allowLocalModels = true
  env.localModelPath = new URL('..', new URL(onnx, location.href)).href
  const wasm = env.backends.onnx.wasm
  wasm.numThreads = threads
  wasm.wasmPaths = Object.fromEntries(['mjs', 'wasm'].map((type) =>
    [type, new URL(`ort-wasm-simd-threaded.asyncify.${type}`, ONNXRUNTIME).href]))
  const name = onnx.split('/').at(-2)
  const model = await AutoModelForSequenceClassification.from_pretrained(name, { dtype: 'q8', device: 'wasm' })
  return {
    async run(rows) {
      const shape = [rows.length, rows[0].length]
      const ids = BigInt64Array.from(rows.flat(), BigInt)
      const { logits } = await model({
        input_ids: new Tensor('int64', ids, shape),
        attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape)
      })
      return logits.data
    },
    info: () => ({ threads: wasm.numThreads }),
    dispose: () => model.dispose()
  }
}
