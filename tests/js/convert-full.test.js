/**
 * A checkpoint of the published model's shape (540 MB, random weights), converted in a process of its own: how long it
 * takes and how much memory. The checkpoint is made once, under build/checkpoints.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { withFolder } from './convert-folder.js'

const project = fileURLToPath(new URL('../../', import.meta.url))
const CHECKPOINT = join(project, 'build', 'checkpoints', 'full')
const PYTHON = join(project, 'build', 'venv', 'text', 'bin', 'python')
const skip = existsSync(PYTHON) ? false : 'no build/venv/text, which tests/python/setup.sh makes'

/** Prints what the conversion took, as JSON; run in a process of its own. */
const CONVERT = `
  import { convertTo, withCheckpoint } from '${new URL('convert-folder.js', import.meta.url)}'
  const manifest = await withCheckpoint(process.argv[1], (checkpoint) => convertTo(checkpoint, process.argv[2]))
  const { fidelity, image, shards } = manifest
  const { maxRSS, userCPUTime } = process.resourceUsage()
  console.log(JSON.stringify({ fidelity, image, shards, kilobytes: maxRSS, processorSeconds: userCPUTime / 1e6,
    seconds: performance.now() / 1000 }))`

test('the published model\'s shape', { skip }, async (t) => {
  if (!existsSync(join(CHECKPOINT, 'model.safetensors'))) {
    const make = join(project, 'tests', 'python', 'make_checkpoint.py')
    execFileSync(PYTHON, [make, 'full', CHECKPOINT], { stdio: 'inherit' })
  }
  await withFolder(async (folder) => {
    const model = join(folder, 'model')
    const node = ['--input-type=module', '--eval', CONVERT, CHECKPOINT, model]
    const { fidelity, image, shards, kilobytes, processorSeconds, seconds } =
      JSON.parse(execFileSync(process.execPath, node, { encoding: 'utf8' }))
    const { size } = await stat(join(CHECKPOINT, 'model.safetensors'))
    t.diagnostic(`${Math.round(size / 1e6)} MB converted in ${seconds.toFixed(1)} s (processor time ` +
      `${processorSeconds.toFixed(1)} s), peak resident memory ${Math.round(kilobytes / 1024)} MiB`)
    t.diagnostic(`int8: ${JSON.stringify(fidelity)}`)

    assert.ok(kilobytes * 1024 < 1e9)
    assert.ok(shards.every(({ bytes }) => bytes <= 8 << 20))
    const before = shards.filter(({ offset }) => offset < image.resident)
    assert.equal(before.reduce((sum, { bytes }) => sum + bytes, 0), image.resident)
    assert.ok(image.resident <= 0.7 * image.bytes, 'the first answer comes after 70 % of the bytes')
    assert.deepEqual((await readdir(model)).sort(), [...shards.map(({ file }) => file), 'manifest.json'].sort())
    assert.ok(image.bytes < 140e6)
    assert.ok(fidelity.meanScoreDifference < 0.05)
  })
})
