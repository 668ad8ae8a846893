import assert from 'node:assert/strict'
import test from 'node:test'
import { BertweetError, abortError, asBertweetError, errorFromMessage, errorToMessage } from '../../js/errors.js'

test('a BertweetError carries code, places and cause', () => {
  const cause = new TypeError('no')
  const error = new BertweetError('network', 'gone', { url: 'http://a.test/', status: 503, shard: 'x.bin', cause })
  assert.ok(error instanceof Error)
  const { name, code, message, url, status, shard } = error
  assert.deepEqual([name, code, message, url, status, shard, error.cause],
    ['BertweetError', 'network', 'gone', 'http://a.test/', 503, 'x.bin', cause])
  assert.equal('cause' in new BertweetError('input', 'bad'), false)
})

test('an abort error is an AbortError by name, with the signal\'s reason', () => {
  const error = abortError(AbortSignal.abort('enough'))
  assert.deepEqual([error.name, error.code, error.cause], ['AbortError', 'aborted', 'enough'])
})

test('other errors are wrapped once', () => {
  const error = new RangeError('too far')
  const wrapped = asBertweetError(error, 'internal', 'Unexpected')
  assert.deepEqual([wrapped.code, wrapped.message, wrapped.cause], ['internal', 'Unexpected: too far', error])
  assert.equal(asBertweetError(wrapped, 'model', 'x'), wrapped)
  assert.equal(asBertweetError('thrown text', 'internal', 'Unexpected').message, 'Unexpected: thrown text')
})

test('errors cross a structured clone and come back with both stacks', () => {
  const sent = new BertweetError('format', 'a web page', { url: 'u', shard: 's', cause: new Error('below') })
  const back = errorFromMessage(structuredClone(errorToMessage(sent)), new Error().stack)
  assert.ok(back instanceof BertweetError)
  const { code, message, url, shard, cause } = back
  assert.deepEqual([code, message, url, shard, cause], ['format', 'a web page', 'u', 's', 'below'])
  const [there, here] = back.stack.split('-- called from --')
  assert.match(there, /a web page[^]*errors\.test\.js/)
  assert.match(here, /^\n +at [^]*errors\.test\.js/)
})

test('an abort stays an AbortError on the other side', () => {
  assert.equal(errorFromMessage(errorToMessage(abortError())).name, 'AbortError')
})
