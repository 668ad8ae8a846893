/**
 * fake-worker.js - a worker that answers as told: echo, fail, wait (ms), die (exit code), log (what it received).
 */
import { parentPort } from 'node:worker_threads'
import { BertweetError, errorToMessage } from '../../js/errors.js'

const log = []
const methods = {
  echo: (args) => args,
  fail({ message }) {
    throw new BertweetError('model', message, { shard: 'x.bin', cause: new Error('underneath') })
  },
  bug: () => undefined.length,
  wait: ({ ms }) => new Promise((resolve) => setTimeout(resolve, ms, ms)),
  die: ({ code }) => process.exit(code),
  log: () => log,
  close: () => undefined
}

parentPort.on('message', async ({ id, classifier, method, args, abort }) => {
  log.push(abort ? { abort: id } : { classifier, method })
  if (abort) return
  try {
    parentPort.postMessage({ id, result: await methods[method](args) })
  } catch (error) {
    parentPort.postMessage({ id, error: errorToMessage(error) })
  }
})
parentPort.postMessage({ ready: true })
