/**
 * errors.js - the one kind of error this library throws on purpose.
 */

/**
 * What went wrong, as a word a program can compare:
 *
 * - `network`      a server could not be reached, or answered with an error; trying again may help
 * - `integrity`    bytes arrived that are not the ones promised: truncated, too many, or another SHA-256
 * - `format`       what arrived is not what it should be: a web page instead of weights, an unknown version
 * - `model`        the model contradicts itself, or is of a kind this library does not run
 * - `memory`       the machine or the browser gave no memory
 * - `unsupported`  something this browser, page or build does not have
 * - `input`        the caller's argument: not a string, too long, a bad option
 * - `aborted`      the caller's AbortSignal; such errors have the name 'AbortError'
 * - `disposed`     the classifier was disposed of before the call ended
 * - `internal`     a bug here, or a worker that died
 *
 * @typedef {'network' | 'integrity' | 'format' | 'model' | 'memory' | 'unsupported' | 'input' | 'aborted' | 'disposed'
 *   | 'internal'} ErrorCode
 */

/** Messages quote what strangers wrote, names without end too; of longer ones the middle is left out. */
const [MOST, HEAD, TAIL] = [2000, 1500, 450]

/** An error with a code to act on and a sentence that says what to do. */
export class BertweetError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message  what happened and what to do about it
   * @param {{url?: string, status?: number, shard?: string, cause?: unknown}} [details]
   *   url: what was being fetched; status: the server's HTTP status; shard: the file of the manifest concerned;
   *   cause: the error underneath
   */
  constructor(code, message, { url, status, shard, cause } = {}) {
    super(message.length > MOST ? `${message.slice(0, HEAD)} [...] ${message.slice(-TAIL)}` : message,
      cause === undefined ? undefined : { cause })
    this.name = code === 'aborted' ? 'AbortError' : 'BertweetError'
    this.code = code
    this.url = url
    this.status = status
    this.shard = shard
  }
}

/**
 * The error of a call that its AbortSignal ended.
 *
 * @param {AbortSignal} [signal]  its reason becomes the cause
 */
export const abortError = (signal) =>
  new BertweetError('aborted', 'The operation was aborted.', { cause: signal?.reason })

/** The error of what dispose() ended. */
export const disposedError = () => new BertweetError('disposed', 'The classifier was disposed of.')

/**
 * Throws if a signal was raised.
 *
 * @param {AbortSignal} [signal]
 */
export function throwIfAborted(signal) {
  if (signal?.aborted) throw abortError(signal)
}

/**
 * A promise that does not outlast a signal.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 * @throws {BertweetError} aborted
 */
export const orAborted = (promise, signal) => new Promise((resolve, reject) => {
  const abort = () => reject(abortError(signal))
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  promise.then(resolve, reject).finally(() => signal?.removeEventListener('abort', abort))
})

/**
 * Any thrown value as a BertweetError: those that are one stay as they are.
 *
 * @param {unknown} error
 * @param {ErrorCode} code  for those that are not
 * @param {string} message
 */
export const asBertweetError = (error, code, message) =>
  error instanceof BertweetError ? error : new BertweetError(code, `${message}: ${describe(error)}`, { cause: error })

/**
 * A value of a file that somebody wrote, as it may stand in a message: however long, deep or entangled it is.
 *
 * @param {unknown} value
 */
export function show(value) {
  let text
  try {
    text = JSON.stringify(value) ?? 'nothing'
  } catch {
    text = `something that is no plain ${typeof value}`
  }
  return brief(text)
}

/** A name that somebody chose, as it may stand in a message. @param {string} name */
export const brief = (name) => name.length > 80 ? `${name.slice(0, 77)}...` : name

/** @param {unknown} error  anything that was thrown */
export const describe = (error) => error instanceof Error ? error.message : String(error)

/**
 * An error as plain data, for postMessage: it keeps what a program needs in engines that do not clone own properties.
 *
 * @param {unknown} error
 */
export function errorToMessage(error) {
  const { code, message, url, status, shard, stack } = asBertweetError(error, 'internal', 'Unexpected error')
  const cause = error instanceof BertweetError ? error.cause : error
  return { code, message, url, status, shard, stack, cause: cause === undefined ? undefined : describe(cause) }
}

/**
 * The error that errorToMessage took apart. Its stack is the worker's, followed by the caller's.
 *
 * @param {ReturnType<typeof errorToMessage>} data
 * @param {string} [callerStack]  stack of an Error made where the call was made
 */
export function errorFromMessage({ code, message, url, status, shard, stack, cause }, callerStack) {
  const error = new BertweetError(code, message, { url, status, shard, cause })
  const calledAt = callerStack?.replace(/^[^\n]*Error[^\n]*\n/, '')
  error.stack = calledAt ? `${stack}\n    -- called from --\n${calledAt}` : stack
  return error
}
