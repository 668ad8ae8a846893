/**
 * Short runs of what `npm run test:long` does at length: memory is flat, and nothing is left.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import { trends } from '../long/flat.js'
import { openNode } from '../long/node.js'
import { isClean, print, run } from '../long/run.js'

const PIECES = 10

async function check(t, place, what, count) {
  const report = await run(place, what, count, PIECES)
  t.diagnostic(print(report))
  assert.ok(isClean(report), print(report))
  return report
}

// In place the worker's objects are in the heap that is measured.
for (const [inWorker, count] of [[true, 3000], [false, 8000]]) {
  test(`${count} texts ${inWorker ? 'in a worker' : 'in place'}, always the same bits`, async (t) => {
    await check(t, await openNode(inWorker), 'classify', count)
  })
}

test('20 classifiers made and disposed of', async (t) => {
  await check(t, await openNode(true), 'cycle', 20)
})

test('20 workers killed while they work', async (t) => {
  await check(t, await openNode(true), 'die', 20)
})

test('a leak of 1 KB a text is seen, and so is a classifier that was forgotten', async () => {
  const place = await openNode(false)
  const kept = []
  const classify = async (calls) => {
    for (let i = 0; i < calls; i++) kept.push(Array.from({ length: 128 }, (_, index) => index + 0.5))
    return place.classify(calls)
  }
  const leaking = await run({ ...place, classify }, 'classify', 2000, PIECES)
  assert.deepEqual([isClean(leaking), leaking.trends.heap.isFlat], [false, false])
  assert.ok(kept.length === 2000 && leaking.trends.heap.slope > 900)
  assert.equal(isClean({ ...leaking, trends: {}, left: { workers: 1 } }), false)
})

test('slopes: of the second half alone, and WebAssembly\'s memory may not grow at all', () => {
  const samples = (each, length = 20) => Array.from({ length }, (_, i) => ({ done: 1000 * (i + 1), ...each(i) }))
  const noise = (i) => (i * 7919 % 13) << 20
  const warm = trends(samples((i) => ({ process: Math.min(i, 9) * 1e8 + noise(i), heap: 5, wasm: i < 9 ? i : 9 })))
  assert.deepEqual([warm.process.isFlat, warm.heap.slope, warm.wasm.isFlat], [true, 0, true])
  const growing = trends(samples((i) => ({ process: i * 1e7 + noise(i), wasm: i === 19 ? 65536 : 0 })))
  assert.deepEqual([growing.process.isFlat, growing.wasm.isFlat], [false, false])
  assert.ok(Math.abs(growing.process.slope - 1e4) < 2e3)
  const sawtooth = trends(samples((i) => ({ process: i % 4 * 9e7, heap: i % 4 * 9e7 }), 40))
  assert.deepEqual([sawtooth.process.isFlat, sawtooth.heap.isFlat], [true, false])
  assert.throws(() => trends(samples(() => ({ heap: 1 })).slice(0, 2)), /tell nothing/)
})
