import type { ModelFiles } from 'bertweet-wasm'

declare const model: ModelFiles<"NEG" | "NEU" | "POS">
export default model
