/**
 * page-ort.js - onnxruntime-web: its CPU build, wasm backend, every graph optimisation.
 */
import * as ort from '../../build/bench/npm/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs'

/** @param {{onnx: string, threads: number}} options  onnx: folder that export_onnx.py has written */
export async function load({ onnx, threads }) {
  ort.env.wasm.numThreads = threads
  const session = await ort.InferenceSession.create(`${onnx}onnx/model_quantized.onnx`, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all'
  })
  return {
    async run(rows) {
      const shape = [rows.length, rows[0].length]
      const ids = BigInt64Array.from(rows.flat(), BigInt)
      const { logits } = await session.run({
        input_ids: new ort.Tensor('int64', ids, shape),
        attention_mask: new ort.Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape)
      })
      return logits.data
    },
    info: () => ({ threads: ort.env.wasm.numThreads }),
    dispose: () => session.release()
  }
}
