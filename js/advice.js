/**
 * advice.js - says more of a fetch that has failed for good: what is known to be wrong, and what to do.
 */

const PROBE_MS = 5000

const ADVICE = {
  401: 'The server wants credentials: send them with the option fetch.',
  403: 'The server refuses: has a signed URL expired, or does it want credentials (option fetch)?',
  404: 'Is the path right, and are all files there?',
  410: 'The file was removed; ask for its new address.',
  429: 'Too many requests: wait, or add a mirror.'
}

/** What to do where Vite's development server, before version 8, took the code away from the files beside it. */
export const viteAdvice = (url) => url.includes('/.vite/')
  ? ' In Vite\'s configuration, set optimizeDeps: { exclude: [\'bertweet-wasm\'] }.' : ''

/**
 * @param {import('./errors.js').BertweetError} error  network or format; its message gets a sentence more
 * @param {boolean} isOurs  whether the library fetched, not a function of the user's
 */
export async function advise(error, isOurs) {
  const { code, url, status, cause } = error
  if (code === 'format') error.message += viteAdvice(url)
  else if (status) error.message += ` ${ADVICE[status] ?? 'Try again later, or add a mirror.'}`
  else if (isOurs && cause instanceof TypeError && await forbidsReading(url)) {
    error.message += ` The server answers, but not for this page. If it does so again, it does not allow ` +
      `${globalThis.origin} to read: let it send the header Access-Control-Allow-Origin.`
  }
}

/** Browsers do not tell pages why a fetch failed. A server that answers what the page cannot read is there. */
async function forbidsReading(url) {
  const isForeign = globalThis.location && new URL(url, location.href).origin !== globalThis.origin
  return isForeign && Promise.race([
    fetch(url, { method: 'HEAD', mode: 'no-cors', cache: 'no-store' }).then(() => true, () => false),
    new Promise((resolve) => setTimeout(resolve, PROBE_MS, false))
  ])
}
