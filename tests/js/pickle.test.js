import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readPickle, Storage, Tensor } from '../../js/convert/pickle.js'
import { makeTensor } from './make-checkpoint.js'
import { latin1, pickleText, statePickle } from './write-torch-zip.js'

const read = (program) => readPickle(latin1(program))

/** Refused as a model error whose message matches. */
const refuses = (program, message) => assert.throws(() => read(program), { code: 'model', message })

const STORAGE = `(${pickleText('storage')}ctorch\nFloatStorage\n${pickleText('0')}${pickleText('cpu')}K\x06tQ`
const tensor = (storage, rest = 'K\x00K\x02K\x03\x86K\x03K\x01\x86\x89)') =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${rest}tR.`

test('a state dict becomes tensors over storages', () => {
  const state = readPickle(statePickle([makeTensor('a.weight', 'F16', [2, 300]), makeTensor('b', 'BF16', [])]))
  assert.deepEqual([...state.keys()], ['a.weight', 'b'])
  const { storage, offset, shape, strides } = state.get('a.weight')
  assert.deepEqual({ ...storage }, { dtype: 'F16', key: '0', length: 600 })
  assert.deepEqual({ offset, shape, strides }, { offset: 0, shape: [2, 300], strides: [300, 1] })
  assert.deepEqual(state.get('b').shape, [])
})

test('plain values of every kind', () => {
  assert.deepEqual(read('\x80\x02]q\x00(NK\xffM\xff\xffJ\xfe\xff\xff\xff\x88\x89X\x03\x00\x00\x00\xe2\x82\xace.'),
    [null, 255, 65535, -2, true, false, '€'])
  const numbers = '\x8a\x05\0\0\0\0\x01a\x8a\x01\xffa\x8a\0aG\x3f\xf8\0\0\0\0\0\0a'
  assert.deepEqual(read(`\x80\x02]${numbers}.`), [2 ** 32, -1, 0, 1.5])
  assert.deepEqual(read('}(K\x01)K\x02N\x85K\x03NN\x86K\x04NNN\x87u.'),
    new Map([[1, []], [2, [null]], [3, [null, null]], [4, [null, null, null]]]))
})

test('a parameter is its tensor', () => {
  const parameter = `ctorch._utils\n_rebuild_parameter\n(${tensor(STORAGE).slice(0, -1)}\x88)tR.`
  assert.ok(read(parameter) instanceof Tensor)
  assert.ok(read(parameter).storage instanceof Storage)
})

test('values that the memo repeats are the same value, cycles included', () => {
  const [first, second] = read(']q\x00r\x01\x00\x00\x00(h\x00j\x01\x00\x00\x00e.')
  assert.equal(first, second)
  assert.equal(first[0], first)
})

test('names that tensors do not need are refused by name, and never called', () => {
  refuses('\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.', /"posix\.system"/)
  refuses('cos\nsystem\n(X\x04\x00\x00\x00truetR.', /"os\.system".*save_pretrained/)
  refuses('c__builtin__\neval\n.', /"__builtin__\.eval"/)
  refuses('ctorch.storage\n_load_from_bytes\n.', /_load_from_bytes/)
  refuses('ctorch\n__proto__\n.', /"torch\.__proto__"/)
  refuses('c__proto__\nx\n.', /"__proto__\.x"/)
})

test('opcodes that tensors do not need are refused', () => {
  refuses('\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00N.', /protocol 4, expected 2/)
  refuses('(iposix\nsystem\n.', /opcode 0x69 at byte 1/)
  refuses('S"text"\n.', /opcode 0x53/)
  refuses('\x93.', /opcode 0x93/)
  refuses('\xff', /opcode 0xff/)
})

for (const [what, program, message] of [
  ['nothing at all', '', /cut off at byte 0/],
  ['no end', '\x80\x02}', /cut off at byte 3/],
  ['a text longer than the file', 'X\xff\xff\xff\xffabc.', /cut off/],
  ['a number cut off', 'J\x00\x00', /cut off/],
  ['a name without end', `c${'a'.repeat(300)}\nb\n.`, /a name without end/],
  ['an end without value', '.', /without its operand/],
  ['an end on a mark', '(.', /without its operand/],
  ['a tuple without mark', 'NNt.', /without its mark/],
  ['a tuple of too few', 'N\x86.', /without its operand/],
  ['items without dict', '(NNu.', /needs a dict/],
  ['items of a list', ']NNs.', /needs a dict/],
  ['items that are odd', '}(Nu.', /a key without value/],
  ['an append to a dict', '}Na.', /needs a list/],
  ['appends to nothing', '(Ne.', /needs a list/],
  ['a memo before it is set', 'h\x05.', /memo 5 before/],
  ['a memo of nothing', 'q\x00.', /a memo with id 0/],
  ['a memo id out of bounds', 'Nr\xff\xff\xff\xff.', /a memo with id 4294967295/],
  ['an integer too large', '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f.', /an integer over 2\^53/],
  ['a call of a value', 'N)R.', /a call of something/],
  ['a call of a class of storages', 'ctorch\nFloatStorage\n)R.', /a call of something/],
  ['a call without arguments', 'ccollections\nOrderedDict\nNR.', /a call of something/],
  ['an OrderedDict with arguments', 'ccollections\nOrderedDict\n]\x85R.', /an OrderedDict with arguments/],
  ['a state for a list', ']}b.', /needs a dict/],
  ['a storage that is none', 'NQ.', /a storage of an unknown form/],
  ['a storage without class', STORAGE.replace('ctorch\nFloatStorage\n', 'N') + '.', /a storage of an unknown form/],
  ['a storage of negative length', STORAGE.replace('K\x06', 'J\xff\xff\xff\xff') + '.', /a storage of an unknown form/],
  ['a tensor without storage', tensor('N'), /a tensor of an unknown form/],
  ['a tensor of text sizes', tensor(STORAGE, `K\x00${pickleText('2')}\x85K\x01\x85\x89)`), /a tensor of an unknown/],
  ['a tensor of fewer strides', tensor(STORAGE, 'K\x00K\x02K\x03\x86K\x01\x85\x89)'), /a tensor of an unknown form/],
  ['a tensor of negative offset', tensor(STORAGE, 'J\xff\xff\xff\xffK\x06\x85K\x01\x85\x89)'), /a tensor of an unk/],
  ['a tensor of fractional size', tensor(STORAGE, 'K\0G?\xf8\0\0\0\0\0\0\x85K\x01\x85\x89)'), /a tensor of an unknown/],
  ['a tensor of nine dimensions', tensor(STORAGE, `K\0${`(${'K\x01'.repeat(9)}t`.repeat(2)}\x89)`), /unknown form/],
  ['a parameter of nothing', 'ctorch._utils\n_rebuild_parameter\nN\x85R.', /a parameter without a tensor/],
]) {
  test(`broken: ${what}`, () => refuses(program, message))
}

test('depth and number of values are bounded, and cost no recursion', () => {
  const nested = `${'('.repeat(500_000)}N${'t'.repeat(500_000)}.`
  assert.ok(Array.isArray(read(nested)))
  refuses('('.repeat((1 << 20) + 1), /over 1048576 values at once/)
  refuses('N'.repeat((1 << 20) + 1), /over 1048576 values at once/)
})

test('tables that double at each step cost nothing', () => {
  const doubling = Array.from({ length: 200 }, () => 'q\x00h\x00\x86').join('')
  assert.equal(read(`N${doubling}.`).length, 2)
})
