import { show } from './page.js'

show({ workerUrl: './worker.js' })
