/**
 * compat/index.js - the text classification of transformers.js 4, by this library: change the import, keep the program.
 *
 *     import { pipeline, env } from 'bertweet-wasm/compat'
 *     const classifier = await pipeline('sentiment-analysis')
 *     await classifier('I love it')                                  // [{ label: 'POS', score: 0.93 }]
 *     await classifier(['I love it', 'meh'], { top_k: null })        // [[{ label, score }, ...], [...]]
 *
 * Same names, nesting, progress events and settings, compared call by call with @huggingface/transformers 4.3.1
 * (tests/package/compat.test.js). What is different:
 *
 * - Models are those of this library: locate.js says where they are looked for. Texts are rewritten as the model was
 *   trained with; the option preprocess: 'none' equals Python's pipeline().
 * - device, dtype, config, cache_dir, session_options, model_file_name, use_external_data_format and quantized choose
 *   between ONNX files and their back ends; here they are taken and change nothing. Unknown options are errors.
 * - Work happens in a worker: the page stays alive, calls can be aborted (option signal) and dispose gives memory back.
 * - model and tokenizer are not callable; `classifier.native` is the classifier of bertweet-wasm, which tokenizes,
 *   explains and tests itself.
 *
 * And what goes wrong there:
 *
 * - A failed load or call makes all later ones fail with the same error. Here each call stands for itself.
 * - Texts that are too long lose their closing token, and score otherwise than in Python. Here it is kept.
 * - topk, as it was called before version 3, is ignored. Here it means top_k.
 * - A number, or anything else that is no text, is classified. Here it is an error that names its place.
 * - An empty list is an error. Here, as in Python, it gives an empty list.
 * - The sizes in progress_total are asked of the revision main, by one more request a file. Here they are the
 *   manifest's.
 * - A server's start page in place of a local file is taken for the file. Here the next place is tried.
 */

import { createClassifier } from '../classifier.js'
import { BertweetError } from '../errors.js'
import { env, cacheOption } from './env.js'
import { folderOf, locate } from './locate.js'
import { checkCallOptions, checkPipelineOptions } from './options.js'
import { progressEvents } from './progress.js'

export { BertweetError } from '../errors.js'
export { LogLevel, env } from './env.js'
export { ModelRegistry } from './registry.js'

const TASK = 'text-classification'
const ALIASES = ['sentiment-analysis']

/**
 * Loads a model for a task.
 *
 * @param {'text-classification' | 'sentiment-analysis'} task
 * @param {string | import('../manifest.js').ModelOption | null} [model]
 *   an id, a path or URL (locate.js), what createClassifier takes, or nothing for the model of the package
 * @param {object} [options]  index.d.ts says which
 * @returns {Promise<Function>} the pipeline; can be called and has dispose
 * @throws {BertweetError}
 */
export async function pipeline(task, model = null, options = {}) {
  if (task !== TASK && !ALIASES.includes(task)) {
    throw new BertweetError('unsupported', `Unsupported pipeline: ${task}. Must be one of [${[TASK, ...ALIASES]}].`)
  }
  const { progress_callback: callback = () => {}, subfolder, revision, local_files_only, ...native } =
    checkPipelineOptions(options)
  const where = { subfolder, revision, local_files_only }
  const how = {
    ...native,
    threads: native.threads ?? (env.backends?.onnx?.wasm?.numThreads || undefined),
    fetch: env.fetch,
    cache: await cacheOption()
  }

  const begin = (name) => progressEvents(callback, name, folderOf(model, where))
  let events
  if (typeof model === 'string') {
    events = begin(model)
    events.manifest.begin()
  }
  const found = await locate(model, where, how)
  if (events) events.manifest.end()
  else events = begin(found.manifest.name)

  const { shards } = found.manifest
  events.begin(shards)
  const classifier = await createClassifier({ ...how, model: found, onProgress: events.onProgress })
  events.end(shards)
  events.ready(TASK)
  return makeCallable(classifier, found.manifest)
}

/** What pipeline resolves to: a function with properties. */
function makeCallable(native, { config, labels, problemType }) {
  const call = async (texts, options) => {
    const { signal, topK } = checkCallOptions(options)
    const results = await native.classify(texts, { signal })
    const ranked = [results].flat().map(({ scores }) => labels.map((label) => ({ label, score: scores[label] }))
      .sort((a, b) => b.score - a.score).slice(0, topK))
    if (topK === 1) return ranked.flat()
    return Array.isArray(texts) ? ranked : ranked[0]
  }
  const id2label = { ...labels }
  const label2id = Object.fromEntries(labels.map((label, id) => [label, id]))
  return Object.assign(call, {
    task: TASK,
    model: { config: { ...config, problem_type: problemType, id2label, label2id } },
    tokenizer: null,
    processor: null,
    native,
    dispose: () => native.dispose()
  })
}
