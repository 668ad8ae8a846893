/** js/index.d.ts is written by hand: it must know what the JavaScript knows, no more and no less. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import * as library from '../../js/index.js'
import * as options from '../../js/options.js'
import { TEXT_MODES } from '../../js/text-modes.js'

const file = fileURLToPath(new URL('../../js/index.d.ts', import.meta.url))
const program = ts.createProgram([file], { strict: true, target: ts.ScriptTarget.ES2022, types: [] })
const checker = program.getTypeChecker()
const exported = new Map(checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))
  .map((symbol) => [symbol.name, symbol]))

const typeOf = (name) => checker.getDeclaredTypeOfSymbol(exported.get(name))
const fieldsOf = (name) => checker.getPropertiesOfType(typeOf(name)).map((field) => field.name).sort()
const membersOf = (name) => typeOf(name).types.map(({ value }) => value).sort()

/** The options that a check knows, from what it says of one it does not. */
function optionsOf(check) {
  try {
    check({ '?': 1 })
  } catch ({ message }) {
    return /; it has (.*)\.$/.exec(message)[1].split(', ').sort()
  }
  throw new Error('any option is taken')
}

test('it compiles', () => {
  assert.deepEqual(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText), [])
})

test('values: the functions and classes of js/index.js', () => {
  const values = [...exported.values()].filter(({ flags }) => flags & ts.SymbolFlags.Value).map(({ name }) => name)
  assert.deepEqual(values.sort(), Object.keys(library).sort())
})

for (const [name, check] of Object.entries({
  ClassifierOptions: options.checkLoadOptions,
  ClassifyOptions: options.checkClassifyOptions,
  TokenizeOptions: options.checkTokenizeOptions,
  CallOptions: options.checkLogitsOptions,
  CacheOptions: options.checkCacheOptions
})) test(`${name}: the options that are checked`, () => assert.deepEqual(fieldsOf(name), optionsOf(check)))

test('selfTest takes what logits takes', () => {
  assert.deepEqual(optionsOf(options.checkSelfTestOptions), fieldsOf('CallOptions'))
})

test('words: the lists in the code', () => {
  assert.deepEqual(membersOf('TextMode'), [...TEXT_MODES].sort())
  assert.deepEqual(membersOf('Kernel'), options.KERNELS.filter((name) => name !== 'auto').sort())
})

test('what a classifier has and gives', async (t) => {
  const classifier = await library.createClassifier({ worker: false })
  t.after(() => classifier.dispose())
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(classifier)).filter((name) => name !== 'constructor')
  assert.deepEqual(fieldsOf('Classifier').filter((name) => !name.startsWith('__@')), methods.sort())
  assert.deepEqual(fieldsOf('ClassifierInfo'), Object.keys(classifier.info).sort())
  const [result] = await classifier.classify(['so good'], { explain: true })
  const optional = ['labels'] // of multi-label models
  assert.deepEqual(fieldsOf('Classification').filter((name) => !optional.includes(name)), Object.keys(result).sort())
  assert.deepEqual(fieldsOf('WordEffect'), Object.keys(result.explanation[0]).sort())
  assert.deepEqual(fieldsOf('Tokens'), Object.keys(await classifier.tokenize('so good')).sort())
  assert.deepEqual(fieldsOf('SelfTestResult'), Object.keys(await classifier.selfTest()).sort())
})
