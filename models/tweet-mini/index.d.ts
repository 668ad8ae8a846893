import type { ModelFiles } from 'bertweet-wasm'

declare const model: ModelFiles
export default model
