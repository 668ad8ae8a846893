import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import test from 'node:test'
import { Worker } from 'node:worker_threads'
import { acquireClient, nextClassifier } from '../../js/client.js'

const script = new URL('./fake-worker.js', import.meta.url)

/** A client of a worker of its own, released after the test. */
async function start(t) {
  const client = await acquireClient({ worker: () => new Worker(script), workerUrl: null })
  const id = nextClassifier()
  t.after(() => client.release(id))
  assert.equal(client.workerReason, null)
  return { client, request: (method, args, options) => client.request(id, method, args, options) }
}

test('answers go to those who asked', async (t) => {
  const { request } = await start(t)
  const answers = await Promise.all([request('wait', { ms: 30 }), request('echo', 'a'), request('wait', { ms: 5 })])
  assert.deepEqual(answers, [30, 'a', 5])
})

test('buffers are handed over, not copied, where asked', async (t) => {
  const { request } = await start(t)
  const bytes = new Uint8Array([1, 2, 3])
  assert.deepEqual(await request('echo', { bytes }, { transfer: [bytes.buffer] }), { bytes: new Uint8Array([1, 2, 3]) })
  assert.equal(bytes.length, 0)
})

test('errors arrive with code, places and both stacks; the next request works', async (t) => {
  const { request } = await start(t)
  await assert.rejects(request('fail', { message: 'broken' }), (error) => {
    const { name, code, message, shard, cause } = error
    assert.deepEqual([name, code, message, shard, cause],
      ['BertweetError', 'model', 'broken', 'x.bin', 'underneath'])
    assert.match(error.stack, /fake-worker\.js[^]*called from[^]*client\.test\.js/)
    return true
  })
  await assert.rejects(request('bug'), { code: 'internal', message: /undefined/ })
  assert.equal(await request('echo', 1), 1)
})

test('what cannot be sent is an error, and not waited for', () => {
  const program = `
    import { Worker } from 'node:worker_threads'
    import { acquireClient } from ${JSON.stringify(new URL('../../js/client.js', import.meta.url))}
    const worker = () => new Worker(new URL(${JSON.stringify(script)}), { execArgv: [] })
    const client = await acquireClient({ worker, workerUrl: null })
    const error = await client.request(1, 'echo', { handler() {} }).catch((error) => error)
    console.log(error.code, await client.request(1, 'echo', 5))`
  // Node would wait for a worker that owes an answer.
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { timeout: 20_000 })
  assert.equal(String(output), 'internal 5\n')
})

test('abort before: nothing is sent', async (t) => {
  const { request } = await start(t)
  await assert.rejects(request('echo', 1, { signal: AbortSignal.abort() }), { name: 'AbortError', code: 'aborted' })
  assert.deepEqual((await request('log')).map(({ method }) => method), ['log'])
})

test('abort while waiting: rejects at once, tells the worker, harms no other', async (t) => {
  const { request } = await start(t)
  const controller = new AbortController()
  const long = request('wait', { ms: 10000 }, { signal: controller.signal })
  const other = request('wait', { ms: 20 })
  const began = performance.now()
  controller.abort('enough')
  await assert.rejects(long, { code: 'aborted', cause: 'enough' })
  assert.ok(performance.now() - began < 5000)
  assert.equal(await other, 20)
  assert.deepEqual((await request('log')).filter(({ abort }) => abort), [{ abort: 1 }])
})

test('a worker that dies rejects what waits, and the next one is new', async () => {
  const worker = () => new Worker(script)
  const client = await acquireClient({ worker, workerUrl: null })
  const waits = client.request(1, 'wait', { ms: 10000 })
  await assert.rejects(client.request(1, 'die', { code: 7 }), { code: 'internal', message: /exit code 7/ })
  await assert.rejects(waits, { code: 'internal' })
  await assert.rejects(client.request(1, 'echo', 1), { code: 'internal' })
  const next = await acquireClient({ worker, workerUrl: null })
  assert.notEqual(next, client)
  assert.equal(await next.request(1, 'echo', 1), 1)
  next.release(1)
})

test('classifiers share a worker; it ends with the last of them', async () => {
  let made = 0
  let ended
  const worker = () => {
    made++
    const made1 = new Worker(script)
    ended = new Promise((resolve) => made1.on('exit', resolve))
    return made1
  }
  const [first, second] = await Promise.all([1, 2].map(() => acquireClient({ worker, workerUrl: null })))
  assert.equal(first, second)
  assert.equal(made, 1)
  first.release(1)
  assert.equal(await second.request(2, 'echo', 'still here'), 'still here')
  const waits = second.request(2, 'wait', { ms: 10000 })
  second.release(2)
  await assert.rejects(waits, { code: 'disposed' })
  await ended
})

test('one who comes while the last one leaves gets a new worker', async () => {
  const worker = () => new Worker(script)
  const first = await acquireClient({ worker, workerUrl: null })
  const coming = acquireClient({ worker, workerUrl: null })
  first.release(1)
  const second = await coming
  assert.equal(await second.request(2, 'echo', 'hello'), 'hello')
  second.release(2)
})

for (const [what, make, reason] of [
  ['is missing', () => new Worker(new URL('./no-such-file.js', import.meta.url)), /Cannot find module/],
  ['throws at once', () => { throw new Error('not allowed') }, /not allowed/],
  ['ends before it is ready', () => new Worker('process.exit(3)', { eval: true }), /exit code 3/]
]) {
  test(`a worker that ${what}: in place, with the reason`, async () => {
    const client = await acquireClient({ worker: make, workerUrl: null })
    assert.match(client.workerReason, reason)
    const args = { wasmUrl: 'file:///no/such.wasm', imageBytes: 1 }
    await assert.rejects(client.request(1, 'open', args), { code: 'network' })
    await assert.rejects(client.request(2, 'classify', {}), { code: 'internal' })
    client.release(1)
  })
}

test('a worker that never says that it is ready: in place after a minute, and it is ended', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let made
  const coming = acquireClient({
    worker: () => (made = new Worker('setInterval(() => {}, 1000)', { eval: true })),
    workerUrl: null
  })
  const ended = once(made, 'exit')
  await once(made, 'online')
  t.mock.timers.tick(60_000)
  const client = await coming
  assert.match(client.workerReason, /did not start in time/)
  client.release(1)
  await ended
})

test('one that started, and what is no worker at all, are left alone by that limit', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  for (const worker of [() => new Worker(script), () => ({}), () => null]) {
    const client = await acquireClient({ worker, workerUrl: null })
    t.mock.timers.tick(120_000)
    assert.equal(client.isEnded, false)
    client.release(1)
  }
})

test('worker: false works in place and says so', async () => {
  const client = await acquireClient({ worker: false, workerUrl: null })
  assert.match(client.workerReason, /false/)
  client.release(1)
})

test('an idle worker does not keep Node alive, a busy one does', () => {
  const code = `
    import { Worker } from 'node:worker_threads'
    import { acquireClient } from ${JSON.stringify(new URL('../../js/client.js', import.meta.url).href)}
    const worker = () => new Worker(new URL(${JSON.stringify(script.href)}), { execArgv: [] })
    const client = await acquireClient({ worker, workerUrl: null })
    if (process.argv[1] === 'busy') console.log(await client.request(1, 'wait', { ms: 50 }))`
  const run = (how) => execFileSync(process.execPath, ['--input-type=module', '-e', code, how],
    { timeout: 10000, encoding: 'utf8' })
  assert.equal(run('idle'), '')
  assert.equal(run('busy'), '50\n')
})
