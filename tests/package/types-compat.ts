/** A program for transformers.js, which compiles with its declarations and with those of bertweet-wasm/compat. */
import { LogLevel, ModelRegistry, env, pipeline } from 'bertweet-wasm/compat'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
const holds = <_ extends true>() => {}
type Single = { label: string; score: number }
const isList = <T>(list: T extends Single[] ? T : never) => list
const isListOfLists = <T>(list: T extends Single[][] ? T : never) => list

env.allowLocalModels = false
env.remoteHost = 'https://mirror.test/'
env.useCustomCache = false
env.logLevel = LogLevel.ERROR

export async function program(text: string, texts: string[]) {
  const classifier = await pipeline('sentiment-analysis', 'me/model', {
    revision: 'main',
    dtype: 'q8',
    device: 'wasm',
    progress_callback: (event) => {
      if (event.status === 'progress') console.log(event.file, event.progress, event.loaded, event.total)
      if (event.status === 'progress_total') console.log(event.files, event.loaded / event.total)
      if (event.status === 'ready') console.log(event.task, event.model)
    }
  })
  const one = await classifier(text)
  holds<Equal<typeof one, Single[]>>()
  isList(await classifier(text, { top_k: null }))
  isList(await classifier(texts))
  isList(await classifier(texts, { top_k: 1 }))
  isListOfLists(await classifier(texts, { top_k: null }))
  isListOfLists(await classifier(texts, { top_k: 3 }))
  // @ts-expect-error: lists of lists have no labels
  ;(await classifier(texts, { top_k: 3 }))[0]?.label
  // @ts-expect-error: a number is no text
  await classifier(5)
  const cached: boolean = await ModelRegistry.is_pipeline_cached('text-classification', 'me/model')
  await classifier.dispose()
  return cached ? one[0]?.label : undefined
}
