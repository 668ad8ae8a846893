/**
 * Stand-ins for checkpoints with outlier channels (tests/python/outlier_standins.py): int8 still says what fp32 says.
 * One is made of a tiny checkpoint, one of tweet-mini's where it is there: that is not part of the project.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { convertTo, withCheckpoint, withFolder } from './convert-folder.js'

const project = fileURLToPath(new URL('../../', import.meta.url))
const PYTHON = join(project, 'build', 'venv', 'text', 'bin', 'python')
const TWEET_MINI = join(process.env.BERTWEET_SHARED ?? join(project, '..', 'shared'), 'models', 'tweet-mini')
const TINY = join(project, 'tests', 'golden', 'tiny-f16')
const skip = existsSync(PYTHON) ? false : 'no build/venv/text, which tests/python/setup.sh makes'

/** Converts a stand-in, with and without smoothing. @returns {Promise<object[]>} the manifests' fidelity */
const convertStandIn = (t, checkpoint, channels) => withFolder(async (folder) => {
  const standIn = join(folder, 'checkpoint')
  const make = [join(project, 'tests', 'python', 'outlier_standins.py'), checkpoint, standIn, '--channels', channels]
  const stdio = ['ignore', 'pipe', 'ignore']
  t.diagnostic(execFileSync(PYTHON, make, { encoding: 'utf8', stdio }).trim())
  const found = []
  for (const smoothing of ['smoothquant', 'none']) {
    const { fidelity, quantization } = await withCheckpoint(standIn, (opened) =>
      convertTo(opened, join(folder, smoothing), { smoothing }))
    assert.equal(quantization.smoothing?.method ?? 'none', smoothing)
    t.diagnostic(`${smoothing}: ${JSON.stringify(fidelity)}`)
    found.push(fidelity)
  }
  return found
})

test('outlier channels of a tiny checkpoint', { skip }, async (t) => {
  const [smoothed, plain] = await convertStandIn(t, TINY, '2')
  assert.ok(smoothed.labelAgreement >= 0.98 && smoothed.meanScoreDifference < 0.002)
  assert.ok(plain.klDivergence > 4 * smoothed.klDivergence, 'without smoothing there is damage to see')
})

const skipMini = skip || (existsSync(TWEET_MINI) ? false : `${TWEET_MINI} is not there`)

test('outlier channels of tweet-mini', { skip: skipMini }, async (t) => {
  const [smoothed, plain] = await convertStandIn(t, TWEET_MINI, '6')
  assert.ok(smoothed.labelAgreement >= 0.95 && smoothed.meanScoreDifference < 0.015)
  assert.ok(plain.labelAgreement < 0.9 && plain.klDivergence > 10 * smoothed.klDivergence)
})
