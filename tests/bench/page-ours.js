/**
 * page-ours.js - this package, as a page or a Node program uses it: with its worker.
 */

// Pages get the one file that CDNs deliver, as those of the other engines do. In Node it would have no worker.
const FILE = globalThis.document ? '../../dist/bertweet.min.js' : '../../js/index.js'

/** @param {{model: string, threads: number, kernel?: string}} options  model: of the manifest, URL or path */
export async function load({ model, threads, kernel }) {
  const { createClassifier } = await import(FILE)
  const classifier = await createClassifier({ model, threads, kernel })
  return {
    run: (rows) => classifier.logits(rows),
    info() {
      const { kernel, threads, threadsReason, memory, bytes } = classifier.info
      return { kernel, threads, threadsReason, memory, bytes }
    },
    async stored() {
      while (!classifier.info.cached) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    dispose: () => classifier.dispose()
  }
}
