import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { openCheckpoint } from '../../js/convert/checkpoint.js'
import { openDirectory } from '../../js/convert/node-files.js'
import { checkpointFiles, concat, CONFIG, makeTensor, makeTensors, safetensorsFile, torchFile }
  from './make-checkpoint.js'
import { latin1, pickleText, statePickle } from './write-torch-zip.js'

/** Opening these files is refused as a model error whose message matches every pattern. */
async function refuses(changes, ...patterns) {
  const error = await openCheckpoint(checkpointFiles(changes)).then(() => assert.fail('opened'), (error) => error)
  assert.equal(error.code, 'model', error.stack)
  for (const pattern of patterns) assert.match(error.message, pattern)
}

const json = (value) => JSON.stringify(value)
const config = (changes) => ({ 'config.json': json({ ...CONFIG, ...changes }) })
const header = (change) => ({ 'model.safetensors': safetensorsFile(makeTensors(), change) })
const tensors = (list) => ({ 'model.safetensors': safetensorsFile(list) })

/** All of a checkpoint's tensors. */
async function readAll(checkpoint) {
  const contents = {}
  for (const name of checkpoint.names()) contents[name] = await checkpoint.read(name)
  return contents
}

/* -------------------------------------------------------------------------------------------- what is read -- */

test('config, tokenizer files, names, shapes and numbers', async () => {
  const files = checkpointFiles({ 'README.md': '---\nlicense: mit\n---\n', LICENSE: 'MIT', 'notes.txt': 'x',
    'added_tokens.json': '{"<mask>": 11}' })
  const checkpoint = await openCheckpoint(files)
  assert.deepEqual(checkpoint.config, CONFIG)
  assert.deepEqual(checkpoint.architecture.labels, ['NEG', 'NEU', 'POS'])
  assert.deepEqual(Object.keys(checkpoint.tokenizerFiles), ['vocab.txt', 'bpe.codes', 'added_tokens.json'])
  assert.equal(checkpoint.readme, '---\nlicense: mit\n---\n')
  assert.equal(checkpoint.license, 'MIT')
  assert.equal(checkpoint.names().length, 5 + 16 + 4)
  assert.deepEqual(checkpoint.shape('encoder.layer.0.intermediate.dense.weight'), [32, 16])
  assert.deepEqual(Object.keys(await checkpoint.sources()),
    ['LICENSE', 'README.md', 'added_tokens.json', 'bpe.codes', 'config.json', 'model.safetensors', 'vocab.txt'])

  const source = makeTensors().find(({ name }) => name === 'roberta.embeddings.word_embeddings.weight')
  const rows = await checkpoint.read('embeddings.word_embeddings.weight', { firstRow: 3, endRow: 5 })
  assert.deepEqual(rows, { dtype: 'F32', shape: [2, 16], bytes: source.bytes.slice(3 * 64, 5 * 64) })
  assert.equal(rows.bytes.buffer.byteLength, rows.bytes.length)
  await assert.rejects(checkpoint.read('embeddings.word_embeddings.weight', { firstRow: 3, endRow: 13 }), RangeError)
  assert.throws(() => checkpoint.shape('pooler.dense.weight'), RangeError)
})

test('opening reads directories, and rows are read by range', async () => {
  const big = { ...CONFIG, vocab_size: 50_000 }
  const model = safetensorsFile(makeTensors(big))
  const files = checkpointFiles({ 'config.json': json(big), 'model.safetensors': model })
  const checkpoint = await openCheckpoint(files)
  const opened = files.bytesRead()
  assert.ok(opened < 20_000, `${opened} of ${model.length} bytes read`)
  await checkpoint.read('embeddings.word_embeddings.weight', { firstRow: 49_999 })
  assert.equal(files.bytesRead() - opened, 64)
})

test('every container, whole or in shards, gives the same tensors', async () => {
  for (const dtype of ['F32', 'F16', 'BF16']) {
    const all = makeTensors(CONFIG, dtype)
    const [first, second] = [all.slice(0, 9), all.slice(9)]
    const index = (extension) => json({ metadata: { total_size: 1 }, weight_map: Object.fromEntries(
      all.map(({ name }, at) => [name, `part-${at < 9 ? 1 : 2}.${extension}`])) })
    const expected = await readAll(await openCheckpoint(checkpointFiles(tensors(all))))
    assert.equal(expected['classifier.out_proj.bias'].dtype, dtype)
    for (const files of [
      { 'pytorch_model.bin': await torchFile(all) },
      { 'pytorch_model.bin': await torchFile(all, { zip64: true, prefix: 'pytorch_model', byteorder: null }) },
      { 'model.safetensors.index.json': index('safetensors'), 'part-1.safetensors': safetensorsFile(first),
        'part-2.safetensors': safetensorsFile(second) },
      { 'pytorch_model.bin.index.json': index('bin'), 'part-1.bin': await torchFile(first),
        'part-2.bin': await torchFile(second) },
    ]) {
      const checkpoint = await openCheckpoint(checkpointFiles({ 'model.safetensors': null, ...files }))
      assert.deepEqual(await readAll(checkpoint), expected)
      assert.deepEqual(Object.keys(await checkpoint.sources()),
        ['bpe.codes', 'config.json', 'vocab.txt', ...Object.keys(files)].sort())
    }
  }
})

test('safetensors is preferred, and other files are no part of the sources', async () => {
  const checkpoint = await openCheckpoint(checkpointFiles({ 'pytorch_model.bin': 'rubbish' }))
  assert.deepEqual(Object.keys(await checkpoint.sources()),
    ['bpe.codes', 'config.json', 'model.safetensors', 'vocab.txt'])
})

test('names with and without prefix, old names of LayerNorm, and what a classifier does not use', async () => {
  const expected = await readAll(await openCheckpoint(checkpointFiles()))
  const renamed = makeTensors().map((tensor) => ({ ...tensor, name: tensor.name.replace('roberta.', '')
    .replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta') }))
  const unused = [makeTensor('roberta.embeddings.position_ids', 'I64', [1, 10]),
    makeTensor('roberta.pooler.dense.weight', 'F64', [16, 16]), makeTensor('lm_head.bias', 'F32', [12])]
  assert.deepEqual(await readAll(await openCheckpoint(checkpointFiles(tensors([...renamed, ...unused])))), expected)
})

test('views of a shared storage are found where they begin', async () => {
  const all = makeTensors()
  const pickle = new TextDecoder('latin1').decode(statePickle(all))
  const view = all.findIndex(({ name }) => name === 'classifier.out_proj.bias')
  // The bias of three numbers becomes elements 5 to 7 of the query's weight, a storage of 256.
  const shared = all.findIndex(({ name }) => name.endsWith('query.weight'))
  const storage = (key, length) => `${pickleText(String(key))}${pickleText('cpu')}${length}tQK`
  const changed = pickle.replace(`${storage(view, 'K\x03')}\x00`, `${storage(shared, 'J\x00\x01\x00\x00')}\x05`)
  assert.notEqual(changed, pickle)
  const checkpoint = await openCheckpoint(checkpointFiles({ 'model.safetensors': null,
    'pytorch_model.bin': await torchFile(all, { pickle: latin1(changed) }) }))
  const { bytes } = await checkpoint.read('classifier.out_proj.bias')
  assert.deepEqual(bytes, all[shared].bytes.slice(20, 32))
})

test('a folder on disk', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'checkpoint-'))
  try {
    const memory = checkpointFiles()
    for (const name of memory.list()) {
      await writeFile(join(directory, name), await memory.read(name, 0, memory.size(name)))
    }
    const files = await openDirectory(directory)
    const checkpoint = await openCheckpoint(files)
    const inMemory = await openCheckpoint(memory)
    assert.deepEqual(await readAll(checkpoint), await readAll(inMemory))
    assert.deepEqual(await checkpoint.sources(), await inMemory.sources())
    await writeFile(join(directory, 'model.safetensors'), 'shorter')
    await assert.rejects(checkpoint.read('classifier.dense.weight'), { code: 'model', message: /ends before byte/ })
    await rm(join(directory, 'model.safetensors'))
    const without = await openDirectory(directory)
    await rm(join(directory, 'vocab.txt'))
    await mkdir(join(directory, 'vocab.txt'))
    await rm(join(directory, 'config.json'))
    await assert.rejects(without.read('vocab.txt', 0, 1), { code: 'model', message: /^vocab\.txt cannot be read: / })
    for (const ask of [() => without.read('config.json', 0, 1), () => without.size('config.json')]) {
      await assert.rejects(ask, { code: 'model', message: /^config\.json cannot be read: / })
    }
    await without.close()
    await files.close()
    await assert.rejects(openDirectory(join(directory, 'nowhere')), { code: 'input', message: /nowhere/ })
  } finally {
    await rm(directory, { recursive: true })
  }
})

for (const [name, dtype] of [['tiny-bin', 'F32'], ['tiny-sharded', 'F32'], ['tiny-f16', 'F16'], ['tiny-bf16', 'BF16'],
  ['tiny-multi-label', 'F32']]) {
  test(`a checkpoint that transformers wrote: ${name}`, async () => {
    const files = await openDirectory(fileURLToPath(new URL(`../golden/${name}`, import.meta.url)))
    const checkpoint = await openCheckpoint(files)
    const { labels, problemType, vocabSize, hiddenSize } = checkpoint.architecture
    assert.equal(problemType, `${name === 'tiny-multi-label' ? 'multi' : 'single'}_label_classification`)
    assert.deepEqual(checkpoint.shape('classifier.out_proj.weight'), [labels.length, hiddenSize])
    for (const [tensor, { dtype: found, shape, bytes }] of Object.entries(await readAll(checkpoint))) {
      assert.equal(found, dtype, tensor)
      assert.equal(bytes.length, shape.reduce((product, size) => product * size, dtype === 'F32' ? 4 : 2), tensor)
    }
    assert.equal(checkpoint.shape('embeddings.word_embeddings.weight')[0], vocabSize)
    await files.close()
  })
}

/* -------------------------------------------------------------------------------------- what is not a model -- */

for (const [what, changes, ...patterns] of [
  ['no config.json', { 'config.json': null }, /Missing file: config\.json. Found: bpe\.codes, model\.safetensors/],
  ['no weights', { 'model.safetensors': null }, /Missing file: model\.safetensors or pytorch_model\.bin/],
  ['TensorFlow weights alone', { 'model.safetensors': null, 'tf_model.h5': 'x' }, /from_tf=True/],
  ['an adapter', { 'model.safetensors': null, 'adapter_config.json': '{}' }, /merge_and_unload/],
  ['no vocab.txt', { 'vocab.txt': null }, /Missing file: vocab\.txt/],
  ['another tokenizer', { 'bpe.codes': null, 'merges.txt': 'x' }, /bpe\.codes/, /another tokenizer/],
  ['HTML for config.json', { 'config.json': ' <!DOCTYPE html><html>' }, /config\.json.*web page.*download the file/],
  ['HTML for weights', { 'model.safetensors': '<html>login' }, /model\.safetensors.*web page/],
  ['HTML for vocab.txt', { 'vocab.txt': '<!doctype html>' }, /vocab\.txt.*web page/],
  ['a Git LFS pointer', { 'model.safetensors': 'version https://git-lfs.github.com/spec/v1\noid sha256:0' },
    /git lfs pull/],
  ['an empty file', { 'model.safetensors': '' }, /an empty file/],
  ['broken JSON', { 'config.json': '{"a": ' }, /config\.json: expected JSON/],
  ['invalid UTF-8', { 'config.json': latin1('{"a": "\xff"}') }, /config\.json: expected JSON/],
  ['an array', { 'config.json': '[]' }, /expected a JSON object, found an array/],
  ['null', { 'config.json': 'null' }, /expected a JSON object, found null/],
]) {
  test(`refused: ${what}`, () => refuses(changes, ...patterns))
}

for (const [changes, ...patterns] of [
  [{ architectures: ['RobertaForMaskedLM'] }, /RobertaForSequenceClassification, found \["RobertaForMaskedLM"\]/,
    /fine-tuned/],
  [{ model_type: 'bert' }, /model_type: expected "roberta", found "bert"/],
  [{ hidden_act: 'gelu_new' }, /hidden_act: expected "gelu", found "gelu_new"/],
  [{ position_embedding_type: 'relative_key' }, /position_embedding_type: expected "absolute"/],
  [{ pad_token_id: 0 }, /pad_token_id: expected 1, found 0/],
  [{ is_decoder: true }, /is_decoder: expected false, found true/],
  [{ hidden_size: 24 }, /hidden_size: expected a multiple of 16 from 1 to 16384, found 24/],
  [{ hidden_size: 16400 }, /hidden_size: expected a multiple of 16 from 1 to 16384, found 16400/],
  [{ hidden_size: '768' }, /hidden_size: .*found "768"/],
  [{ hidden_size: undefined }, /hidden_size: .*found nothing/],
  [{ intermediate_size: -16 }, /intermediate_size: .*found -16/],
  [{ num_hidden_layers: 0 }, /num_hidden_layers: expected an integer from 1 to 64, found 0/],
  [{ num_hidden_layers: 65 }, /num_hidden_layers: .*found 65/],
  [{ num_attention_heads: 3 }, /num_attention_heads must be a multiple of 4, found 16 \/ 3/],
  [{ num_attention_heads: 8 }, /num_attention_heads must be a multiple of 4, found 16 \/ 8/],
  [{ max_position_embeddings: 2051 }, /max_position_embeddings: .*found 2051/],
  [{ vocab_size: 1e9 }, /vocab_size: .*found 1000000000/],
  [{ layer_norm_eps: '1e-5' }, /layer_norm_eps: .*found "1e-5"/],
  [{ layer_norm_eps: -1 }, /layer_norm_eps: .*found -1/],
  [{ layer_norm_eps: 0 }, /layer_norm_eps: .*found 0/],
  [{ layer_norm_eps: 1e-50 }, /layer_norm_eps: .*found 1e-50/],
  [{ layer_norm_eps: 1 - 1e-12 }, /layer_norm_eps: .*found 0.999999999999/],
  [{ id2label: [] }, /id2label: expected 1 to 1024 labels, found 0/],
  [{ id2label: { 0: 'A', 2: 'B' } }, /id2label: expected a string for "1", found nothing/],
  [{ id2label: { 0: 'A', 1: 'A' } }, /id2label: "A" twice/],
  [{ problem_type: 'regression' }, /problem_type: .*found "regression"/],
  [{ problem_type: null, id2label: { 0: 'A' } }, /problem_type: .*Regression is not supported/],
]) {
  test(`refused: config.json with ${json(changes)}`, () => refuses(config(changes), ...patterns))
}

test('labels and problem types that config.json leaves out', async () => {
  const open = async (changes, labels) => {
    const full = { ...CONFIG, ...changes }
    const checkpoint = await openCheckpoint(checkpointFiles({ ...config(changes),
      'model.safetensors': safetensorsFile(makeTensors(full)) }))
    assert.deepEqual(checkpoint.architecture.labels, labels)
    return checkpoint.architecture.problemType
  }
  assert.equal(await open({ id2label: undefined, problem_type: null }, ['LABEL_0', 'LABEL_1']),
    'single_label_classification')
  assert.equal(await open({ id2label: { 0: 'x' }, problem_type: 'multi_label_classification' }, ['x']),
    'multi_label_classification')
})

/* -------------------------------------------------------------------------------- weights that do not fit it -- */

const all = makeTensors()
for (const [what, changes, ...patterns] of [
  ['a tensor missing', tensors(all.slice(1)), /Expected, but missing: embeddings\.word_embeddings\.weight\./,
    /24 tensors were found/],
  ['a layer too many', config({ num_hidden_layers: 2 }), /missing: encoder\.layer\.1\..* and 4 more/],
  ['a layer too few', tensors([...all, makeTensor('roberta.encoder.layer.1.output.dense.bias', 'F32', [16])]),
    /Found, but not expected: encoder\.layer\.1\.output\.dense\.bias/],
  ['a language model', tensors([...all.filter(({ name }) => !name.startsWith('classifier.')),
    makeTensor('lm_head.dense.weight', 'F32', [16, 16])]), /classifier\.dense\.weight/, /fine-tuned/],
  ['unmerged adapters', tensors([...all, makeTensor('roberta.encoder.layer.0.lora_A.weight', 'F32', [4, 16])]),
    /lora_A/, /merge_and_unload/],
  ['another shape', config({ vocab_size: 13 }),
    /"embeddings\.word_embeddings\.weight" in model\.safetensors: expected shape \[13,16\].*found \[12,16\]/],
  ['another type', tensors(makeTensors(CONFIG, 'F64')), /expected numbers of type F32, F16 or BF16, found F64/],
  ['one tensor by two names', tensors([...all, makeTensor('classifier.dense.weight', 'F32', [16, 16]),
    { ...all.find(({ name }) => name === 'classifier.dense.bias'), name: 'roberta.classifier.dense.bias' }]
    .filter(({ name }, index, list) => list.findIndex((other) => other.name === name) === index)), /two names/],
]) {
  test(`refused: ${what}`, () => refuses(changes, ...patterns))
}

/* --------------------------------------------------------------------------------------- hostile safetensors -- */

const first = 'roberta.embeddings.word_embeddings.weight'
const second = 'roberta.embeddings.position_embeddings.weight'
const withFirst = (changes) => header((tensors) => ({ ...tensors, [first]: { ...tensors[first], ...changes } }))
const good = safetensorsFile(all)
const withLength = (length) => ({ 'model.safetensors': concat([new Uint8Array(new BigUint64Array([length]).buffer),
  good.slice(8)]) })

for (const [what, changes, ...patterns] of [
  ['a header of 0 bytes', withLength(0n), /truncated/],
  ['a header of 1 GB', withLength(1n << 30n), /1073741824 bytes, expected at most/],
  ['a header of 2^64 - 1 bytes', withLength((1n << 64n) - 1n), /18446744073709551615 bytes/],
  ['a header as long as the file', withLength(BigInt(good.length)), /truncated/],
  ['a header that ends early', withLength(100n), /\(its header\): expected JSON/],
  ['seven bytes', { 'model.safetensors': good.slice(0, 7) }, /truncated/],
  ['a file cut in the header', { 'model.safetensors': good.slice(0, 500) }, /truncated/],
  ['a file cut in the data', { 'model.safetensors': good.slice(0, -1) }, /damaged: download it again/],
  ['a byte too many', { 'model.safetensors': concat([good, new Uint8Array(1)]) }, /tensors end at/],
  ['a header that is a list', { 'model.safetensors': concat([new Uint8Array(new BigUint64Array([2n]).buffer),
    latin1('[]')]) }, /expected a JSON object/],
  ['an unknown dtype', withFirst({ dtype: 'F7' }), /unknown dtype "F7"/],
  ['a dtype of Object', withFirst({ dtype: 'constructor' }), /unknown dtype "constructor"/],
  ['no dtype', withFirst({ dtype: undefined }), /unknown dtype/],
  ['a tensor that is null', header((tensors) => ({ ...tensors, [first]: null })), /unknown dtype/],
  ['no shape', withFirst({ shape: undefined }), /shape must be/],
  ['a negative size', withFirst({ shape: [-12, 16] }), /shape must be/],
  ['a fractional size', withFirst({ shape: [1.5, 16] }), /shape must be/],
  ['a size over 2^53', withFirst({ shape: [2 ** 53, 16] }), /shape must be/],
  ['a product of infinity', withFirst({ shape: Array(8).fill(2 ** 52) }), /takes .* bytes, but/],
  ['nine dimensions', withFirst({ shape: [12, 16, 1, 1, 1, 1, 1, 1, 1] }), /at most 8/],
  ['a shape that is too large', withFirst({ shape: [13, 16] }), /takes 832 bytes, but data_offsets hold 768/],
  ['a type that is too small', withFirst({ dtype: 'F16' }), /takes 384 bytes, but data_offsets hold 768/],
  ['one offset', withFirst({ data_offsets: [0] }), /two non-negative integers/],
  ['a negative offset', withFirst({ data_offsets: [-1, 767] }), /two non-negative integers/],
  ['offsets that run backwards', withFirst({ data_offsets: [768, 0] }), /data_offsets 768 to 0/],
  ['an end outside of the file', withFirst({ data_offsets: [0, 2 ** 40] }), /data_offsets 0 to 1099511627776/],
  ['tensors that overlap', header((tensors) => ({ ...tensors, [second]: { ...tensors[second],
    data_offsets: tensors[second].data_offsets.map((offset) => offset - 4) } })), /tensors overlap/],
  ['a gap', header(({ [first]: _, ...others }) => others), /tensors leave a gap/],
  ['a name of every object', header((tensors) => JSON.parse(json(tensors).replace(first, '__proto__'))),
    /missing: embeddings\.word_embeddings\.weight/],
]) {
  test(`refused: safetensors with ${what}`, () => refuses(changes, ...patterns))
}

for (const [what, index, ...patterns] of [
  ['no map', {}, /expected an object "weight_map"/],
  ['a list', { weight_map: [] }, /expected an object "weight_map"/],
  ['a path', { weight_map: { a: '../other/model.safetensors' } }, /names of files beside it/],
  ['a parent', { weight_map: { a: '..' } }, /names of files beside it/],
  ['a number', { weight_map: { a: 1 } }, /names of files beside it, found 1/],
  ['a shard that is missing', { weight_map: { a: 'b.safetensors' } }, /b\.safetensors \(named in model\.safetensors/],
  ['a tensor that is elsewhere', { weight_map: { nothing: 'part.safetensors' } }, /"nothing" should be in part\.safe/],
]) {
  test(`refused: an index with ${what}`, () => refuses({ 'model.safetensors': null,
    'model.safetensors.index.json': json(index), 'part.safetensors': good }, ...patterns))
}

/* ---------------------------------------------------------------------------------------- hostile torch files -- */

const archive = await torchFile(all)
const archive64 = await torchFile(all, { zip64: true })

/** The file with bytes replaced at a signature's n-th place. */
function patch(file, signature, at, bytes, nth = 0) {
  const changed = Buffer.from(file)
  let position = -1
  for (let count = 0; count <= nth; count++) position = changed.indexOf(latin1(signature), position + 1)
  assert.ok(position >= 0)
  changed.set(bytes, position + at)
  return { 'model.safetensors': null, 'pytorch_model.bin': new Uint8Array(changed) }
}
const bin = (file) => ({ 'model.safetensors': null, 'pytorch_model.bin': file })
const withPickle = async (program, list = all) => bin(await torchFile(list, { pickle: latin1(program) }))
const [LOCAL, CENTRAL, END, END64, LOCATOR] = ['PK\x03\x04', 'PK\x01\x02', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07']
const FULL = new Uint8Array(8).fill(0xff)
const text = new TextDecoder('latin1').decode(statePickle(all))

for (const [what, changes, ...patterns] of [
  ['before 1.6', bin(latin1('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.')), /before version 1\.6/],
  ['that is no archive', bin(latin1('hello, world, this is no archive')), /no zip archive/],
  ['of ten bytes', bin(archive.slice(0, 10)), /no zip archive/],
  ['cut in the middle', bin(archive.slice(0, archive.length >> 1)), /truncated/],
  ['cut by a byte', bin(archive.slice(0, -1)), /truncated/],
  ['without state dict', bin(await torchFile(all, { prefix: 'a/b' })), /expected one record data\.pkl.* found 0/],
  ['of big-endian numbers', bin(await torchFile(all, { byteorder: 'big' })), /byte order is "big"/],
  ['that is compressed', patch(archive, CENTRAL, 10, [8, 0]), /archive\/data\.pkl is compressed/],
  ['that is encrypted', patch(archive, CENTRAL, 8, [1, 8]), /is encrypted/],
  ['with two sizes', patch(archive, CENTRAL, 24, [1, 0, 0, 0]), /data\.pkl gives two sizes/],
  ['with a record outside', patch(archive, CENTRAL, 42, [0xfe, 0xff, 0xff, 0xff]), /data\.pkl lies outside/],
  ['with a record at another place', patch(archive, CENTRAL, 42, [1, 0, 0, 0]), /header of its record .* is another/],
  ['with a record of another name', patch(archive, LOCAL, 30, [65]), /header of its record .* is another/],
  ['with a 64-bit size that is missing', patch(archive, CENTRAL, 42, FULL.slice(0, 4)), /lacks a 64-bit size/],
  ['with one name twice', patch(archive, 'archive/data/1PK', 13, [0x30]), /two records archive\/data\/0/],
  ['with fewer records than said', patch(archive, END, 10, [0xff, 0]), /directory is broken/],
  ['with more records than said', patch(archive, END, 10, [1, 0]), /another length than it says/],
  ['with its directory beyond the end', patch(archive, END, 16, [0, 0, 0, 0x7f]), /directory lies outside/],
  ['with a directory of 4 GB', patch(archive, END, 12, [0xff, 0xff, 0xff, 0xf0]), /directory lies outside/],
  ['with a comment that is not there', patch(archive, END, 20, [1, 0]), /truncated/],
  ['with a zip64 end at 2^64', patch(archive64, LOCATOR, 8, FULL), /claims a size of/],
  ['with a zip64 end elsewhere', patch(archive64, LOCATOR, 8, new Uint8Array(8)), /zip64 end record is missing/],
  ['with a zip64 directory at 2^64', patch(archive64, END64, 48, FULL), /claims a size of/],
  ['with a zip64 directory beyond the end', patch(archive64, END64, 48, [255, 255, 255]), /directory lies outside/],
  ['with 2^53 - 1 zip64 records', patch(archive64, END64, 32, [...FULL.slice(0, 6), 0x1f, 0]), /directory is broken/],
  ['with a record of 2^64 bytes', patch(archive64, CENTRAL, 46 + 'archive/data.pkl'.length + 4, FULL), /claims a size/],
  ['with a pickle that calls os.system', await withPickle('\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R.'),
    /pytorch_model\.bin: .*"posix\.system"/],
  ['with a list', await withPickle('\x80\x02].'), /expected a dict of tensors/],
  ['with more than tensors', await withPickle(text.replace('u}', `${pickleText('epoch')}K\x03u}`)),
    /"epoch" is none.*state_dict/],
  ['with a whole training state', await withPickle(`}${pickleText('state_dict')}}s.`), /"state_dict" is none/],
  ['with a transposed tensor', bin(await torchFile(all.map((tensor) => tensor.name === 'classifier.dense.weight'
    ? { ...tensor, strides: [1, 16] } : tensor))), /classifier\.dense\.weight.*not contiguous/],
  ['with a storage of another size', bin(await torchFile(all.map((tensor) => tensor.name === 'classifier.dense.bias'
    ? { ...tensor, blocks: () => [tensor.bytes.slice(4)] } : tensor))), /storage should take 64 bytes, found 60/],
  ['with a storage that is missing', await withPickle(text, all.slice(0, -1)), /lacks its record data\/24/],
  ['with a tensor beyond its storage', await withPickle(text.replace('tQK\x00(K\x0cK\x10t', 'tQK\x01(K\x0cK\x10t')),
    /needs elements 1 to 193 of a storage of 192/],
]) {
  test(`refused: a torch file ${what}`, () => refuses(changes, ...patterns))
}

test('a torch file is refused wherever it is cut', async () => {
  for (let length = 0; length < archive.length; length += 97) await refuses(bin(archive.slice(0, length)))
})

const isModelError = (error) => assert.equal(error.code, 'model', error.stack)

test('a flipped byte anywhere in the directories gives a checkpoint or a model error, never another', async () => {
  for (let index = 0; index < 2600; index += 7) {
    const changed = good.slice()
    changed[index] ^= 0x10
    await openCheckpoint(checkpointFiles({ 'model.safetensors': changed })).catch(isModelError)
  }
  const start = Buffer.from(archive).indexOf(CENTRAL)
  for (const index of [...archive.keys()].filter((at) => at < 300 || at >= start)) {
    const changed = archive.slice()
    changed[index] ^= 0x81
    await openCheckpoint(checkpointFiles(bin(changed))).catch(isModelError)
  }
})
