/**
 * The checks of the checked modules are at work, and the tests that run with them do run on these modules.
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { pickBinary } from '../../js/features.js'
import { createClassifier } from '../../js/index.js'
import { compile } from '../../web/wasm.js'
import { openChecked } from './modules.js'

/** Node 20 has relaxed SIMD where a flag asks for it. */
const isRelaxed = pickBinary(null).includes('-relaxed')
const names = readdirSync(new URL('../../dist/', import.meta.url)).filter((name) => name.endsWith('.wasm'))
  .filter((name) => isRelaxed || !name.includes('-relaxed'))
const INT_MAX = 2 ** 31 - 1

/** Of each probe, arguments that are sound, and some that must trap. */
const PROBES = {
  probe_overflow: [[0, INT_MAX - 1], [INT_MAX]],
  probe_shift: [[0, 30], [32, -1]],
  probe_cast: [[0.5, -2e9], [3e9, NaN]],
  probe_index: [[0, 3], [4, -1]],
  probe_read: [[1024, 4096], [1025, 0]],
  probe_smash: [[0, 16], [32, 100]],
  probe_recurse: [[0, 100], [400, 100000]]
}

for (const name of names) {
  test(`${name}: each check lets pass what is sound, and traps`, () => {
    for (const [probe, [sound, wrong]] of Object.entries(PROBES)) {
      for (const argument of sound) openChecked(name)[probe](argument)
      for (const argument of wrong) {
        assert.throws(() => openChecked(name)[probe](argument), WebAssembly.RuntimeError, `${probe}(${argument})`)
      }
    }
  })

  test(`${name}: is what the library loads here`, async () => {
    const module = await compile(new URL(`../../dist/${name}`, import.meta.url).href)
    assert.ok(WebAssembly.Module.exports(module).some(({ name }) => name === 'probe_smash'))
  })
}

test('workers and their threads have them too', async (t) => {
  const channel = new BroadcastChannel('checked')
  t.after(() => channel.close())
  const ids = new Set()
  const complete = new Promise((resolve) => {
    channel.onmessage = ({ data }) => { if (ids.add(data).size === 3) resolve() }
  })
  const classifier = await createClassifier({ threads: 3 })
  t.after(() => classifier.dispose())
  assert.equal((await classifier.classify('what a wonderful day, I love it')).label, 'POS')
  await complete
  assert.ok(!ids.has(0), 'nothing ran in the main thread')
})
