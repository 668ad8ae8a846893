/**
 * What the shipped modules are made of: imports, exports and instructions, read from the binaries themselves.
 *
 * Relaxed SIMD instructions may give other results on other machines. Two of them are exact for the operands this
 * library gives them (models/MODEL.md, "The 16-bit bound"); compilers may bring in others by themselves, and must not.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import createWabt from 'wabt'

const project = new URL('../../', import.meta.url)
const dist = process.env.BERTWEET_DIST ? pathToFileURL(`${process.env.BERTWEET_DIST}/`) : new URL('dist/', project)
const names = readdirSync(dist).filter((name) => name.endsWith('.wasm'))

const EXACT = ['i16x8.relaxed_dot_i8x16_i7x16_s', 'i32x4.relaxed_dot_i8x16_i7x16_add_s']
/** Names of the relaxed instructions, as in the specification and in its drafts. */
const RELAXED = /\b[if]\d+x\d+\.(?:relaxed_\w+|dot_i8x16_i7x16\w*|laneselect)\b/g

function read(path) {
  return readFileSync(new URL(path, project))
}

function exportedNames(list) {
  return read(`web/${list}.txt`).toString().split('\n').filter((line) => /^[a-z]/.test(line))
}

async function disassemble(bytes) {
  const wabt = await createWabt()
  const module = wabt.readWasm(new Uint8Array(bytes), { simd: true, relaxed_simd: true, threads: true })
  try {
    return module.toText({})
  } finally {
    module.destroy()
  }
}

test('the disassembler shows relaxed instructions', async () => {
  // (func (param v128 v128 v128) (result v128) local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd)
  const module = '0061736d01000000010801' + '60037b7b7b017b' + '03020100' + '0a0d010b00200020012002' + 'fd85020b'
  assert.deepEqual((await disassemble(Buffer.from(module, 'hex'))).match(RELAXED), ['f32x4.relaxed_madd'])
})

test('the default modules are there', () => {
  for (const part of ['', '-threads', '-relaxed', '-relaxed-threads', '-convert']) {
    assert.ok(names.includes(`bertweet${part}.wasm`), part)
  }
})

test('what the modules export is called', () => {
  const callers = ['wasm.js', 'wasm-convert.js', 'thread.js'].map((name) => read(`web/${name}`)).join('\n')
  for (const name of ['exports', 'exports_convert'].flatMap(exportedNames)) {
    assert.match(callers, new RegExp(`\\b${name}\\b`))
  }
})

for (const name of names) {
  const bytes = readFileSync(new URL(name, dist))
  const disassembly = disassemble(bytes)

  test(`${name}: imports memory and nothing else`, async () => {
    const imports = (await disassembly).match(/\(import .*/g)
    assert.equal(imports.length, 1)
    assert.match(imports[0], /^\(import "env" "memory" \(memory /)
  })

  test(`${name}: exports what web/exports*.txt list`, async () => {
    const lists = name.includes('-convert') ? ['exports', 'exports_convert'] : ['exports']
    const globals = name.includes('-threads') ? ['__heap_base', '__stack_pointer'] : ['__heap_base']
    const exports = [...(await disassembly).matchAll(/\(export "(\w+)"/g)].map(([, name]) => name)
    assert.deepEqual(exports.sort(), [...new Set([...lists.flatMap(exportedNames), ...globals])].sort())
  })

  test(`${name}: of the relaxed instructions the two exact ones where its name says so, else none`, async () => {
    const text = await disassembly
    assert.match(text, /i32x4\.dot_i16x8_s/, 'the SIMD kernel is missing')
    assert.deepEqual([...new Set(text.match(RELAXED))].sort(), name.includes('-relaxed') ? EXACT : [])
  })

  test(`${name}: is the file that build.json describes`, () => {
    const { bytes: size, sha256 } = JSON.parse(readFileSync(new URL('build.json', dist))).modules[name]
    assert.deepEqual([bytes.length, createHash('sha256').update(bytes).digest('hex')], [size, sha256])
  })
}
