/**
 * weights.js - whether the numbers of an image are those of a checkpoint, and what was done to those that are not.
 *
 * Conversion is deterministic, so the strongest answer is the plain one: the same checkpoint, converted here, gives the
 * same bytes. Where it does not, rows of the image (the weights of an output, the embedding of a token) are compared
 * with the checkpoint's: how long they are beside them, and how far away, against what quantisation explains.
 */

import { TAIL, WORDS, headLinear, layerSteps } from '../convert/plan.js'
import { abridge, count, mismatch, note } from './findings.js'
import { biasOf, readTensors, rowReader } from './image.js'
import { ROUNDINGS } from './precision.js'

/** A row longer or shorter than the checkpoint's by more is scaled; quantisation changes lengths less than this. */
const SCALE_TOLERANCE = 0.003
/** ... unless the rows of this tensor scatter that much: in standard deviations. */
const SCALE_SIGMAS = 6
/** A row this many times further from the checkpoint's than quantisation explains has other numbers. */
const ERROR_RATIO = 2
/** What quantisation explains where there is nothing to measure it by, relative to the length of a row. */
const DEFAULT_ERROR = { rows: 0.02, linear: 0.1, f32: 0 }
/** Rows tried to find an embedding shifted, and how far it may be. */
const SHIFT_ROWS = 64
const MAX_SHIFT = 3

/**
 * @typedef {object} ComparedWeights
 * @property {import('../convert/checkpoint.js').Checkpoint} checkpoint
 * @property {(data: import('../convert/checkpoint.js').TensorData) => Float32Array} toFloats
 * @property {Uint8Array} image           the model's, of the checkpoint's architecture
 * @property {Uint8Array | null} rebuilt  what the checkpoint converts to here; null: it cannot be converted
 *
 * @param {ComparedWeights} compared
 * @returns {Promise<{findings: import('./findings.js').Finding[], distant: string[]}>}
 *   findings: none if the image is, to the bit, what the checkpoint converts to; distant: tensors of the image whose
 *   numbers are not the checkpoint's, rounded ones apart
 */
export async function compareWeights({ checkpoint, toFloats, image, rebuilt }) {
  const expected = rebuilt && readTensors(rebuilt)
  const findings = []
  const distant = []
  const repacked = []
  for (const tensor of readTensors(image).values()) {
    const twin = expected?.get(tensor.name)
    if (twin && sameBytes(twin.bytes, tensor.bytes)) continue
    if (tensor.type === 'u32') {
      if (twin) findings.push(mismatch('vocabulary', `${tensor.name}: not what the checkpoint's vocab.txt and ` +
        'bpe.codes give'))
      continue
    }
    const source = await openSource(checkpoint, tensor, toFloats)
    const found = [...compareRows(tensor, twin, source), ...compareBias(tensor, source)]
    findings.push(...found)
    if (found.some(({ kind }) => kind !== 'precision')) distant.push(tensor.name)
    if (found.length === 0) repacked.push(tensor.name)
  }
  if (repacked.length > 0 && rebuilt) {
    findings.push(note('packing', `${count(repacked.length, 'tensor')} (${abridge(repacked)}) ` +
      `${repacked.length === 1 ? 'has' : 'have'} other bytes than the checkpoint converts to here, for the same ` +
      'numbers within the resolution of int8: another version or setting of the converter, or other inputs to ' +
      'calibrate by'))
  }
  return { findings, distant }
}

/* ------------------------------------------------------------------------------- rows of the image and theirs -- */

/**
 * A tensor of the image as the checkpoint has it.
 *
 * @typedef {{row: (row: number) => Float32Array, numRows: number, bias: Float32Array | null}} Source
 *   row: numbers of a row; bias: of a linear layer
 *
 * @returns {Promise<Source>}
 */
async function openSource(checkpoint, { name, rows, columns, sources }, toFloats) {
  const read = async (tensor, range) => toFloats(await checkpoint.read(tensor, range))
  const rowsOf = (values, width) => (row) => values.subarray(row * width, (row + 1) * width)
  const { architecture } = checkpoint
  if (name === WORDS || name === TAIL) {
    const firstRow = name === TAIL ? architecture.vocabSize - rows : 0
    const values = await read(`${WORDS}.weight`, { firstRow, endRow: firstRow + rows })
    return { row: rowsOf(values, columns), numRows: rows, bias: null }
  }
  if (name === 'embeddings.position_embeddings') {
    const type = await read('embeddings.token_type_embeddings.weight', { firstRow: 0, endRow: 1 })
    const values = (await read(`${name}.weight`)).map((value, index) => value + type[index % columns])
    return { row: rowsOf(values, columns), numRows: rows, bias: null }
  }
  if (name.endsWith('LayerNorm')) {
    const both = [await read(`${name}.weight`), await read(`${name}.bias`)]
    return { row: (row) => both[row], numRows: rows, bias: null }
  }
  if (name === 'classifier.out_proj') {
    const [weight, bias] = [await read(`${name}.weight`), await read(`${name}.bias`)]
    const row = (label) =>
      Float32Array.of(...weight.subarray(label * (columns - 1), (label + 1) * (columns - 1)), bias[label])
    return { row, numRows: rows, bias: null }
  }
  const parts = partsOf(architecture, name)
  const joined = async (what, length) => {
    const values = new Float32Array(length)
    for (const [index, part] of parts.entries()) {
      values.set(await read(`${part}.${what}`), index * length / parts.length)
    }
    return values
  }
  const weights = await joined('weight', rows * sources)
  return { row: rowsOf(weights, sources), numRows: rows, bias: await joined('bias', rows) }
}

/** The checkpoint's layers that stand side by side in a linear layer of the image. */
function partsOf(architecture, name) {
  const [, layer] = /^encoder\.layer\.(\d+)\./.exec(name) ?? []
  const linears = layer === undefined ? [headLinear(architecture)]
    : layerSteps(architecture, Number(layer)).flatMap((step) => 'linear' in step ? [step.linear] : [])
  return linears.find((linear) => linear.name === name).parts
}

/**
 * Findings about the rows of a tensor.
 *
 * @param {import('./image.js').ImageTensor} tensor  the model's
 * @param {import('./image.js').ImageTensor} [twin]  what the checkpoint converts to
 * @param {Source} source
 */
function compareRows(tensor, twin, source) {
  const found = measureRows(rowReader(tensor), source)
  const explained = twin && sameShape(twin, tensor) ? measureRows(rowReader(twin), source) : null
  const factors = found.lengths.map((length, row) => explained ? length / explained.lengths[row] : length)
  const scaled = scaledRows(factors)
  const limit = ERROR_RATIO * (explained ? median(explained.errors) : DEFAULT_ERROR[tensor.type])
  const other = [...found.errors.keys()].filter((row) => !scaled.includes(row) &&
    found.errors[row] > Math.max(limit, explained ? ERROR_RATIO * explained.errors[row] : 0))

  const shift = other.length > tensor.rows / 2 && tensor.type === 'rows' ? shiftOf(tensor, source, limit) : 0
  if (shift !== 0) {
    return [mismatch('vocabulary', `${tensor.name}: row r of the model is row r ${shift > 0 ? '+' : '-'} ` +
      `${Math.abs(shift)} of the checkpoint: the vocabulary is shifted by ${count(Math.abs(shift), 'row')}`)]
  }
  return [...describeScaled(tensor, scaled, factors), ...describeOther(tensor, source, other, found.errors)]
}

/** For each row its length along the checkpoint's row, and its distance from it, relative to that row's length. */
function measureRows(row, source) {
  const lengths = new Float64Array(source.numRows)
  const errors = new Float64Array(source.numRows)
  for (let r = 0; r < source.numRows; r++) {
    const [found, expected] = [row(r), source.row(r)]
    let [square, product, distance] = [0, 0, 0]
    for (let k = 0; k < expected.length; k++) {
      square += expected[k] * expected[k]
      product += found[k] * expected[k]
      distance += (found[k] - expected[k]) ** 2
    }
    lengths[r] = square === 0 ? 1 : product / square
    errors[r] = square === 0 ? Math.sqrt(distance) : Math.sqrt(distance / square)
  }
  return { lengths, errors }
}

/** Rows whose length is off by more than quantisation makes it. */
function scaledRows(factors) {
  const middle = median(factors)
  const sigma = 1.4826 * median(factors.map((factor) => Math.abs(factor - middle)))
  const limit = Math.max(SCALE_TOLERANCE, SCALE_SIGMAS * sigma)
  return [...factors.keys()].filter((row) =>
    Math.abs(factors[row] - 1) > limit && factors[row] > 0.5 && factors[row] < 2)
}

function shiftOf(tensor, source, limit) {
  const row = rowReader(tensor)
  const step = Math.max(1, Math.floor((tensor.rows - 2 * MAX_SHIFT) / SHIFT_ROWS))
  const rows = []
  for (let r = MAX_SHIFT; r < tensor.rows - MAX_SHIFT; r += step) rows.push(r)
  const shifts = Array.from({ length: 2 * MAX_SHIFT + 1 }, (_, index) => index - MAX_SHIFT)
  return shifts.find((shift) => {
    const pairs = { numRows: rows.length, row: (index) => source.row(rows[index] + shift) }
    return median(measureRows((index) => row(rows[index]), pairs).errors) <= limit
  }) ?? 0
}

function describeScaled({ name, rows, type }, scaled, factors) {
  if (scaled.length === 0) return []
  const percent = 100 * (median(Float64Array.from(scaled, (row) => factors[row])) - 1)
  const which = scaled.length === rows ? `all ${rows} ${rowNoun(type)}s`
    : `${rowNoun(type)}${scaled.length === 1 ? '' : 's'} ${abridge(scaled.map(String))}`
  return [mismatch('scale', `${name}: the scale of ${which} is ${Math.abs(percent).toFixed(2)} % too ` +
    `${percent > 0 ? 'large' : 'small'}`)]
}

function describeOther(tensor, source, other, errors) {
  if (other.length === 0) return []
  const { name, rows, type } = tensor
  const which = other.length === rows ? 'all rows'
    : `${count(other.length, 'row')} of ${rows} (${abridge(other.map(String))})`
  const found = rowReader(tensor)
  for (const [format, round] of Object.entries(ROUNDINGS)) {
    const isRoundedFrom = (a, b) => a.every((value, index) => Math.fround(round(b[index])) === value)
    if (type === 'f32' && other.every((row) => isRoundedFrom(found(row), source.row(row)))) {
      return [mismatch('precision', `${name}: rounded to ${format} in the model (${which})`)]
    }
    if (type === 'f32' && other.every((row) => isRoundedFrom(source.row(row), found(row)))) {
      return [mismatch('precision', `${name}: rounded to ${format} in the checkpoint (${which})`)]
    }
  }
  const worst = Math.max(...other.map((row) => errors[row]))
  return [mismatch('weights', `${name}: other numbers than the checkpoint's in ${which}, up to ` +
    `${(100 * worst).toPrecision(2)} % of a row's length away`)]
}

function compareBias(tensor, { bias }) {
  if (bias === null) return []
  const found = biasOf(tensor)
  const other = [...found.keys()].filter((index) => found[index] !== bias[index])
  if (other.length === 0) return []
  for (const [format, round] of Object.entries(ROUNDINGS)) {
    if (other.every((index) => found[index] === Math.fround(round(bias[index])))) {
      return [mismatch('precision', `${tensor.name}: bias rounded to ${format} in the model`)]
    }
    if (other.every((index) => bias[index] === Math.fround(round(found[index])))) {
      return [mismatch('precision', `${tensor.name}: bias rounded to ${format} in the checkpoint`)]
    }
  }
  return [mismatch('weights', `${tensor.name}: other bias than the checkpoint's at ${abridge(other.map(String))}`)]
}

const rowNoun = (type) => type === 'linear' ? 'output' : 'row'

const sameShape = (a, b) =>
  a.rows === b.rows && a.sources === b.sources && (a.type === 'linear' || a.columns === b.columns)

/** @param {Uint8Array} a @param {Uint8Array} b */
function sameBytes(a, b) {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/** @param {Float64Array} values */
const median = (values) => values.slice().sort()[values.length >> 1]
