/**
 * compile.test.js - the WebAssembly module on its way: servers that fall silent, bodies that break off.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { compile } from '../../web/wasm.js'
import { piecewise } from './fake-model.js'
import { binaryUrl } from './tiny-model.js'

const bytes = new Uint8Array(await readFile(binaryUrl('bertweet.wasm')))
const TYPES = ['application/wasm', 'application/octet-stream'] // the first is compiled while it arrives

/** Lets fetch answer; a type makes of it what the browser compiles while it arrives, or not. */
const serve = (t, answer) => t.mock.method(globalThis, 'fetch', async () => answer())
const typed = (response, type) => new Response(response.body, { headers: { 'content-type': type } })

for (const [what, answer] of Object.entries({
  'before the headers': () => new Promise(() => {}),
  ...Object.fromEntries(TYPES.map((type) =>
    [`in the body, ${type}`, () => typed(new Response(new ReadableStream({
      start: (controller) => controller.enqueue(bytes.slice(0, 1000))
    })), type)]))
})) {
  test(`silent ${what}: given up, and asked for again by the next call`, { timeout: 10000 }, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const clock = setInterval(() => t.mock.timers.tick(30000), 1)
    t.after(() => clearInterval(clock))
    const url = `http://a.test/${what}.wasm`
    const { mock } = serve(t, answer)
    await assert.rejects(compile(url), { code: 'network', url, message: /did not arrive in 120 seconds/ })
    mock.mockImplementation(async () => typed(new Response(bytes), TYPES[0]))
    assert.ok(await compile(url) instanceof WebAssembly.Module)
  })
}

for (const type of TYPES) {
  test(`a body that breaks off is the network's fault, ${type}`, async (t) => {
    const url = `http://a.test/broken.wasm?${type}`
    serve(t, () => typed(piecewise(bytes, 1000, { failAfter: 5000 }), type))
    await assert.rejects(compile(url), { code: 'network', url })
  })

  test(`what is no module of this engine's, ${type}`, async (t) => {
    const url = `http://a.test/wrong.wasm?${type}`
    serve(t, () => typed(new Response(bytes.with(9, 99)), type))
    await assert.rejects(compile(url), { code: 'unsupported', url, message: /Could not compile/ })
  })
}
