/**
 * write-torch-zip.js - writes a pytorch_model.bin as torch.save does (2.x: protocol 2, stored records, data aligned to
 * 64), so that tests have torch's container at any size without torch. torch.load reads these files.
 *
 * From a shell: node tests/js/write-torch-zip.js model.safetensors pytorch_model.bin
 */
import { createWriteStream } from 'node:fs'
import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { crc32 } from 'node:zlib'

import { openDirectory } from '../../js/convert/node-files.js'
import { readSafetensors } from '../../js/convert/safetensors.js'

const STORAGES = { F64: 'DoubleStorage', F32: 'FloatStorage', F16: 'HalfStorage', BF16: 'BFloat16Storage',
  I64: 'LongStorage' }
const ITEM_NBYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8 }
const ALIGNMENT = 64

/**
 * A tensor to write. blocks gives its bytes, in C order, each time it is called.
 *
 * @typedef {Iterable<Uint8Array> | AsyncIterable<Uint8Array>} Blocks
 * @typedef {{name: string, dtype: string, shape: number[], strides?: number[], blocks: () => Blocks}} SourceTensor
 */

/**
 * The archive, piece by piece.
 *
 * @param {SourceTensor[]} tensors
 * @param {{prefix?: string, zip64?: boolean, byteorder?: string | null, pickle?: Uint8Array}} [options]
 *   zip64: 64-bit sizes throughout; pickle: put there instead of the state dict's
 */
export async function* torchZip(tensors, { prefix = 'archive', zip64 = false, byteorder = 'little', pickle } = {}) {
  const text = (content) => () => [new TextEncoder().encode(content)]
  const records = [
    { name: 'data.pkl', blocks: () => [pickle ?? statePickle(tensors)] },
    ...byteorder === null ? [] : [{ name: 'byteorder', blocks: text(byteorder) }],
    ...tensors.map(({ blocks }, index) => ({ name: `data/${index}`, blocks })),
    { name: 'version', blocks: text('3\n') },
    { name: '.data/serialization_id', blocks: text('0123456789012345678901234567890123456789') },
  ]
  const directory = []
  let offset = 0
  for (const { name, blocks } of records) {
    const entry = { name: `${prefix}/${name}`, offset, zip64, ...await measure(blocks()) }
    directory.push(centralEntry(entry))
    const header = localHeader(entry)
    yield header
    yield* blocks()
    offset += header.length + entry.nbytes
  }
  yield* directory
  yield endRecords(directory, offset, zip64)
}

/** @param {Blocks} blocks */
async function measure(blocks) {
  let nbytes = 0
  let crc = 0
  for await (const block of blocks) {
    nbytes += block.length
    crc = crc32(block, crc)
  }
  return { nbytes, crc }
}

/* ---------------------------------------------------------------------------------------------------- pickle -- */

/**
 * The pickle of an OrderedDict of tensors, each with a storage of its own.
 *
 * @param {SourceTensor[]} tensors
 */
export function statePickle(tensors) {
  const items = tensors.map((tensor, index) => pickleText(tensor.name) + pickleTensor(tensor, String(index)))
  const metadata = `}${pickleText('_metadata')}ccollections\nOrderedDict\n)Rsb`
  return latin1(`\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01(${items.join('')}u${metadata}.`)
}

function pickleTensor({ dtype, shape, strides = contiguous(shape) }, key) {
  const length = product(shape)
  const storage = `(${pickleText('storage')}ctorch\n${STORAGES[dtype]}\n${pickleText(key)}${pickleText('cpu')}` +
    `${pickleInteger(length)}tQ`
  const hooks = 'h\x00)R'
  return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}K\x00${pickleTuple(shape)}${pickleTuple(strides)}\x89${hooks}tR`
}

export const pickleText = (text) => {
  const bytes = Buffer.from(text)
  return `X${uint32Text(bytes.length)}${bytes.toString('latin1')}`
}

const pickleTuple = (values) => `(${values.map(pickleInteger).join('')}t`
const pickleInteger = (value) => value < 256 ? `K${String.fromCharCode(value)}` : `J${uint32Text(value)}`
const uint32Text = (value) => String.fromCharCode(...new Uint8Array(new Uint32Array([value]).buffer))
const product = (values) => values.reduce((total, value) => total * value, 1)
const contiguous = (shape) => shape.map((_, axis) => product(shape.slice(axis + 1)))

export const latin1 = (text) => new Uint8Array(Buffer.from(text, 'latin1'))

/* ------------------------------------------------------------------------------------------------------- zip -- */

/** Little-endian fields, [bytes, value] each, then what follows them. */
function pack(fields, ...tails) {
  const bytes = Buffer.alloc(fields.reduce((total, [nbytes]) => total + nbytes, 0))
  let position = 0
  for (const [nbytes, value] of fields) {
    if (nbytes === 8) bytes.writeBigUInt64LE(BigInt(value), position)
    else bytes.writeUIntLE(value, position, nbytes)
    position += nbytes
  }
  return new Uint8Array(Buffer.concat([bytes, ...tails]))
}

function localHeader({ name, offset, nbytes, crc, zip64 }) {
  const bytes = Buffer.from(name)
  const wide = zip64 ? pack([[2, 1], [2, 16], [8, nbytes], [8, nbytes]]) : new Uint8Array(0)
  const begin = offset + 30 + bytes.length + wide.length + 4
  const fill = (ALIGNMENT - begin % ALIGNMENT) % ALIGNMENT
  const padding = pack([[2, 0x4246], [2, fill]], Buffer.alloc(fill, 'Z'))
  const size = zip64 ? 0xffffffff : nbytes
  return pack([[4, 0x04034b50], [2, zip64 ? 45 : 0], [2, 0x800], [2, 0], [4, 0], [4, crc], [4, size], [4, size],
    [2, bytes.length], [2, wide.length + padding.length]], bytes, wide, padding)
}

function centralEntry({ name, offset, nbytes, crc, zip64 }) {
  const bytes = Buffer.from(name)
  const wide = zip64 ? pack([[2, 1], [2, 24], [8, nbytes], [8, nbytes], [8, offset]]) : new Uint8Array(0)
  const size = zip64 ? 0xffffffff : nbytes
  return pack([[4, 0x02014b50], [2, 0], [2, zip64 ? 45 : 0], [2, 0x800], [2, 0], [4, 0], [4, crc], [4, size], [4, size],
    [2, bytes.length], [2, wide.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, zip64 ? 0xffffffff : offset]], bytes, wide)
}

function endRecords(directory, offset, zip64) {
  const nbytes = directory.reduce((total, entry) => total + entry.length, 0)
  const count = directory.length
  if (!zip64) return pack([[4, 0x06054b50], [4, 0], [2, count], [2, count], [4, nbytes], [4, offset], [2, 0]])
  return pack([
    [4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, nbytes], [8, offset],
    [4, 0x07064b50], [4, 0], [8, offset + nbytes], [4, 1],
    [4, 0x06054b50], [4, 0], [2, 0xffff], [2, 0xffff], [4, 0xffffffff], [4, 0xffffffff], [2, 0],
  ])
}

/* --------------------------------------------------------------------------------------------------- program -- */

/**
 * Writes the tensors of a safetensors file as a pytorch_model.bin, in blocks of a few megabytes.
 *
 * @param {string} source  path @param {string} target  path
 */
async function convertSafetensors(source, target) {
  const files = await openDirectory(dirname(source))
  const file = basename(source)
  const tensors = [...await readSafetensors(files, file)].map(([name, { dtype, shape, begin, nbytes }]) => ({
    name, dtype, shape,
    async* blocks() {
      for (let start = begin; start < begin + nbytes; start += 1 << 22) {
        yield await files.read(file, start, Math.min(start + (1 << 22), begin + nbytes))
      }
    },
  }))
  await pipeline(Readable.from(torchZip(tensors, { prefix: 'pytorch_model', zip64: true })), createWriteStream(target))
  await files.close()
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await convertSafetensors(process.argv[2], process.argv[3])
