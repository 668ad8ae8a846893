/**
 * unfinished.test.js - what processes leave when they are killed while they write goes with the next that write there.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openOutput } from '../../js/convert/node-output.js'
import { openStore } from '../../js/convert/node-store.js'
import { removeUnfinished, unfinishedName } from '../../js/convert/node-unfinished.js'

async function makeFolder(t) {
  const folder = await mkdtemp(join(tmpdir(), 'unfinished-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

/** Runs a module that ends by SIGKILL. @returns {number} the process it was */
function runKilled(code) {
  const { pid, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval',
    `${code}\nprocess.kill(process.pid, 'SIGKILL')\nawait new Promise(() => setInterval(() => {}, 1000))`])
  assert.equal(signal, 'SIGKILL', String(stderr))
  return pid
}

const source = (name) => JSON.stringify(new URL(`../../js/convert/${name}`, import.meta.url))

test('a conversion that was killed: the next one beside it removes what it left', async (t) => {
  const folder = await makeFolder(t)
  runKilled(`import { openOutput } from ${source('node-output.js')}
    const output = await openOutput(${JSON.stringify(join(folder, 'model'))})
    await output.write('0.bin', new Uint8Array(9))`)
  assert.equal((await readdir(folder)).length, 1)
  const running = await openOutput(join(folder, 'other'))
  const output = await openOutput(join(folder, 'model'))
  assert.equal((await readdir(folder)).length, 2)
  for (const { write, commit } of [output, running]) {
    await write('manifest.json', new Uint8Array(1))
    await commit()
  }
  assert.deepEqual((await readdir(folder)).sort(), ['model', 'other'])
})

test('a download that was killed: the next one of that version removes what it left', async (t) => {
  const folder = await makeFolder(t)
  runKilled(`import { readdir } from 'node:fs/promises'
    import { openStore } from ${source('node-store.js')}
    const store = await openStore(${JSON.stringify(folder)}, 'a/b', 'main')
    await store.write('config.json', [new Uint8Array(2)])
    await store.write('vocab.txt', async function* () {
      yield new Uint8Array(9)
      while ((await readdir(store.directory)).length < 2) await new Promise(setImmediate) // the file is being opened
      process.kill(process.pid, 'SIGKILL')
    }())`)
  const directory = join(folder, 'hub/a--b/main')
  assert.equal((await readdir(directory)).length, 2)
  await openStore(folder, 'a/b', 'main')
  assert.deepEqual(await readdir(directory), ['config.json'])
})

test('only what a dead process left is removed', async (t) => {
  const folder = await makeFolder(t)
  const now = Date.now()
  const here = hostname().replace(/[^\w-]/g, '_').slice(0, 32)
  const dead = runKilled('')
  const old = new Date(now - 25 * 3600 * 1000)
  const goes = {
    [`.${dead}-${now}-${here}.partial`]: new Date(),
    [`.model.safetensors.${dead}-${now}-${here}.partial`]: new Date(),
    [`.${process.pid}-${Math.floor(performance.timeOrigin) - 1000}-${here}.partial`]: new Date(),
    [`.${process.ppid}-${now}-elsewhere.partial`]: old
  }
  const stays = {
    [unfinishedName('partial')]: old,
    [`.${process.ppid}-${now}-${here}.partial`]: old,
    [`.${dead}-${now}-elsewhere.partial`]: new Date(),
    [`.${dead}-${now}-${here}.converting`]: old,
    [`.${dead}.partial`]: old,
    'model.partial': old
  }
  for (const [name, time] of Object.entries({ ...goes, ...stays })) {
    await writeFile(join(folder, name), '')
    await utimes(join(folder, name), time, time)
  }
  await removeUnfinished(folder, 'partial')
  assert.deepEqual((await readdir(folder)).sort(), Object.keys(stays).sort())
  await removeUnfinished(join(folder, 'not there'), 'partial')
})
