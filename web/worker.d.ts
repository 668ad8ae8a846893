/** What `new Worker(new URL('bertweet-wasm/worker', import.meta.url), { type: 'module' })` runs; exports nothing. */
export {}
