/**
 * torch-zip.js - the directory of a pytorch_model.bin as torch.save writes it since 1.6: a zip archive of stored
 * (uncompressed) records
 *
 *     <prefix>/data.pkl      the state dict, as a pickle that names storages
 *     <prefix>/data/<key>    the numbers of a storage
 *     <prefix>/byteorder     "little", where it is there
 *
 * Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5; torch/serialization.py.
 */

import { BertweetError, brief, show } from '../errors.js'
import { crc32 } from './crc32.js'
import { BLOCK_NBYTES, describeForeign } from './files.js'
import { readPickle, Tensor } from './pickle.js'

const EOCD_NBYTES = 22
const ZIP64_LOCATOR_NBYTES = 20
const ZIP64_EOCD_NBYTES = 56
const LOCAL_HEADER_NBYTES = 30 // and a name, and what else is there
const MAX_COMMENT_NBYTES = 65535
/** Some 50 kilobytes each in a classifier. */
const MAX_DIRECTORY_NBYTES = 1 << 24
const MAX_PICKLE_NBYTES = 1 << 24

const ITEM_NBYTES = Object.freeze({ F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, I16: 2, I8: 1, U8: 1, BOOL: 1 })

/** What a file of torch.save before 1.6 begins with: a pickle of the magic number. */
const LEGACY_MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

/**
 * @param {import('./files.js').Files} files
 * @param {string} file
 * @returns {Promise<Map<string, import('./safetensors.js').TensorEntry>>}
 * @throws {BertweetError} `model`: truncated, another kind of file, a pickle with more than tensors
 */
export async function readTorchZip(files, file) {
  const archive = await openArchive(files, file)
  const order = await archive.readText('byteorder')
  if (order !== null && order !== 'little') {
    throw new BertweetError('model', `${file}: its byte order is "${order}", expected "little".`)
  }
  const state = readState(await archive.read('data.pkl', MAX_PICKLE_NBYTES), file)
  const entries = new Map()
  for (const [name, tensor] of state) {
    if (typeof name !== 'string' || !(tensor instanceof Tensor)) {
      const what = typeof name === 'string' ? show(name) : 'one of its keys'
      throw new BertweetError('model', `${file}: expected a dict of tensors, but ${what} is none. ` +
        'Save model.state_dict() alone, or use save_pretrained.')
    }
    entries.set(name, await locateTensor(name, tensor, archive))
  }
  return entries
}

/**
 * Reads all the numbers once, and compares them with the checksums that the archive has of them.
 *
 * @param {import('./files.js').Files} files
 * @param {string} file
 * @throws {BertweetError} `model`: some are not those that were written
 */
export async function checkRecords(files, file) {
  const archive = await openArchive(files, file)
  for (const name of archive.names()) {
    const { begin, nbytes, crc } = await archive.locate(name)
    let found = 0
    for (let done = 0; done < nbytes; done += BLOCK_NBYTES) {
      found = crc32(await files.read(file, begin + done, begin + Math.min(done + BLOCK_NBYTES, nbytes)), found)
    }
    checkSum(file, name, found, crc)
  }
}

/** 0 is written by torch.save where it was told not to compute checksums. */
function checkSum(file, name, found, expected) {
  if (found === expected || expected === 0) return
  const [sum, stated] = [found, expected].map((value) => value.toString(16).padStart(8, '0'))
  throw damaged(file, `its record ${brief(name)} has the checksum ${sum}, and should have ${stated}`)
}

/** @returns {Map<unknown, unknown>}  the state dict; values are not checked */
function readState(pickle, file) {
  let state
  try {
    state = readPickle(pickle)
  } catch (error) {
    if (!(error instanceof BertweetError)) throw error
    throw new BertweetError('model', `${file}: ${error.message}`, { cause: error })
  }
  if (!(state instanceof Map)) throw new BertweetError('model', `${file}: expected a dict of tensors.`)
  return state
}

/** @returns {Promise<import('./safetensors.js').TensorEntry>} */
async function locateTensor(name, { storage, offset, shape, strides }, archive) {
  const { dtype } = storage
  const refuse = (message) => { throw new BertweetError('model', `${archive.file}: tensor ${show(name)}: ${message}`) }

  if (!isContiguous(shape, strides)) {
    refuse(`shape [${shape}] with strides [${strides}] is not contiguous. Call .contiguous() on it and save again.`)
  }
  const record = await archive.locate(`data/${storage.key}`)
  if (storage.length * ITEM_NBYTES[dtype] !== record.nbytes) {
    refuse(`its storage should take ${storage.length * ITEM_NBYTES[dtype]} bytes, found ${record.nbytes}.`)
  }
  const length = shape.reduce((product, size) => product * size, 1)
  if (offset + length > storage.length) {
    refuse(`needs elements ${offset} to ${offset + length} of a storage of ${storage.length}.`)
  }
  const begin = record.begin + offset * ITEM_NBYTES[dtype]
  return { file: archive.file, dtype, shape, begin, nbytes: length * ITEM_NBYTES[dtype] }
}

/** Whether elements follow each other in C order. A dimension of one element may have any stride. */
function isContiguous(shape, strides) {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] > 1 && strides[axis] !== expected) return false
    expected *= shape[axis]
  }
  return true
}

/** The records of an archive by their names without prefix. */
async function openArchive(files, file) {
  const size = await files.size(file)
  await checkKind(files, file, size)
  const directory = await readDirectory(files, file, size)
  const pickles = [...directory.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name))
  if (pickles.length !== 1) {
    throw new BertweetError('model', `${file}: expected one record data.pkl in the archive, found ${pickles.length}. ` +
      'This is a zip file, but not one that torch.save wrote.')
  }
  const prefix = pickles[0].slice(0, -'data.pkl'.length)

  const locate = async (name) => {
    const entry = directory.get(prefix + name)
    if (!entry) throw new BertweetError('model', `${file}: the archive lacks its record ${brief(name)}. It is damaged.`)
    entry.begin ??= await findData(files, file, prefix + name, entry)
    return entry
  }
  const read = async (name, maxNbytes) => {
    const { begin, nbytes, crc } = await locate(name)
    if (nbytes > maxNbytes) {
      throw damaged(file, `its record ${brief(name)} has ${nbytes} bytes, expected at most ${maxNbytes}`)
    }
    const bytes = await files.read(file, begin, begin + nbytes)
    checkSum(file, name, crc32(bytes), crc)
    return bytes
  }
  const readText = async (name) => directory.has(prefix + name)
    ? new TextDecoder().decode(await read(name, 64)).trim() : null
  const names = () => [...directory.keys()].filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
  return { file, names, locate, read, readText }
}

async function checkKind(files, file, size) {
  const head = await files.read(file, 0, Math.min(size, 256))
  const foreign = describeForeign(head)
  if (foreign) throw new BertweetError('model', `${file}: expected weights, found ${foreign}.`)
  if (LEGACY_MAGIC.every((byte, index) => head[index] === byte)) {
    throw new BertweetError('model', `${file} was written by torch.save before version 1.6. Load it with any newer ` +
      'PyTorch and save it again, best with save_pretrained, as model.safetensors.')
  }
  if (size < EOCD_NBYTES || head[0] !== 0x50 || head[1] !== 0x4b) {
    throw new BertweetError('model', `${file} is no zip archive as torch.save writes it. Download it again.`)
  }
}

/**
 * The central directory.
 *
 * @returns {Promise<Map<string, {nbytes: number, crc: number, headerOffset: number, begin?: number}>>}  by full name
 */
async function readDirectory(files, file, size) {
  const { count, offset, nbytes, end } = await findDirectory(files, file, size)
  if (nbytes > MAX_DIRECTORY_NBYTES || offset + nbytes > end) throw damaged(file, 'its directory lies outside of it')
  const bytes = await files.read(file, offset, offset + nbytes)
  const view = new DataView(bytes.buffer)

  const entries = new Map()
  let position = 0
  for (let index = 0; index < count; index++) {
    const entry = readEntry(view, position, file)
    const name = brief(entry.name)
    if (entry.headerOffset + entry.nbytes > offset) throw damaged(file, `its record ${name} lies outside of it`)
    if (entries.has(entry.name)) throw damaged(file, `it has two records ${name}`)
    entries.set(entry.name, entry)
    position += entry.entryNbytes
  }
  if (position !== nbytes) throw damaged(file, 'its directory has another length than it says')
  checkOverlaps(entries, file)
  return entries
}

/** Records that share bytes are how small archives claim to be large ones. */
function checkOverlaps(entries, file) {
  let end = 0
  for (const [name, { headerOffset, nbytes }] of [...entries].sort(([, a], [, b]) => a.headerOffset - b.headerOffset)) {
    if (headerOffset < end) throw damaged(file, `its record ${brief(name)} overlaps another`)
    end = headerOffset + LOCAL_HEADER_NBYTES + nbytes
  }
}

/** Where the central directory stands, after the record at the end of the file. */
async function findDirectory(files, file, size) {
  const tailStart = Math.max(0, size - EOCD_NBYTES - MAX_COMMENT_NBYTES - ZIP64_LOCATOR_NBYTES)
  const view = new DataView((await files.read(file, tailStart, size)).buffer)
  let position = view.byteLength - EOCD_NBYTES
  while (position >= 0 && !isEndRecord(view, position)) position--
  if (position < 0) throw damaged(file, 'it has no end record, so it is truncated')

  const locator = position - ZIP64_LOCATOR_NBYTES
  if (locator >= 0 && view.getUint32(locator, true) === 0x07064b50) {
    return readZip64End(files, file, readSize(view, locator + 8, file), tailStart + locator)
  }
  const end = tailStart + position
  return { count: view.getUint16(position + 10, true), nbytes: view.getUint32(position + 12, true),
    offset: view.getUint32(position + 16, true), end }
}

/** An end record whose comment fills the file exactly. */
const isEndRecord = (view, position) => view.getUint32(position, true) === 0x06054b50 &&
  position + EOCD_NBYTES + view.getUint16(position + 20, true) === view.byteLength

async function readZip64End(files, file, start, locatorStart) {
  if (start + ZIP64_EOCD_NBYTES > locatorStart) throw damaged(file, 'its zip64 end record lies outside of it')
  const view = new DataView((await files.read(file, start, start + ZIP64_EOCD_NBYTES)).buffer)
  if (view.getUint32(0, true) !== 0x06064b50) throw damaged(file, 'its zip64 end record is missing')
  return { count: readSize(view, 32, file), nbytes: readSize(view, 40, file), offset: readSize(view, 48, file),
    end: start }
}

/** One entry of the central directory, its zip64 extra field applied. */
function readEntry(view, start, file) {
  if (start + 46 > view.byteLength || view.getUint32(start, true) !== 0x02014b50) {
    throw damaged(file, 'its directory is broken')
  }
  const nameNbytes = view.getUint16(start + 28, true)
  const extraNbytes = view.getUint16(start + 30, true)
  const entryNbytes = 46 + nameNbytes + extraNbytes + view.getUint16(start + 32, true)
  if (start + entryNbytes > view.byteLength) throw damaged(file, 'its directory is broken')

  const name = decodeName(view, start + 46, nameNbytes)
  const flags = view.getUint16(start + 8, true)
  const method = view.getUint16(start + 10, true)
  if ((flags & 1) !== 0 || method !== 0) {
    const how = flags & 1 ? 'encrypted' : 'compressed'
    throw new BertweetError('model', `${file}: its record ${brief(name)} is ${how}, but torch.save stores records as ` +
      'they are. Was the file packed again? Use the original one, or save it as model.safetensors.')
  }
  const sizes = { nbytes: view.getUint32(start + 24, true), storedNbytes: view.getUint32(start + 20, true),
    headerOffset: view.getUint32(start + 42, true) }
  applyZip64(sizes, view, start + 46 + nameNbytes, extraNbytes, file)
  if (sizes.nbytes !== sizes.storedNbytes) throw damaged(file, `its record ${brief(name)} gives two sizes`)
  const crc = view.getUint32(start + 16, true)
  return { name, nbytes: sizes.nbytes, crc, headerOffset: sizes.headerOffset, entryNbytes }
}

/** Fields that are 0xFFFFFFFF stand in the extra field 1 instead, in this order. */
function applyZip64(sizes, view, start, extraNbytes, file) {
  const wide = ['nbytes', 'storedNbytes', 'headerOffset'].filter((field) => sizes[field] === 0xffffffff)
  if (wide.length === 0) return
  const end = start + extraNbytes
  let position = start
  while (position + 4 <= end) {
    const fieldEnd = position + 4 + view.getUint16(position + 2, true)
    if (view.getUint16(position, true) === 1 && fieldEnd <= end && position + 4 + 8 * wide.length <= fieldEnd) {
      wide.forEach((field, index) => { sizes[field] = readSize(view, position + 4 + 8 * index, file) })
      return
    }
    position = fieldEnd
  }
  throw damaged(file, 'its directory lacks a 64-bit size')
}

/** Where a record's bytes begin: behind its local header, whose name must be the directory's. */
async function findData(files, file, name, { headerOffset, nbytes }) {
  const size = await files.size(file)
  const header = new DataView((await files.read(file, headerOffset, Math.min(headerOffset + 30 + 1024, size))).buffer)
  const nameNbytes = header.byteLength < 30 ? 0 : header.getUint16(26, true)
  const sound = header.byteLength >= 30 + nameNbytes && header.getUint32(0, true) === 0x04034b50 &&
    decodeName(header, 30, nameNbytes) === name
  if (!sound) throw damaged(file, `the header of its record ${brief(name)} is another`)
  const begin = headerOffset + 30 + nameNbytes + header.getUint16(28, true)
  if (begin + nbytes > size) throw damaged(file, `its record ${brief(name)} lies outside of it`)
  return begin
}

const decodeName = (view, start, nbytes) =>
  new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + start, nbytes))

/** A 64-bit size, if a file can have it. */
function readSize(view, position, file) {
  const value = Number(view.getBigUint64(position, true))
  if (!Number.isSafeInteger(value)) throw damaged(file, `it claims a size of ${value} bytes`)
  return value
}

const damaged = (file, reason) =>
  new BertweetError('model', `${file} is a damaged archive: ${reason}. Download it again.`)
