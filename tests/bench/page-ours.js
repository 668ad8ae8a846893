/**
 * page-ours.js - this package, as a page or a Node program uses it: with its worker.
 */
import { createClassifier } from '../../js/index.js'

/** @param {{model: string, threads: number, kernel?: string}} options  model: of the manifest, URL or path */
export async function load({ model, threads, kernel }) {
  const classifier = await createClassifier({ model, threads, kernel })
  return {
    run: (rows) => classifier.logits(rows),
    info() {
      const { kernel, threads, threadsReason, memory, bytes } = classifier.info
      return { kernel, threads, threadsReason, memory, bytes }
    },
    dispose: () => classifier.dispose()
  }
}
