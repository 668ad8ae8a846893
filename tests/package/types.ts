/** What a TypeScript program writes; compiled with --strict against the packed declarations, never run. */
import {
  BertweetError, clearCache, createClassifier, downloadSize, isCached, type Classification, type Classifier, type Progress
} from 'bertweet-wasm'
import tweetMini from 'bertweet-wasm/models/tweet-mini'

type Label = 'NEG' | 'NEU' | 'POS'

export async function sentiment(text: string, texts: readonly string[], signal: AbortSignal): Promise<number> {
  const classifier: Classifier<Label> = await createClassifier<Label>({
    model: tweetMini,
    onProgress: ({ loaded, total, source }: Progress) => console.log(loaded / total, source === 'cache'),
    worker: () => new Worker(new URL('bertweet-wasm/worker', import.meta.url), { type: 'module' }),
    signal
  })
  const one: Classification<Label> = await classifier.classify(text)
  const many: Classification<Label>[] = await classifier.classify(texts, { signal, topK: 2 })
  const { ids } = await classifier.tokenize(text)
  const logits: Float32Array = await classifier.logits(ids)
  await classifier.dispose()
  return one.scores.POS - one.scores.NEG + (one.compound ?? 0) + many.length + logits.length
}

export async function housekeeping(url: URL): Promise<string | undefined> {
  try {
    if (!await isCached(url) && await downloadSize({ url, integrity: 'sha256-' }) > 1e8) await clearCache(url)
  } catch (error) {
    return error instanceof BertweetError && error.code === 'network' ? error.url : undefined
  }
  return undefined
}

export async function mistakes(classifier: Classifier<Label>) {
  // @ts-expect-error: a number is no text
  await classifier.classify(1)
  // @ts-expect-error: no such mode
  await createClassifier({ preprocess: 'lowercase' })
  const { label } = await classifier.classify('x')
  // @ts-expect-error: no such label
  return label === 'HAPPY'
}
