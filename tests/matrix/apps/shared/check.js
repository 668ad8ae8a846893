/** What every cell runs: labels of texts and logits of ids, to be held against those of Node. */
import { createClassifier } from 'bertweet-wasm'

const TEXTS = [
  'what a wonderful day, I love it', 'Worst service ever 😡 never again', 'The meeting is at 10', '@user so #happy 😍😍',
  'not bad at all!!', '', 'naïve café ❤️ https://example.com/a?b=c'
]
const IDS = [[0, 5, 19, 2], [0, ...Array.from({ length: 126 }, (_, index) => 7 + 41 * index % 7000), 2]]

/**
 * @param {import('bertweet-wasm').ClassifierOptions} [options]
 * @returns {Promise<{label: string, results: object[], bits: number[], info: object}>}  bits: of the logits
 */
export async function check(options) {
  const classifier = await createClassifier(options)
  const results = await classifier.classify(TEXTS)
  const { buffer } = await classifier.logits(IDS)
  const { kernel, threads, threadsReason, worker, workerReason } = classifier.info
  await classifier.dispose()
  const info = { kernel, threads, threadsReason, worker, workerReason }
  return { label: results[0].label, results, bits: Array.from(new Uint32Array(buffer)), info }
}
