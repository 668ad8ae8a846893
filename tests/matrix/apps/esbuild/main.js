import { show } from './page.js'

show({ wasmUrl: './dist/', workerUrl: './worker.js', model: './tweet-mini/manifest.json' })
