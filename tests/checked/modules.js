/**
 * modules.js - `node --import ./tests/checked/modules.js ...`: whatever loads a module of dist/ gets the checked one
 * instead (CMake, BERTWEET_CHECKED), and the stacks of its instances their limits. In workers too.
 */
import { readFileSync } from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import threads from 'node:worker_threads'

const CHECKED = new URL('../../build/checked/', import.meta.url)
const SHIPPED = new URL('../../dist/', import.meta.url).href
/** Of the module itself: CMakeLists.txt, stack_nbytes. And of a thread: web/wasm.js, STACK_NBYTES. */
const [STACK_NBYTES, THREAD_STACK_NBYTES] = [1 << 16, 1 << 14]

/** The file that is read in place of another. @param {string | URL} file */
const replace = (file) => file instanceof URL && file.href.startsWith(SHIPPED) && file.href.endsWith('.wasm')
  ? new URL(basename(fileURLToPath(file)), CHECKED) : file

const { readFile } = promises
promises.readFile = (file, ...options) => readFile(replace(file), ...options)

// The library's workers do not get the flags of the program.
const { Worker } = threads
threads.Worker = class extends Worker {
  constructor(url, options) {
    super(url, { ...options, execArgv: ['--import', import.meta.url] })
  }
}
syncBuiltinESMExports()

/** Tells whoever listens which threads have instances of checked modules. */
function tell() {
  const channel = new BroadcastChannel('checked')
  channel.postMessage(threads.threadId)
  channel.close()
}

/** Exports as JavaScript knows them, after the first stack got its limits; a thread's come with its stack pointer. */
function limitStack(exports) {
  const { __set_stack_limits: limit, __stack_pointer: pointer } = exports
  if (!limit) return exports
  tell()
  limit(STACK_NBYTES, 0)
  if (!pointer) return exports
  const set = (stack) => {
    pointer.value = stack
    limit(stack, stack - THREAD_STACK_NBYTES)
  }
  return { ...exports, __stack_pointer: { get value() { return pointer.value }, set value(stack) { set(stack) } } }
}

const { Instance, instantiate } = WebAssembly
WebAssembly.instantiate = async (module, imports) => {
  const result = await instantiate(module, imports)
  return result instanceof Instance ? { exports: limitStack(result.exports) } : result
}
WebAssembly.Instance = class {
  constructor(module, imports) {
    this.exports = limitStack(new Instance(module, imports).exports)
  }
}

/** A checked module with a memory of its own. @param {string} name */
export function openChecked(name) {
  const module = new WebAssembly.Module(readFileSync(new URL(name, CHECKED)))
  const shared = WebAssembly.Module.exports(module).some(({ name }) => name === '__stack_pointer')
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 64, shared })
  return new WebAssembly.Instance(module, { env: { memory } }).exports
}
