/**
 * Tweet classifiers of the BERTweet family, on the user's device.
 *
 * Labels are literal types where they are known: of the default model, and of a model that is imported as a module.
 * For a model from a URL, name them: `createClassifier<'joy' | 'anger'>({ model })`.
 */

/** The labels of the default model and of all sentiment models that pysentimiento trained for English. */
export type Sentiment = 'NEG' | 'NEU' | 'POS'

/** How a text is rewritten before it becomes tokens; the manifest of a model says which it was trained with. */
export type TextMode = 'none' | 'pysentimiento' | 'bertweet'

/**
 * What multiplies matrices; all give the same bits. They differ in speed: 'relaxed-dot' is for AVX-VNNI and ARM,
 * 'relaxed-deep' for the rest; where an engine has no relaxed SIMD, 'simd128-deep' is for ARM, 'simd128' for the rest.
 */
export type Kernel = 'scalar' | 'simd128' | 'simd128-deep' | 'relaxed-dot' | 'relaxed-deep'

export type ErrorCode =
  | 'network' | 'integrity' | 'format' | 'model' | 'memory' | 'unsupported' | 'input' | 'aborted' | 'disposed'
  | 'internal'

/** Every error this library throws on purpose. Those with code 'aborted' have the name 'AbortError'. */
export class BertweetError extends Error {
  constructor(
    code: ErrorCode,
    message: string,
    details?: { url?: string; status?: number; shard?: string; cause?: unknown }
  )
  readonly code: ErrorCode
  /** What was being fetched. */
  readonly url?: string
  /** The server's HTTP status. */
  readonly status?: number
  /** The file of the manifest concerned. */
  readonly shard?: string
}

/** What the weights may be used for. */
export interface License {
  /** As model cards have it, e.g. 'mit' or 'other'. */
  id: string
  summary: string
  /** The whole of it, where it came with the checkpoint. */
  text: string | null
}

/** A file with a piece of the model's image. */
export interface Shard {
  /** Its name, beside the manifest. */
  file: string
  /** Bytes that travel. */
  bytes: number
  /** Of those bytes, 64 hex digits. */
  sha256: string
  /** 'raw' or 'int4'. */
  encoding: string
  /** Where the piece begins in the image, and how many bytes of it there are. */
  offset: number
  size: number
}

/** manifest.json; models/MODEL.md describes every field. */
export interface Manifest<Label extends string = string> {
  format: string
  version: number
  name: string
  license: License
  config: Record<string, number>
  labels: readonly Label[]
  problemType: string
  thresholds: number[] | null
  temperature: number
  preprocess: string
  maxTokens: number
  image: { bytes: number; resident: number }
  bytes: number
  shards: Shard[]
  [field: string]: unknown
}

/** A manifest with the places or the bytes of its shards, by file name. */
export interface ModelFiles<Label extends string = string> {
  manifest: Manifest<Label> | string | Blob
  files: Record<string, string | URL | Blob | ArrayBuffer | ArrayBufferView>
}

type Location = string | URL

/** What <input type="file"> and folder drops give: has the fields of a File that are used. */
interface FileLike extends Blob {
  readonly name: string
  readonly webkitRelativePath?: string
}

/**
 * The files of a folder on this device, more than the model's do no harm: a FileList or an array of File (of
 * <input type="file" webkitdirectory>, or multiple; of a drop), the same by their names, or the folder's handle
 * (showDirectoryPicker, OPFS) or entry (webkitGetAsEntry).
 */
export type LocalFiles =
  | ArrayLike<FileLike>
  | { files: ArrayLike<FileLike> | Record<string, Blob | ArrayBuffer | ArrayBufferView> }
  | { readonly kind: 'directory'; getFileHandle(name: string): Promise<{ getFile(): Promise<Blob> }> }
  | { readonly isDirectory: boolean; readonly name: string }

/**
 * Where a model is: the URL of its manifest.json, or of its folder with a slash at the end (in Node also a path),
 * mirrors tried in order, its files, or its folder on this device.
 */
export type Model<Label extends string = string> =
  | Location
  | Location[]
  | {
    url: Location | Location[]
    /** SHA-256 of the manifest, 'sha256-' and base64, or hex digits. What is cached is not asked for again. */
    integrity?: string
  }
  | ModelFiles<Label>
  | LocalFiles

export interface Progress {
  /** Bytes of weights that have arrived; never goes back. */
  loaded: number
  /** What loaded ends at. */
  total: number
  /** 'file': a disk, a Blob or an array. */
  source: 'cache' | 'network' | 'file'
  shard: string
}

/** The part of the Cache API that a cache of your own must have. */
export interface ResponseCache {
  match(key: string): Promise<Response | undefined>
  put(key: string, response: Response): Promise<unknown>
  delete(key: string): Promise<unknown>
}

export interface ClassifierOptions<Label extends string = string> {
  /** Default: the small sentiment model that comes with the package. */
  model?: Model<Label> | undefined
  onProgress?: ((progress: Progress) => void) | undefined
  /** Ends the load. */
  signal?: AbortSignal | undefined
  /**
   * Default 'auto': half of the processor's cores, at most 4, where the page is cross-origin isolated; in Node always.
   * Where there can be no threads there is one, and info.threadsReason says why. All numbers give the same bits.
   */
  threads?: 'auto' | number | undefined
  /** Default 'auto': the fastest that this machine runs. */
  kernel?: 'auto' | Kernel | undefined
  /**
   * Default true: in a worker where there can be one. A function makes the worker itself, from web/worker.js;
   * classifiers that are given the same function share its worker.
   */
  worker?: boolean | (() => Worker) | undefined
  /** Default true: the browser's Cache API, where there is one. */
  cache?: boolean | ResponseCache | undefined
  /**
   * Default false: createClassifier resolves when all weights are there. True: already when the first text can be
   * classified, while the embeddings of rarer words still arrive, most frequent first. A text that needs one of them
   * waits for it, and those after it; `loaded` resolves when all are there.
   */
  early?: boolean | undefined
  /** Default: the model's. */
  preprocess?: TextMode | undefined
  /** For manifest and shards. */
  fetch?: typeof fetch | undefined
  /** Where dist/ is, if it was moved: a folder (ends with a slash), or one of its modules. */
  wasmUrl?: Location | undefined
  /** Where web/worker.js is, if it was moved. */
  workerUrl?: Location | undefined
}

export interface Classification<Label extends string = string> {
  /** The best label. */
  label: Label
  /** Its probability. */
  score: number
  /**
   * Probabilities of all labels, in the model's order; but for labels that are integers ('0', '1'), which JavaScript
   * puts before all other keys, ascending. The model's order is in info.labels.
   */
  scores: Record<Label, number>
  /** P(POS) - P(NEG), where the model has these labels. */
  compound?: number
  /** Multi-label models: all labels that hold, best first. */
  labels?: Label[]
  /** Tokens the model saw, `<s>` and `</s>` included. */
  tokens: number
  /** Whether the text was longer than the model reads. */
  truncated: boolean
  /** With the option explain: the words of the text (the first maxTokens, more are not read), in order. */
  explanation?: WordEffect<Label>[]
}

/** With the option explain. */
export interface ExplainedClassification<Label extends string = string> extends Classification<Label> {
  explanation: WordEffect<Label>[]
}

/** What the option topK leaves of a classification. */
export interface TopClassification<Label extends string = string>
  extends Omit<Classification<Label>, 'scores' | 'explanation'> {
  /** Probabilities of the topK best labels, best first; but for labels that are integers, as above. */
  scores: Partial<Record<Label, number>>
  explanation?: (Omit<WordEffect<Label>, 'scores'> & { scores: Partial<Record<Label, number>> })[]
}

/** A word, which is text.slice(start, end), and what it does: scores with it, less those with `<mask>` in its place. */
export interface WordEffect<Label extends string = string> {
  word: string
  start: number
  end: number
  scores: Record<Label, number>
  compound?: number
}

export interface ClassifyOptions {
  /** Ends the call, between two layers. */
  signal?: AbortSignal | undefined
  /** Only so many labels in scores, the best. */
  topK?: number | undefined
  /** Also explain which words made the label; takes as long as one more text for each word. */
  explain?: boolean | undefined
  /**
   * Called as batches of a long list are done, lastly with done equal to total: numbers of texts, and with explain of
   * their words too.
   */
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined
}

export interface CallOptions {
  /** Ends the call. */
  signal?: AbortSignal | undefined
}

export interface TokenizeOptions extends CallOptions {
  /** Default true: cut to as many ids as the model reads, `</s>` kept. */
  truncation?: boolean | undefined
  /** Default: the classifier's. */
  preprocess?: TextMode | undefined
}

/** Ids of one text, from `<s>` to `</s>`. */
export type TokenIds = readonly number[] | Int32Array | Uint32Array | Uint16Array

export interface Tokens {
  ids: number[]
  tokens: string[]
  /** The text after preprocessing. */
  text: string
  truncated: boolean
}

/** What a comparison found wrong ('mismatch'), or worth knowing ('note'). */
export interface Finding {
  kind:
    | 'text-mode' | 'emoji' | 'vocabulary' | 'ids' | 'labels' | 'config' | 'files' | 'precision' | 'scale'
    | 'weights' | 'packing' | 'scores' | 'bits'
  severity: 'mismatch' | 'note'
  message: string
}

export interface SelfTestResult {
  /** Whether nothing in findings is a mismatch. */
  passed: boolean
  texts: number
  /** Texts whose token ids are the reference's. */
  ids: { same: number }
  /** Of the model to the 32-bit reference. */
  scores: { maxDifference: number; tolerance: number }
  /** Whether the logits are, bit for bit, those of the conversion; unknown: it was made for another arithmetic. */
  bits: 'same' | 'other' | 'unknown'
  findings: Finding[]
}

export interface ClassifierInfo<Label extends string = string> {
  /** Its name. */
  model: string
  /** In the order of the head's outputs. */
  labels: Label[]
  license: License
  /** Where the checkpoint came from: repository, revision and hashes of its files. */
  source: unknown
  /** How the int8 model agreed with the fp32 one when it was converted. */
  fidelity: unknown
  problemType: 'single_label_classification' | 'multi_label_classification'
  preprocess: TextMode
  maxTokens: number
  /** Where the manifest came from; null where it was given. */
  url: string | null
  /** Of all weights, as they travel. */
  bytes: number
  /** How many of them came from a server this time. */
  downloaded: number
  /** Whether all weights are in the cache; writing there may end after the load. */
  cached: boolean
  /** Why they are not; null where they are, or may soon be. */
  cacheReason: string | null
  /** Bytes of WebAssembly memory, all included. */
  memory: number
  kernel: Kernel
  threads: number
  /** Why there are fewer threads than asked for, or one; null where there are as many. */
  threadsReason: string | null
  worker: boolean
  /** Why there is no worker; null where there is one. */
  workerReason: string | null
}

export interface Classifier<Label extends string = string> {
  /**
   * Resolves when all weights are there: at once, without the option early. Rejects with the BertweetError that the
   * load failed of, and the next call tries again; with code 'disposed' where the classifier was disposed of before.
   */
  readonly loaded: Promise<void>
  /** A snapshot: what is loaded, and how it runs. */
  readonly info: ClassifierInfo<Label>
  /** With topK: scores has only the best labels. */
  classify(text: string, options: ClassifyOptions & { topK: number }): Promise<TopClassification<Label>>
  /** With topK: scores has only the best labels. */
  classify(texts: readonly string[], options: ClassifyOptions & { topK: number }): Promise<TopClassification<Label>[]>
  /** With explain: also what each word adds. */
  classify(text: string, options: ClassifyOptions & { explain: true }): Promise<ExplainedClassification<Label>>
  /** With explain: also what each word adds. */
  classify(
    texts: readonly string[],
    options: ClassifyOptions & { explain: true }
  ): Promise<ExplainedClassification<Label>[]>
  /**
   * Classifies a text of at most 32,768 code points (with preprocess 'none', of any length). Rejects with a
   * BertweetError, after which the classifier can be used as before.
   */
  classify(text: string, options?: ClassifyOptions): Promise<Classification<Label>>
  /** Classifies texts. Results come in their order; an empty list gives an empty list. */
  classify(texts: readonly string[], options?: ClassifyOptions): Promise<Classification<Label>[]>
  /** Classifies a text or a list of them. */
  classify(
    texts: string | readonly string[],
    options?: ClassifyOptions
  ): Promise<Classification<Label> | Classification<Label>[]>
  /** The tokens of a text, as Python's tokenizer has them. */
  tokenize(text: string, options?: TokenizeOptions): Promise<Tokens>
  /** Raw output of the classification head, rows x labels, for ready token ids: one row or several. */
  logits(ids: TokenIds | readonly TokenIds[], options?: CallOptions): Promise<Float32Array>
  /** Replays the self-test of the model's manifest on this machine. */
  selfTest(options?: CallOptions): Promise<SelfTestResult>
  /** Gives back all memory; calls that wait reject with code 'disposed'. Safe to call twice. */
  dispose(): Promise<void>
  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

declare global {
  // As lib.esnext.disposable.d.ts has it, for programs that compile without it.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol
  }
}

/** Loads the default model. Rejects with a BertweetError; after that it can be called again. */
export function createClassifier(
  options?: ClassifierOptions<Sentiment> & { model?: undefined }
): Promise<Classifier<Sentiment>>
/** Loads a model. Rejects with a BertweetError; after that it can be called again. */
export function createClassifier<Label extends string = string>(
  options: ClassifierOptions<Label> & { model: Model<Label> }
): Promise<Classifier<Label>>
export function createClassifier(options: ClassifierOptions): Promise<Classifier>

export type CacheOptions = Pick<ClassifierOptions, 'signal' | 'cache' | 'fetch'>

/** Whether all of a model is on this device: createClassifier needs no network then. */
export function isCached(model?: Model, options?: CacheOptions): Promise<boolean>

/** How many bytes of weights createClassifier would download now. */
export function downloadSize(model?: Model, options?: CacheOptions): Promise<number>

/** Removes a model's weights from the cache; without a model, all that this library keeps. */
export function clearCache(model?: Model, options?: CacheOptions): Promise<void>
