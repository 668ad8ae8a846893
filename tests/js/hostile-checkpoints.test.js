/**
 * Checkpoints that mean ill: zip archives that lie about sizes, pickles that are programs, headers that never end.
 * checkpoint.test.js and pickle.test.js have what is merely broken.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import { convertCheckpoint } from '../../js/convert/index.js'
import { openCheckpoint } from '../../js/convert/checkpoint.js'
import { crc32 } from '../../js/convert/crc32.js'
import { buildTokenizer } from '../../js/convert/tokenizer.js'
import { checkpointFiles, concat, CONFIG, makeTensors, safetensorsFile, torchFile } from './make-checkpoint.js'
import { deep, refusesEach } from './hostile.js'
import { latin1, pickleText } from './write-torch-zip.js'

const all = makeTensors()
const archive = await torchFile(all)
const archive64 = await torchFile(all, { zip64: true })
const bin = (bytes) => ({ 'model.safetensors': null, 'pytorch_model.bin': bytes })
const pickled = async (program) => bin(await torchFile(all, { pickle: latin1(program) }))
const [LOCAL, CENTRAL, END] = ['PK\x03\x04', 'PK\x01\x02', 'PK\x05\x06']

/** A copy of an archive, with bytes written at places behind a signature's n-th occurrence. */
function patch(file, ...edits) {
  const changed = Buffer.from(file)
  for (const [signature, nth, at, bytes] of edits) {
    let position = -1
    for (let count = 0; count <= nth; count++) position = changed.indexOf(latin1(signature), position + 1)
    assert.ok(position >= 0)
    changed.set(bytes, position + at)
  }
  return new Uint8Array(changed)
}
const u32 = (value) => new Uint8Array(new Uint32Array([value]).buffer)
const u64 = (value) => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer)
const record = (file, name) => Buffer.from(file).indexOf(latin1(name))
const wide = (nth, index, value) => [CENTRAL, nth, 46 + wideName(nth).length + 4 + 8 * index, u64(value)]
const wideName = (nth) => ['archive/data.pkl', 'archive/byteorder', 'archive/data/0'][nth]

/** A safetensors file with this header. */
const header = (json, length) => {
  const bytes = latin1(json)
  return { 'model.safetensors': concat([u64(length ?? bytes.length), bytes, new Uint8Array(64)]) }
}
const nested = (depth) => `${'('.repeat(depth)}N${'t'.repeat(depth)}`
const config = (changes) => ({ 'config.json': JSON.stringify({ ...CONFIG, ...changes }) })
const configText = (from, to) => ({ 'config.json': JSON.stringify(CONFIG).replace(from, to) })

refusesEach('a zip archive', [
  ['a record that unpacks to 4 GB', bin(patch(archive, [CENTRAL, 2, 10, [8, 0]], [CENTRAL, 2, 24, u32(0xfffffff0)])),
    'model', /data\/0 is compressed/],
  ['a pickle that unpacks to 4 GB', bin(patch(archive, [CENTRAL, 0, 10, [8, 0]])), 'model', /data\.pkl is compressed/],
  ['a method that is unknown', bin(patch(archive, [CENTRAL, 1, 10, [93, 0]])), 'model', /byteorder is compressed/],
  ['records that share their bytes', bin(patch(archive, [CENTRAL, 3, 42, u32(record(archive, 'archive/data/0') - 30)])),
    'model', /data\/[01] overlaps another/],
  ['a record within another', bin(patch(archive, [CENTRAL, 1, 42, u32(64)])), 'model', /byteorder overlaps another/],
  ['a record over the directory', bin(patch(archive, [CENTRAL, 3, 20, u32(1e6)], [CENTRAL, 3, 24, u32(1e6)])), 'model',
    /data\/1 lies outside/],
  ['a record at 4 GB', bin(patch(archive, [CENTRAL, 1, 42, u32(0xfffffffe)])), 'model', /byteorder lies outside/],
  ['a pickle of over 16 MB', bin(await torchFile(all, { pickle: new Uint8Array((1 << 24) + 1) })), 'model',
    /data\.pkl has 16777217 bytes, expected at most/],
  ['a byte order of 65 letters', bin(await torchFile(all, { byteorder: 'x'.repeat(65) })), 'model',
    /byteorder has 65 bytes/],
  ['a byte order that is none', bin(await torchFile(all, { byteorder: '\u202elittle' })), 'model', /byte order is "/],
  ['zip64: a record of 2^63', bin(patch(archive64, wide(2, 0, 2n ** 63n), wide(2, 1, 2n ** 63n))), 'model',
    /claims a size of 9223372036854776000/],
  ['zip64: a record of 2^53 - 1', bin(patch(archive64, wide(0, 0, 2 ** 53 - 1), wide(0, 1, 2 ** 53 - 1))), 'model',
    /data\.pkl lies outside/],
  ['zip64: a record at 2^53 - 1', bin(patch(archive64, wide(2, 2, 2 ** 53 - 1))), 'model', /data\/0 lies outside/],
  ['zip64: a record at 2^64 - 1', bin(patch(archive64, wide(1, 2, 2n ** 64n - 1n))), 'model', /claims a size of 1844/],
  ['zip64: two sizes', bin(patch(archive64, wide(2, 0, 1))), 'model', /data\/0 gives two sizes/],
  ['zip64: a field that ends early', bin(patch(archive64, [CENTRAL, 0, 46 + 16 + 2, [8, 0]])), 'model',
    /lacks a 64-bit size/],
  ['a pickle that is not the one that was written', bin(patch(archive, [LOCAL, 0, 64, [0x81]])), 'model',
    /data\.pkl has the checksum/],
  ['another byte order than was written', bin(patch(archive, ['little', 0, 0, latin1('Little')])), 'model',
    /byteorder has the checksum/],
  ['no directory', bin(patch(archive, [END, 0, 10, [0, 0]], [END, 0, 12, u32(0)])), 'model', /found 0/],
  ['a local header that points elsewhere', bin(patch(archive, [LOCAL, 0, 26, [0xff, 0xff]])), 'model',
    /header of its record archive\/data\.pkl is another/]
], (changes) => openCheckpoint(checkpointFiles(changes)))

refusesEach('a pickle', [
  ['os.system', await pickled('\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R.'), 'model', /"os\.system"/],
  ['posix.system', await pickled('\x80\x02cposix\nsystem\nX\x04\0\0\0true\x85R.'), 'model', /"posix\.system"/],
  ['subprocess', await pickled('\x80\x02csubprocess\nPopen\n)R.'), 'model', /"subprocess\.Popen"/],
  ['eval', await pickled('\x80\x02c__builtin__\neval\n)R.'), 'model', /"__builtin__\.eval"/],
  ['eval by another name', await pickled('\x80\x02cbuiltins\ngetattr\n)R.'), 'model', /"builtins\.getattr"/],
  ['a loader of other files', await pickled('\x80\x02ctorch\nload\n)R.'), 'model', /"torch\.load"/],
  ['a name of every object', await pickled('\x80\x02c__proto__\nconstructor\n)R.'), 'model',
    /"__proto__\.constructor"/],
  ['a name with a line separator', await pickled('\x80\x02cos\u0085\nx\n)R.'), 'model', /the name "os/],
  ['an instance by opcode', await pickled('\x80\x02(ios\nsystem\n.'), 'model', /opcode 0x69/],
  ['an object by opcode', await pickled('\x80\x02(ccollections\nOrderedDict\no.'), 'model', /opcode 0x6f/],
  ['a new object', await pickled('\x80\x02ccollections\nOrderedDict\n)\x81.'), 'model', /opcode 0x81/],
  ['an extension', await pickled('\x80\x02\x82\x01.'), 'model', /opcode 0x82/],
  ['a reduced storage', await pickled('\x80\x02ctorch\nFloatStorage\n)R.'), 'model', /a call of something/],
  ['itself as a value', await pickled(`}q\0${pickleText('me')}h\0s.`), 'model', /"me" is none/],
  ['itself as a key', await pickled('}q\0h\0h\0s.'), 'model', /one of its keys is none/],
  ['a list of itself', await pickled(']q\0h\0a.'), 'model', /expected a dict of tensors\.$/],
  ['a name of a megabyte', await pickled(`}${pickleText('x'.repeat(1 << 20))}Ns.`), 'model', /"xxx.*\.\.\. is none/],
  ['a shape without end', await pickled(`ctorch._utils\n_rebuild_tensor_v2\n(NK\0${nested(999)})\x89)tR.`), 'model',
    /a tensor of an unknown form/],
  ['a text of 4 GB', await pickled('X\xff\xff\xff\xff.'), 'model', /cut off/],
  ['a memo of 2^32', await pickled('Nr\xff\xff\xff\xff.'), 'model', /memo with id 4294967295/],
  ['a million marks', await pickled('('.repeat((1 << 20) + 1)), 'model', /over 1048576 values/]
], (changes) => openCheckpoint(checkpointFiles(changes)))

refusesEach('a safetensors file', [
  ['a header of 1 GB', header('{}', 2 ** 30), 'model', /1073741824 bytes, expected at most 16777216/],
  ['a header of 2^64 - 1', header('{}', 2n ** 64n - 1n), 'model', /18446744073709551615 bytes/],
  ['a header of 2^63', header('{}', 2n ** 63n), 'model', /9223372036854775808 bytes/],
  ['a header longer than the file', header('{}', 67), 'model', /a header of 67 bytes in a file of 74/],
  ['a header of a byte', header('{}', 1), 'model', /a header of 1 bytes/],
  ['a header without end', header(deep()), 'model', /found an array/],
  ['a dtype without end', header(`{"a":{"dtype":${deep()}}}`), 'model', /dtype something/],
  ['a dtype that passes as one', header('{"a":{"dtype":["F32"],"shape":[0],"data_offsets":[0,0]}}'), 'model',
    /unknown dtype \["F32"\]/],
  ['a shape without end', header(`{"a":{"dtype":"F32","shape":${deep()},"data_offsets":[0,0]}}`), 'model',
    /shape must/],
  ['sizes whose product overflows', header('{"a":{"dtype":"F32","shape":[9007199254740991,9007199254740991],' +
    '"data_offsets":[0,64]}}'), 'model', /takes 3.2.*e\+32 bytes/],
  ['an offset of 2^53', header('{"a":{"dtype":"F32","shape":[16],"data_offsets":[0,9007199254740992]}}'), 'model',
    /data_offsets must/],
  ['an offset of 1e999', header('{"b":{"dtype":"F32","shape":[16],"data_offsets":[0,1e999]}}'), 'model',
    /"b": data_offsets must/],
  ['tensors one upon the other', header('{"a":{"dtype":"F32","shape":[16],"data_offsets":[0,64]},' +
    '"b":{"dtype":"F32","shape":[16],"data_offsets":[0,64]}}'), 'model', /"b" begins at byte .* overlap/],
  ['a hidden part', header('{"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}}'), 'model', /tensors end at/],
  ['text that is not UTF-8', header('{"\xff":1}'), 'model', /expected JSON, found something else/],
  ['a name of a megabyte', header(`{"${'x'.repeat(1 << 20)}":1}`), 'model', /tensor "x+\.\.\.: unknown dtype nothing/]
], (changes) => openCheckpoint(checkpointFiles(changes)))

refusesEach('a config.json', [
  ['a type without end', configText('"roberta"', deep()), 'model', /model_type: .*no plain object/],
  ['architectures without end', configText('["RobertaForSequenceClassification"]', deep()), 'model', /architectures/],
  ['itself without end', { 'config.json': deep() }, 'model', /found an array|expected JSON/],
  ['a size of 2^31', config({ hidden_size: 2 ** 31 }), 'model', /hidden_size.*2147483648/],
  ['a vocabulary of 2^32', config({ vocab_size: 2 ** 32 }), 'model', /vocab_size.*4294967296/],
  ['a million layers', config({ num_hidden_layers: 1e6 }), 'model', /num_hidden_layers/],
  ['no heads', config({ num_attention_heads: 0 }), 'model', /num_attention_heads/],
  ['heads that do not divide', config({ num_attention_heads: 3 }), 'model', /multiple of 4, found 16 \/ 3/],
  ['2,000 labels', config({ id2label: { ...Array.from({ length: 2000 }, (_, i) => `${i}`) } }), 'model',
    /found 2000/],
  ['a label of a list', config({ id2label: { 0: ['NEG'] } }), 'model', /string for "0"/],
  ['labels by other keys', config({ id2label: { 1: 'A', 2: 'B' } }), 'model', /string for "0", found nothing/],
  ['an epsilon of infinity', configText('"layer_norm_eps":0.00001', '"layer_norm_eps":1e999'), 'model',
    /layer_norm_eps/]
], (changes) => openCheckpoint(checkpointFiles(changes)))

const tokenizer = async (changes) => buildTokenizer((await openCheckpoint(checkpointFiles(changes))).tokenizerFiles)
refusesEach('a tokenizer', [
  ['invalid UTF-8 in the vocabulary', { 'vocab.txt': latin1('a 9\n\xff 8\n') }, 'model',
    /vocab\.txt is not valid UTF-8/],
  ['invalid UTF-8 in the merges', { 'bpe.codes': latin1('a \xc0\xaf 9\n') }, 'model', /bpe\.codes is not valid UTF-8/],
  ['a special token in the vocabulary', { 'vocab.txt': 'a 9\n</s> 8\n' }, 'model', /<\/s> may not be listed/],
  ['a token twice', { 'vocab.txt': 'a 9\na 8\n' }, 'model', /"a" stands in line 1 already/],
  ['a merge twice', { 'bpe.codes': 'a b 9\na b 8\n' }, 'model', /"a b" stands in line 1/],
  ['a merge of three', { 'bpe.codes': 'a b c 9\n' }, 'model', /expected 3 fields/],
  ['a class without end', { 'tokenizer_config.json': `{"tokenizer_class":${deep()}}` }, 'model', /tokenizer_class/],
  ['an added token without end', { 'added_tokens.json': `{"<mask>":${deep()}}` }, 'model', /expected id 11/],
  ['a decoder of lists', { 'tokenizer_config.json': `{"added_tokens_decoder":{"0":{"content":${deep()}}}}` }, 'model',
    /adds the token something/],
  ['a special token of an object', { 'special_tokens_map.json': '{"bos_token":{"content":{"a":1}}}' }, 'model',
    /found \{"a":1\}/],
  ['files that are lists', { 'tokenizer_config.json': '[]' }, 'model', /does not hold an object/],
  ['a name of every object', { 'added_tokens.json': '{"__proto__":0}' }, 'model', /adds the token "__proto__"/],
  ['a line of a megabyte', { 'vocab.txt': `${'x'.repeat(1 << 20)}\n` }, 'model', /line 1: expected .*"x+\.\.\./],
  ['a merge of a megabyte', { 'bpe.codes': `${'x'.repeat(1 << 20)}\n` }, 'model', /line 1: expected 3 .*"x+\.\.\./],
  ['spaces within a line', { 'vocab.txt': `a${' '.repeat(1 << 20)}b\n \n` }, 'model', /line 2: expected/],
  ['spaces within a merge', { 'bpe.codes': `a${'\t'.repeat(1 << 20)}b\n` }, 'model', /line 1: 2 fields/],
  ['over a million tokens', { 'vocab.txt': '\n'.repeat((1 << 20) + 2) }, 'model', /vocab\.txt has more than 1048576/],
  ['over a million merges', { 'bpe.codes': '\n'.repeat((1 << 20) + 2) }, 'model', /bpe\.codes has more than 1048576/]
], tokenizer)

/* ------------------------------------------------------------------------------------------------- checksums -- */

const discarding = () => ({ write: async () => {}, read: async () => assert.fail(), commit: async () => assert.fail(),
  discard: async () => {} })

test('numbers that are not those that were written are found before anything is converted', async () => {
  for (const zip of [archive, archive64]) {
    const at = Buffer.from(zip).indexOf(latin1('archive/data/7'))
    const changed = zip.slice()
    changed[at + 200] ^= 1
    const checkpoint = await openCheckpoint(checkpointFiles(bin(changed)))
    await assert.rejects(convertCheckpoint({ checkpoint, output: discarding(), name: 'x' }),
      { code: 'model', message: /record data\/7 has the checksum [0-9a-f]{8}, and should have [0-9a-f]{8}/ })
  }
})

test('an archive without checksums, as torch.save can write it, is taken', async () => {
  const changed = Buffer.from(archive)
  for (let at = 0; (at = changed.indexOf(latin1(CENTRAL), at)) >= 0; at += 46) changed.fill(0, at + 16, at + 20)
  for (let at = 0; (at = changed.indexOf(latin1(LOCAL), at)) >= 0; at += 30) changed.fill(0, at + 14, at + 18)
  const checkpoint = await openCheckpoint(checkpointFiles(bin(new Uint8Array(changed))))
  await checkpoint.check()
})

test('CRC-32 of the standard\'s example, in one piece and in two', () => {
  const bytes = latin1('123456789')
  assert.equal(crc32(bytes), 0xcbf43926)
  assert.equal(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4))), 0xcbf43926)
  assert.equal(crc32(new Uint8Array(0)), 0)
})

/* -------------------------------------------------------------------------------------------- time and memory -- */

test('spaces without end take time that grows with them, and no more', () => {
  const many = ' '.repeat(1 << 20)
  const files = { 'vocab.txt': `${many}a${many}9${many}\nb 8\n`, 'bpe.codes': `a${many}b${many}9\n` }
  const start = process.cpuUsage()
  assert.equal(buildTokenizer(files).vocabSize, 7)
  const { user } = process.cpuUsage(start)
  assert.ok(user < 10e6, 'a pattern that looks for the end at each space takes an hour')
})

test('opening reads no more than directories, whatever they say', async () => {
  for (const changes of [bin(archive), bin(archive64), { 'model.safetensors': safetensorsFile(all) }]) {
    const files = checkpointFiles(changes)
    await openCheckpoint(files)
    const total = Object.values(changes).reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0)
    assert.ok(files.bytesRead() < total + 40_000, `${files.bytesRead()} bytes of ${total}`)
  }
})

test('values that double at each step are not written out', async () => {
  const doubling = 'q\0h\0\x86'.repeat(200)
  await assert.rejects(openCheckpoint(checkpointFiles(await pickled(`}N${doubling}Ns.`))),
    { code: 'model', message: /one of its keys is none/ })
})

test('keys nested without end are not written out', async () => {
  await assert.rejects(openCheckpoint(checkpointFiles(await pickled(`}${nested(100_000)}Ns.`))),
    { code: 'model', message: /one of its keys is none/ })
})
