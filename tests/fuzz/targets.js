/**
 * targets.js - the readers that are fuzzed: what they are given first, what they may answer, what must hold of it.
 */
import assert from 'node:assert/strict'
import { readPickle } from '../../js/convert/pickle.js'
import { readSafetensors } from '../../js/convert/safetensors.js'
import { buildTokenizer } from '../../js/convert/tokenizer.js'
import { checkRecords, readTorchZip } from '../../js/convert/torch-zip.js'
import { parseManifest } from '../../js/manifest.js'
import { makeModel } from '../js/fake-model.js'
import { makeTensor, memoryFiles, safetensorsFile, torchFile } from '../js/make-checkpoint.js'
import { latin1, statePickle } from '../js/write-torch-zip.js'

const encode = (text) => new TextEncoder().encode(text)
const FILE = 'file'
const ITEM_NBYTES = { F64: 8, I64: 8, U64: 8, F32: 4, I32: 4, U32: 4, F16: 2, BF16: 2, I16: 2, U16: 2, I8: 1, U8: 1,
  BOOL: 1, F8_E4M3: 1, F8_E5M2: 1 }

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string[]} scripts  whose places are counted
 * @property {Uint8Array[]} seeds
 * @property {string} [marks]  see mutate.js
 * @property {string[]} [pieces]
 * @property {string[]} codes  of the errors it may answer with
 * @property {(input: Uint8Array) => unknown} run
 */

/** @returns {Promise<Target[]>} */
export async function makeTargets() {
  const tensors = [makeTensor('a.weight', 'F32', [2, 3]), makeTensor('b', 'BF16', []), makeTensor('c', 'F16', [5])]
  const { manifest } = await makeModel()
  const zips = await archives(tensors)
  return [zip(zips), pickle(tensors), safetensors(tensors), manifests(manifest), tokenizers()]
}

const archives = (tensors) => Promise.all([
  torchFile(tensors), torchFile(tensors, { zip64: true }), torchFile([]), torchFile(tensors, { byteorder: null })
])

/** Each tensor's numbers are in the file, and as many as its shape says. */
function checkEntries(entries, size) {
  for (const { dtype, shape, begin, nbytes } of entries.values()) {
    assert.ok(Number.isSafeInteger(begin) && begin >= 0 && nbytes >= 0 && begin + nbytes <= size)
    assert.equal(nbytes, shape.reduce((product, length) => product * length, ITEM_NBYTES[dtype]))
  }
}

const zip = (seeds) => ({
  name: 'zip',
  scripts: ['torch-zip.js', 'crc32.js'],
  seeds,
  marks: 'PK',
  pieces: ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07', 'data.pkl', 'archive/data/0'],
  codes: ['model'],
  async run(input) {
    const files = memoryFiles({ [FILE]: input })
    checkEntries(await readTorchZip(files, FILE), input.length)
    await checkRecords(files, FILE)
  }
})

const pickle = (tensors) => ({
  name: 'pickle',
  scripts: ['pickle.js'],
  seeds: [statePickle(tensors), statePickle([]),
    latin1('\x80\x02]q\0(NK\xffM\xff\xffJ\xfe\xff\xff\xff\x88\x89X\x03\0\0\0abc\x8a\x05\0\0\0\0\x01e.'),
    latin1(']G?\xf8\0\0\0\0\0\0a.'),
    latin1('}(K\x01)K\x02N\x85K\x03NN\x86K\x04NNN\x87u.'), latin1(']q\0r\x01\0\0\0(h\0j\x01\0\0\0e.')],
  pieces: ['(', ')', 't', '}', ']', 'a', 'e', 's', 'u', 'b', 'R', 'Q', '\x85', '\x86', '\x87', 'q\0', 'h\0', 'N',
    'K\x01', 'ctorch._utils\n_rebuild_tensor_v2\n', 'ccollections\nOrderedDict\n', 'ctorch\nFloatStorage\n',
    'cos\nsystem\n', 'X\x07\0\0\0storage', '.'],
  codes: ['model'],
  run: (input) => readPickle(input)
})

const safetensors = (tensors) => ({
  name: 'safetensors',
  scripts: ['safetensors.js', 'files.js'],
  seeds: [safetensorsFile(tensors), safetensorsFile([]),
    safetensorsFile(tensors, (header) => ({ ...header, e: null }))],
  marks: '"',
  pieces: ['{', '}', '[', ']', ',', '0', '-1', '1e999', 'null', '"dtype"', '"shape"', '"data_offsets"', '"F32"',
    '"F64"', '9007199254740993', '"__proto__":', '__metadata__'],
  codes: ['model'],
  async run(input) {
    const entries = await readSafetensors(memoryFiles({ [FILE]: input }), FILE)
    checkEntries(entries, input.length)
    const places = [...entries.values()].filter(({ nbytes }) => nbytes > 0).sort((a, b) => a.begin - b.begin)
    places.slice(1).forEach(({ begin }, index) => assert.equal(begin, places[index].begin + places[index].nbytes))
  }
})

const manifests = (manifest) => ({
  name: 'manifest',
  scripts: ['manifest.js'],
  seeds: [encode(JSON.stringify(manifest)), encode(JSON.stringify({ ...manifest, thresholds: [0, 0.5, 1] }))],
  marks: '"',
  pieces: ['{', '}', '[', ']', ',', '0', '-1', '1e999', '1e-300', 'null', 'true', '"raw"', '"int4"', '"__proto__":{},',
    '../', '9007199254740993', '"constructor"', '4294967296'],
  codes: ['format', 'model'],
  run(input) {
    const { shards, image, bytes, labels, temperature } = parseManifest(new TextDecoder().decode(input), 'here')
    let [offset, total] = [0, 0]
    for (const shard of shards) {
      assert.equal(new URL(shard.file, 'http://host.test/folder/').href, `http://host.test/folder/${shard.file}`)
      assert.equal(shard.offset, offset)
      offset += shard.size
      total += shard.bytes
    }
    assert.equal(offset, image.bytes)
    assert.equal(total, bytes)
    assert.ok(Number.isFinite(1 / Math.fround(temperature)) || Math.fround(temperature) > 0)
    assert.ok(labels.every((label) => typeof label === 'string'))
    assert.equal({}.polluted, undefined)
  }
})

const tokenizers = () => ({
  name: 'tokenizer',
  scripts: ['tokenizer.js'],
  seeds: [encode('a 9\nb@@ 8\nab 7\nc 6\n\0a b</w> 9\nb a</w> 8\n\0{"<mask>": 7}\0{"normalization": true}'),
    encode('\u{1f602} 1\n\0')],
  marks: '\n',
  pieces: ['\n', '\r\n', '\0', ' ', '@@', '</w>', '<s>', '<mask>', '\xc2\xa0', '{"<mask>":', '"bos_token"',
    '"<s>"', '\xff'],
  codes: ['model'],
  run(input) {
    const [vocabulary, codes = [], added, settings] = split(input)
    const files = { 'vocab.txt': vocabulary, 'bpe.codes': codes, 'added_tokens.json': added,
      'tokenizer_config.json': settings }
    const { vocabSize, maskId, tensors } = buildTokenizer(
      Object.fromEntries(Object.entries(files).filter(([, content]) => content).map(([name, content]) =>
        [name, new Uint8Array(content)])))
    assert.equal(maskId, vocabSize - 1)
    const [points, ids, rows, merges] = tensors.map(({ data }) => data)
    const symbols = ids.length / 2
    assert.ok(ids.every((id) => id < vocabSize))
    assert.equal(rows.length, symbols + 1)
    assert.equal(rows.at(-1), merges.length / 3)
    for (let at = 0; at < points.length; at += 3) assert.ok(at === 0 || points[at] > points[at - 3])
  }
})

/** The four files of an input, which zeros divide. */
function split(input) {
  const parts = []
  for (let begin = 0; begin <= input.length && parts.length < 4;) {
    const end = parts.length === 3 ? -1 : input.indexOf(0, begin)
    parts.push(input.subarray(begin, end < 0 ? input.length : end))
    begin = end < 0 ? input.length + 1 : end + 1
  }
  return parts
}
