/**
 * The text classification of transformers.js 4, by bertweet-wasm: same names, nesting, events and settings. What is
 * different stands at the head of js/compat/index.js.
 */
import type { Classifier, Kernel, Model, ModelFiles, ResponseCache, Sentiment, TextMode } from 'bertweet-wasm'

export { BertweetError } from 'bertweet-wasm'

export type TextClassificationTask = 'text-classification' | 'sentiment-analysis'

export interface TextClassificationSingle<Label extends string = string> {
  label: Label
  score: number
}

export type TextClassificationOutput<Label extends string = string> = TextClassificationSingle<Label>[]

export interface TextClassificationPipelineOptions {
  /** How many labels, best first; null for all. Default 1. */
  top_k?: number | null | undefined
  /** top_k, as it was called before version 3. */
  topk?: number | null | undefined
  /** Ends the call. */
  signal?: AbortSignal | undefined
}

type HasTopK<Options> = Options extends { top_k: infer K } | { topk: infer K }
  ? (1 extends K ? false : true) : false

/** One object for each text, in a list; lists of them for lists of texts with a top_k that is not 1. */
export type TextClassificationPipelineResult<Texts, Options, Label extends string = string> =
  Texts extends readonly string[]
    ? HasTopK<Options> extends true ? TextClassificationOutput<Label>[] : TextClassificationOutput<Label>
    : TextClassificationOutput<Label>

export interface TextClassificationPipeline<Label extends string = string> {
  <Texts extends string | readonly string[], const Options extends TextClassificationPipelineOptions = {}>(
    texts: Texts,
    options?: Options
  ): Promise<TextClassificationPipelineResult<Texts, Options, Label>>
  readonly task: 'text-classification'
  readonly model: {
    config: {
      id2label: Record<number, Label>
      label2id: Record<Label, number>
      problem_type: 'single_label_classification' | 'multi_label_classification'
      [field: string]: unknown
    }
  }
  /** There is none to call; see native.tokenize. */
  readonly tokenizer: null
  readonly processor: null
  /** The classifier of bertweet-wasm behind it. */
  readonly native: Classifier<Label>
  /** Gives back all memory. Safe to call twice. */
  dispose(): Promise<void>
}

/** Events of one load. Sizes are bytes, progress is from 0 to 100, name is the model and file a path in it. */
export type ProgressInfo =
  | { status: 'initiate' | 'download' | 'done'; name: string; file: string }
  | { status: 'progress'; name: string; file: string; progress: number; loaded: number; total: number }
  | {
    status: 'progress_total'; name: string; progress: number; loaded: number; total: number
    files: Record<string, { loaded: number; total: number }>
  }
  | { status: 'ready'; task: string; model: string }

export type ProgressCallback = (progress: ProgressInfo) => void

export interface PretrainedOptions {
  /** Branch, tag or commit; default 'main'. */
  revision?: string | undefined
  /** Folder of the repository; default 'bertweet-wasm'. */
  subfolder?: string | undefined
  /** Only look under env.localModelPath. */
  local_files_only?: boolean | undefined
}

export interface PipelineOptions extends PretrainedOptions {
  progress_callback?: ProgressCallback | null | undefined
  /** How texts are rewritten; default: as the model was trained. 'none' equals Python's pipeline(). */
  preprocess?: TextMode | undefined
  /** Ends the load. */
  signal?: AbortSignal | undefined
  threads?: 'auto' | number | undefined
  kernel?: 'auto' | Kernel | undefined
  worker?: boolean | (() => Worker) | undefined
  wasmUrl?: string | URL | undefined
  workerUrl?: string | URL | undefined
  /** Taken, and without effect: there is one back end and one format. */
  device?: unknown
  dtype?: unknown
  config?: unknown
  cache_dir?: unknown
  model_file_name?: unknown
  use_external_data_format?: unknown
  session_options?: unknown
  quantized?: unknown
}

/** Loads the model that comes with the package. */
export function pipeline(
  task: TextClassificationTask,
  model?: null | undefined,
  options?: PipelineOptions
): Promise<TextClassificationPipeline<Sentiment>>
/**
 * Loads a model: an id `user/name`, the path or URL of a folder with a manifest.json or of that file, or what
 * createClassifier takes.
 */
export function pipeline<Label extends string = string>(
  task: TextClassificationTask,
  model: string | Model<Label> | ModelFiles<Label>,
  options?: PipelineOptions
): Promise<TextClassificationPipeline<Label>>

export const LogLevel: Readonly<{ DEBUG: 10; INFO: 20; WARNING: 30; ERROR: 40; NONE: 50 }>

/** Settings of all calls. */
export interface Environment {
  /** Of bertweet-wasm. */
  readonly version: string
  /** onnx.wasm.numThreads is the default of the option threads; the rest has no effect. */
  backends: { onnx: { wasm?: { numThreads?: number; [field: string]: unknown }; [field: string]: unknown } }
  /** Default true. */
  allowRemoteModels: boolean
  /** Default 'https://huggingface.co/'. */
  remoteHost: string
  /** Default '{model}/resolve/{revision}/'. */
  remotePathTemplate: string
  /** Default: true in Node, false in pages. */
  allowLocalModels: boolean
  /** Default '/models/', in Node './models/'. */
  localModelPath: string
  /** Whether weights are kept in the browser's Cache API; default true. */
  useBrowserCache: boolean
  /** Name of the cache; default that of bertweet-wasm. */
  cacheKey: string
  useCustomCache: boolean
  /** Gets and keeps weights where useCustomCache is true. Keys are URLs made of their hashes. */
  customCache: (Pick<ResponseCache, 'match' | 'put'> & Partial<ResponseCache>) | null
  /** Fetches manifests and weights. */
  fetch: (input: string | URL, init?: any) => Promise<any>
  /** Nothing is logged. */
  logLevel: number
  /** These have no effect. */
  useFS: boolean
  useFSCache: boolean
  cacheDir: string | null
  useWasmCache: boolean
  experimental_useCrossOriginStorage: boolean
}

export const env: Environment

export interface CacheClearResult {
  filesDeleted: number
  filesCached: number
  files: { file: string; deleted: boolean; wasCached: boolean }[]
}

/** What is on this device. */
export const ModelRegistry: Readonly<{
  /** The names of a model's files. */
  get_files(model: string, options?: PretrainedOptions): Promise<string[]>
  get_pipeline_files(task: string, model: string, options?: PretrainedOptions): Promise<string[]>
  /** Whether all weights are here. */
  is_cached(model: string, options?: PretrainedOptions): Promise<boolean>
  is_pipeline_cached(task: string, model: string, options?: PretrainedOptions): Promise<boolean>
  /** Removes the weights. */
  clear_cache(model: string, options?: PretrainedOptions): Promise<CacheClearResult>
  clear_pipeline_cache(task: string, model: string, options?: PretrainedOptions): Promise<CacheClearResult>
}>
