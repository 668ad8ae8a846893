import assert from 'node:assert/strict'
import { test } from 'node:test'

import { csvLine, CsvReader } from '../../js/cli/csv.js'

/** All records of a text that comes in pieces of a size. */
function read(text, size = text.length || 1) {
  const reader = new CsvReader()
  const records = []
  for (let start = 0; start < text.length; start += size) records.push(...reader.push(text.slice(start, start + size)))
  return [...records, ...reader.end()].map(({ fields }) => fields)
}

test('fields, quotes, commas, line ends in quotes, wherever the pieces end', () => {
  const text = 'id,text\r\n1,"a ""b"", c\r\nd"\n2,\n\n3,"",x"y,"z"w\nlast'
  const expected = [['id', 'text'], ['1', 'a "b", c\r\nd'], ['2', ''], ['3', '', 'x"y', 'zw'], ['last']]
  for (let size = 1; size <= text.length; size++) assert.deepEqual(read(text, size), expected, `pieces of ${size}`)
})

test('nothing, and empty lines, are no records', () => {
  assert.deepEqual(read(''), [])
  assert.deepEqual(read('\n\r\n\n'), [])
  assert.deepEqual(read('a'), [['a']])
  assert.deepEqual(read(','), [['', '']])
})

test('what is written is read again', () => {
  const records = [['a', 'b,c', 'd"e', 'f\ng', ' h '], ['', '"', '""', ',', '\r\n']]
  assert.deepEqual(read(records.map((fields) => csvLine(fields)).join('')), records)
  assert.equal(csvLine(['a', 'b c']), 'a,b c\n')
  assert.equal(csvLine(['a\tb', 'c,d'], '\t'), '"a\tb"\tc,d\n')
})

test('records know the lines on which they begin', () => {
  const reader = new CsvReader()
  const records = [...reader.push('a\n\n"b\n\nc",1\r\nd\n'), ...reader.push('e'), ...reader.end()]
  assert.deepEqual(records.map(({ line }) => line), [1, 3, 6, 7])
})

test('other separators', () => {
  assert.deepEqual(new CsvReader('\t').push('a,b\t"c\td"\n'), [{ fields: ['a,b', 'c\td'], line: 1 }])
})

test('a quote that does not end is an error with its line, and not memory without end', () => {
  const reader = new CsvReader()
  reader.push('a\nb,"c\n')
  assert.throws(() => reader.end(), { code: 'input', message: /begins on line 2 does not end: is a quote missing/ })
  const endless = new CsvReader()
  endless.push('a\n"')
  const mega = 'x\n'.repeat(1 << 19)
  assert.throws(() => { for (let count = 0; count < 100; count++) endless.push(mega) }, /begins on line 2/)
})
