/**
 * pickle.js - reads the pickle inside a PyTorch checkpoint without running anything.
 *
 * A pickle is a program for a small stack machine, and Python's may call any function. This one knows the opcodes that
 * torch.save writes for a state dict (protocol 2) and the few functions a tensor is made with; anything else is refused
 * by name. It has no recursion, and its stack and memo are bounded by the pickle's length.
 *
 * Source: CPython's Lib/pickletools.py; torch/serialization.py and torch/_utils.py for the functions.
 */

import { BertweetError } from '../errors.js'

/** A storage: the numbers of one or more tensors, as one record of the archive. */
export class Storage {
  /** @param {string} dtype @param {string} key  name of its record @param {number} length  in elements */
  constructor(dtype, key, length) {
    Object.assign(this, { dtype, key, length })
  }
}

/** A view of a storage. */
export class Tensor {
  /**
   * @param {Storage} storage
   * @param {number} offset  of its first element, in elements
   * @param {number[]} shape
   * @param {number[]} strides  in elements
   */
  constructor(storage, offset, shape, strides) {
    Object.assign(this, { storage, offset, shape, strides })
  }
}

/** A name of Python's that the pickle mentions, known to be harmless. */
class Global {
  constructor(name) {
    this.name = name
  }
}

/** torch's storage classes, by safetensors' names of their types. */
const STORAGE_DTYPES = Object.freeze({
  'torch.FloatStorage': 'F32', 'torch.HalfStorage': 'F16', 'torch.BFloat16Storage': 'BF16',
  'torch.DoubleStorage': 'F64', 'torch.LongStorage': 'I64', 'torch.IntStorage': 'I32', 'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8', 'torch.ByteStorage': 'U8', 'torch.BoolStorage': 'BOOL',
})

/** The functions a pickle may call: each takes the list of arguments. */
const FUNCTIONS = Object.freeze({
  'collections.OrderedDict': (args) => args.length === 0 ? new Map() : refuse('an OrderedDict with arguments'),
  'torch._utils._rebuild_tensor_v2': ([storage, offset, shape, strides]) => makeTensor(storage, offset, shape, strides),
  'torch._utils._rebuild_parameter': ([tensor]) =>
    tensor instanceof Tensor ? tensor : refuse('a parameter without a tensor'),
})

/** Most ids the memo may have, and values the stack: a classifier's state dict needs some thousands. */
const MAX_VALUES = 1 << 20

const MARK = Symbol('mark')

function refuse(message) {
  throw new BertweetError('model', `the pickle holds ${message}: it is no plain state dict, or it is damaged. ` +
    'Save the model again with save_pretrained, as model.safetensors.')
}

/**
 * The value a pickle describes: dicts become Map, lists and tuples arrays.
 *
 * @param {Uint8Array} bytes
 * @returns {unknown}
 * @throws {BertweetError} `model`: another opcode, function or class than tensors need, or a broken pickle
 */
export function readPickle(bytes) {
  const machine = new Machine(bytes)
  while (!machine.stopped) {
    const position = machine.position
    const opcode = machine.byte()
    const step = OPCODES[opcode]
    if (!step) refuse(`opcode 0x${opcode.toString(16).padStart(2, '0')} at byte ${position}, which tensors do not need`)
    step(machine)
  }
  return machine.pop()
}

class Machine {
  stopped = false
  position = 0
  stack = []
  memo = new Map()

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The next bytes of the program, as a view. */
  take(nbytes) {
    const start = this.position
    if (nbytes > this.bytes.length - start) refuse(`an opcode cut off at byte ${this.bytes.length}`)
    this.position += nbytes
    return this.bytes.subarray(start, this.position)
  }

  byte() {
    return this.take(1)[0]
  }

  uint32() {
    this.take(4)
    return this.view.getUint32(this.position - 4, true)
  }

  text(nbytes) {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.take(nbytes))
  }

  line() {
    const end = this.bytes.indexOf(0x0a, this.position)
    if (end < 0 || end - this.position > 256) refuse('a name without end')
    const line = this.text(end - this.position)
    this.position++
    return line
  }

  push(value) {
    if (this.stack.length >= MAX_VALUES) refuse(`over ${MAX_VALUES} values at once`)
    this.stack.push(value)
  }

  pop() {
    const value = this.stack.pop()
    if (value === undefined || value === MARK) refuse('an opcode without its operand')
    return value
  }

  /** The value on top, of the class that is needed there; it stays. */
  top(type) {
    const value = this.stack.at(-1)
    if (!(value instanceof type)) refuse(`an opcode that needs a ${type === Map ? 'dict' : 'list'} below it`)
    return value
  }

  popToMark() {
    const mark = this.stack.lastIndexOf(MARK)
    if (mark < 0) refuse('an opcode without its mark')
    return this.stack.splice(mark).slice(1)
  }

  popTuple(length) {
    const items = Array.from({ length }, () => this.pop())
    this.push(items.reverse())
  }

  put(id) {
    const value = this.stack.at(-1)
    if (value === undefined || value === MARK || id >= MAX_VALUES) refuse(`a memo with id ${id}`)
    this.memo.set(id, value)
  }

  get(id) {
    if (!this.memo.has(id)) refuse(`a use of memo ${id} before it was set`)
    this.push(this.memo.get(id))
  }
}

/** What each opcode does, by its byte. */
const OPCODES = Object.freeze(Object.fromEntries(Object.entries({
  '\x80': (m) => { const version = m.byte(); if (version !== 2) refuse(`protocol ${version}, expected 2`) },
  '.': (m) => { m.stopped = true },
  '(': (m) => m.push(MARK),

  'N': (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  'K': (m) => m.push(m.byte()),
  'M': (m) => { m.take(2); m.push(m.view.getUint16(m.position - 2, true)) },
  'J': (m) => m.push(m.uint32() | 0),
  '\x8a': (m) => m.push(littleEndian(m.take(m.byte()))),
  'G': (m) => { m.take(8); m.push(m.view.getFloat64(m.position - 8)) },
  'X': (m) => m.push(m.text(m.uint32())),

  ')': (m) => m.push([]),
  '\x85': (m) => m.popTuple(1),
  '\x86': (m) => m.popTuple(2),
  '\x87': (m) => m.popTuple(3),
  't': (m) => m.push(m.popToMark()),
  ']': (m) => m.push([]),
  'a': (m) => { const item = m.pop(); m.top(Array).push(item) },
  'e': (m) => { const items = m.popToMark(); for (const item of items) m.top(Array).push(item) },
  '}': (m) => m.push(new Map()),
  's': (m) => { const value = m.pop(); const key = m.pop(); m.top(Map).set(key, value) },
  'u': (m) => setItems(m.popToMark(), m),

  'q': (m) => m.put(m.byte()),
  'r': (m) => m.put(m.uint32()),
  'h': (m) => m.get(m.byte()),
  'j': (m) => m.get(m.uint32()),

  'c': (m) => m.push(findGlobal(`${m.line()}.${m.line()}`)),
  'Q': (m) => m.push(makeStorage(m.pop())),
  'R': (m) => { const args = m.pop(); m.push(call(m.pop(), args)) },
  'b': (m) => { m.pop(); m.top(Map) }, // attributes of the state dict: versions of its modules, not needed
}).map(([letter, step]) => [letter.charCodeAt(0), step])))

function setItems(items, machine) {
  if (items.length % 2 !== 0) refuse('a dict with a key without value')
  const dict = machine.top(Map)
  for (let index = 0; index < items.length; index += 2) dict.set(items[index], items[index + 1])
}

function findGlobal(name) {
  if (Object.hasOwn(FUNCTIONS, name) || Object.hasOwn(STORAGE_DTYPES, name)) return new Global(name)
  refuse(`the name ${JSON.stringify(name)}, which tensors do not need and which is never called here`)
}

function call(callable, args) {
  if (!(callable instanceof Global) || !Object.hasOwn(FUNCTIONS, callable.name) || !Array.isArray(args)) {
    refuse('a call of something that is no function')
  }
  return FUNCTIONS[callable.name](args)
}

/** @param {unknown} id  ('storage', class, key, device, elements), as torch.save writes it */
function makeStorage(id) {
  const [kind, type, key, , length] = Array.isArray(id) ? id : []
  const dtype = type instanceof Global ? STORAGE_DTYPES[type.name] : undefined
  if (kind !== 'storage' || !dtype || typeof key !== 'string' || !isSize(length)) refuse('a storage of an unknown form')
  return new Storage(dtype, key, length)
}

function makeTensor(storage, offset, shape, strides) {
  const sound = storage instanceof Storage && isSize(offset) && isSizes(shape) && isSizes(strides) &&
    shape.length === strides.length
  if (!sound) refuse('a tensor of an unknown form')
  return new Tensor(storage, offset, shape, strides)
}

const isSize = (value) => Number.isSafeInteger(value) && value >= 0
const isSizes = (value) => Array.isArray(value) && value.length <= 8 && value.every(isSize)

/** A signed integer of any length, if it is a safe one. */
function littleEndian(bytes) {
  let value = 0n
  for (let index = bytes.length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[index])
  const signed = BigInt.asIntN(8 * bytes.length, value)
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : refuse('an integer over 2^53')
}
