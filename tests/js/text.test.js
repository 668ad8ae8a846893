import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeText, encodeText, isWellFormed } from '../../web/text.js'

test('well-formed text is UTF-8', () => {
  for (const text of ['', 'plain', 'a\0b', '\ufeffmark', 'é ߿ ࠀ', '한글 \ud7ff\ue000', '😍\u{10ffff}', '\uffff']) {
    assert.equal(isWellFormed(text), true)
    assert.deepEqual(Buffer.from(encodeText(text)), Buffer.from(text, 'utf8'))
    assert.equal(decodeText(encodeText(text)), text)
  }
})

test('lone surrogates are three bytes each, and come back', () => {
  assert.deepEqual([...encodeText('\ud800')], [0xed, 0xa0, 0x80])
  assert.deepEqual([...encodeText('\udfff')], [0xed, 0xbf, 0xbf])
  for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800', '한\ud83d글', '\ud83d\ud83d\ude0d', 'é\udfff\0\u{10000}']) {
    assert.equal(isWellFormed(text), false)
    assert.equal(decodeText(encodeText(text)), text)
  }
})

test('every code point, alone', () => {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += codePoint < 0x11000 ? 1 : 97) {
    const text = String.fromCodePoint(codePoint)
    if (decodeText(encodeText(text)) !== text) assert.fail(codePoint.toString(16))
  }
})

test('the check without isWellFormed says the same', (t) => {
  const { isWellFormed: native } = String.prototype
  t.after(() => { String.prototype.isWellFormed = native })
  delete String.prototype.isWellFormed
  assert.deepEqual(['😍', '\ud83d', 'a\udc00', ''].map(isWellFormed), [true, false, false, true])
})
