/**
 * bertweet-wasm - tweet classifiers of the BERTweet family, on the user's device.
 *
 *     import { createClassifier } from 'bertweet-wasm'
 *     const classifier = await createClassifier()
 *     await classifier.classify('I love it')       // { label: 'POS', score: 0.93, scores: { NEG, NEU, POS }, ... }
 */

export { createClassifier } from './classifier.js'
export { BertweetError } from './errors.js'
export { clearCache, downloadSize, isCached } from './storage.js'
