/** What a TypeScript program writes; compiled with --strict against the packed declarations, never run. */
import {
  BertweetError, clearCache, createClassifier, downloadSize, isCached, type Classification, type Classifier,
  type ClassifierOptions, type Progress, type Sentiment, type TopClassification
} from 'bertweet-wasm'
import { ModelRegistry, env, pipeline } from 'bertweet-wasm/compat'
import 'bertweet-wasm/worker'
import tweetMini from 'bertweet-wasm/models/tweet-mini'
import tweetNano from 'bertweet-wasm/models/tweet-nano'
import { createClassifier as createMinified } from 'bertweet-wasm/dist/bertweet.min.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
const holds = <_ extends true>() => {}

export async function labels(signal: AbortSignal, options: ClassifierOptions) {
  const byDefault = await createClassifier()
  holds<Equal<typeof byDefault, Classifier<Sentiment>>>()
  const withOptions = await createClassifier({ signal, threads: 'auto', worker: false })
  holds<Equal<typeof withOptions, Classifier<'NEG' | 'NEU' | 'POS'>>>()
  const imported = await createClassifier({ model: tweetMini })
  holds<Equal<typeof imported, Classifier<Sentiment>>>()
  const small = await createClassifier({ model: tweetNano })
  holds<Equal<typeof small, Classifier<Sentiment>>>()
  const elsewhere = await createClassifier({ model: 'https://a.test/manifest.json' })
  holds<Equal<typeof elsewhere, Classifier<string>>>()
  const anyOptions = await createClassifier(options)
  holds<Equal<typeof anyOptions, Classifier<string>>>()
  const named = await createClassifier<'joy' | 'anger'>({ model: new URL('https://a.test/manifest.json') })
  holds<Equal<typeof named, Classifier<'joy' | 'anger'>>>()
  const minified = await createMinified()
  holds<Equal<typeof minified, Classifier<Sentiment>>>()

  const { label, scores } = await named.classify('x')
  holds<Equal<typeof scores, Record<'joy' | 'anger', number>>>()
  // @ts-expect-error: no such label
  return label === 'happiness' || byDefault.info.labels.includes('joy')
}

export async function results(classifier: Classifier<Sentiment>, text: string, texts: readonly string[]) {
  const one: Classification<Sentiment> = await classifier.classify(text)
  const many: Classification<Sentiment>[] = await classifier.classify(texts)
  const either = await classifier.classify(Math.random() < 0.5 ? text : texts)
  holds<Equal<typeof either, Classification<Sentiment> | Classification<Sentiment>[]>>()
  const top: TopClassification<Sentiment> = await classifier.classify(text, { topK: 1 })
  holds<Equal<typeof top.scores.NEU, number | undefined>>()
  const tops = await classifier.classify(['a', 'b'] as const, { topK: 2 })
  holds<Equal<typeof tops, TopClassification<Sentiment>[]>>()
  const [explained] = await classifier.classify(texts, { explain: true })
  const words = explained?.explanation.map(({ word, start, end, scores }) => word + start + end + scores.POS.toFixed(2))
  return [one.scores.POS - one.scores.NEG + (one.compound ?? 0), one.labels?.length, many[0]?.truncated, words]
}

export async function calls(texts: readonly string[], signal: AbortSignal): Promise<number> {
  const classifier = await createClassifier({
    onProgress: ({ loaded, total, source }: Progress) => console.log(loaded / total, source === 'cache'),
    worker: () => new Worker(new URL('bertweet-wasm/worker', import.meta.url), { type: 'module' }),
    signal: Math.random() < 0.5 ? signal : undefined
  })
  const { ids, tokens, truncated } = await classifier.tokenize('x', { truncation: false, preprocess: 'none', signal })
  const logits: Float32Array = await classifier.logits([ids, Int32Array.of(0, 2)], { signal })
  const { passed, findings } = await classifier.selfTest()
  await classifier.dispose()
  return logits.length + tokens.length + findings.length + Number(truncated && passed)
}

export async function housekeeping(url: URL): Promise<string | undefined> {
  try {
    if (!await isCached(url) && await downloadSize({ url, integrity: 'sha256-' }) > 1e8) await clearCache(url)
  } catch (error) {
    return error instanceof BertweetError && error.code === 'network' ? error.url : undefined
  }
  return undefined
}

export async function compat(text: string, texts: readonly string[]) {
  env.fetch = (url, init) => fetch(url, { ...init, credentials: 'include' })
  const byDefault = await pipeline('sentiment-analysis')
  const one = await byDefault(text)
  holds<Equal<(typeof one)[number]['label'], Sentiment>>()
  const all = await byDefault(texts, { topk: null })
  holds<Equal<typeof all[number][number]['label'], Sentiment>>()
  const imported = await pipeline('text-classification', tweetMini, { preprocess: 'none', worker: false })
  const label: Sentiment = (await imported.native.classify(text)).label
  const named = await pipeline<'joy' | 'anger'>('text-classification', 'me/model')
  holds<Equal<(typeof named.model.config.id2label)[number], 'joy' | 'anger'>>()
  // @ts-expect-error: another task
  await pipeline('translation')
  // @ts-expect-error: no such option
  await pipeline('sentiment-analysis', null, { progressCallback: () => {} })
  return [label, (await ModelRegistry.clear_cache('me/model')).filesDeleted]
}

export async function mistakes(classifier: Classifier<Sentiment>) {
  // @ts-expect-error: a number is no text
  await classifier.classify(1)
  // @ts-expect-error: misspelt
  await classifier.classify('x', { topk: 2 })
  // @ts-expect-error: no such mode
  await createClassifier({ preprocess: 'lowercase' })
  // @ts-expect-error: no such option
  await createClassifier({ quantized: true })
  // @ts-expect-error: other labels than the default model's
  await createClassifier<'joy'>({})
  // @ts-expect-error: that model has other labels
  await createClassifier<'joy'>({ model: tweetMini })
  // @ts-expect-error: read-only
  classifier.info = null
  const { label } = await classifier.classify('x')
  // @ts-expect-error: no such label
  return label === 'HAPPY'
}
