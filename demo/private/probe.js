/** Tries to send something out of a worker of this folder, and tells how that went. */
import { tryFetch, trySocket } from './leaks.js'

self.onmessage = async ({ data: url }) => {
  self.postMessage([
    ['fetch from the worker', await tryFetch(url)],
    ['WebSocket from the worker', await trySocket(url)]
  ])
}
