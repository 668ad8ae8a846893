import assert from 'node:assert/strict'
import { test } from 'node:test'

import { csvLine, CsvReader } from '../../js/cli/csv.js'

/** All records of a text that comes in pieces of a size. */
function read(text, size = text.length || 1) {
  const reader = new CsvReader()
  const records = []
  for (let start = 0; start < text.length; start += size) records.push(...reader.push(text.slice(start, start + size)))
  return [...records, ...reader.end()]
}

test('fields, quotes, commas, line ends in quotes, wherever the pieces end', () => {
  const text = 'id,text\r\n1,"a ""b"", c\r\nd"\n2,\n\n3,"",x"y,"z"w\n"last'
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
  assert.deepEqual(read(records.map(csvLine).join('')), records)
  assert.equal(csvLine(['a', 'b c']), 'a,b c\n')
})
