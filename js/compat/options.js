/**
 * options.js - the options of transformers.js, checked like all others; null counts as absent, as there.
 */

import { LOAD, check, isBoolean, isFunction, isPositive, pick } from '../options.js'

const isText = (value) => typeof value === 'string'
const anything = [() => true, '']

/** They choose between ONNX files and their back ends. */
const IGNORED = ['config', 'cache_dir', 'device', 'dtype', 'model_file_name', 'use_external_data_format',
  'session_options', 'quantized']

const PIPELINE = {
  progress_callback: [isFunction, 'a function'],
  revision: [isText, 'a string'],
  subfolder: [isText, 'a string'],
  local_files_only: [isBoolean, 'true or false'],
  ...pick(LOAD, 'preprocess', 'signal', 'threads', 'kernel', 'worker', 'wasmUrl', 'workerUrl'),
  ...Object.fromEntries(IGNORED.map((name) => [name, anything]))
}

const topK = [(value) => value === null || isPositive(value), 'a positive number, or null for all labels']
const CALL = { top_k: topK, topk: topK, ...pick(LOAD, 'signal') }

/** @returns {object} the options that count, undefined where absent */
export function checkPipelineOptions(options) {
  const given = Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== null))
  check('pipeline', given, PIPELINE)
  return Object.fromEntries(Object.entries(given).filter(([name]) => !IGNORED.includes(name)))
}

/** @returns {{signal?: AbortSignal, topK: number}} topK: Infinity for all */
export function checkCallOptions(options) {
  const given = options ?? {}
  check('a pipeline', given, CALL)
  const { top_k: wanted = given.topk === undefined ? 1 : given.topk, signal } = given
  return { signal, topK: wanted ?? Infinity }
}
