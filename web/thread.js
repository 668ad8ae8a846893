/**
 * thread.js - a thread that helps an engine: an instance of its module on its memory, with a stack of its own. Started
 * by js/threads.js; it ends when it is terminated.
 */

const port = globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort ?? globalThis.self

/** @type {WebAssembly.Exports} */
let exports

port.onmessage = ({ data: { module, memory, session, stack, thread } }) => {
  if (module) {
    exports = new WebAssembly.Instance(module, { env: { memory } }).exports
    port.postMessage({ loaded: true })
  } else {
    exports.__stack_pointer.value = stack
    exports.btw_help(session, thread)
  }
}
port.postMessage({ ready: true })
