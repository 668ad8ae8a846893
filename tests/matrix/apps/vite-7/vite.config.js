export default { optimizeDeps: { exclude: ['bertweet-wasm'] } }
