/** leaks.js - ways out of a page, each tried for real. True: something may have left. */

/** A report of the policy comes within so long. */
const REPORT_MS = 3000

/** A request, to this site and to others alike. @param {string} url */
export async function tryFetch(url) {
  try {
    await fetch(url, { method: 'POST', body: 'a secret', mode: 'no-cors' })
    return true
  } catch {
    return false
  }
}

/** @param {string} url */
export const trySocket = (url) => new Promise((resolve) => {
  try {
    const socket = new WebSocket(url.replace(/^http/, 'ws'))
    socket.onopen = () => resolve(true)
    socket.onerror = () => resolve(false)
  } catch {
    resolve(false)
  }
})

const tryImage = (url) => new Promise((resolve) => {
  const image = new Image()
  image.onload = () => resolve(true)
  image.onerror = () => resolve(false)
  image.src = `${url}?image`
})

/**
 * Does something that the policy may refuse without telling the one who asks: false if it reports that it has.
 *
 * @param {string} directive  of the policy
 * @param {() => void} act
 */
const tryUnheard = (directive, act) => new Promise((resolve) => {
  const settle = (left) => {
    document.removeEventListener('securitypolicyviolation', refused)
    resolve(left)
  }
  const refused = ({ effectiveDirective }) => effectiveDirective === directive && settle(false)
  document.addEventListener('securitypolicyviolation', refused)
  act()
  setTimeout(() => settle(true), REPORT_MS)
})

function sendForm(url) {
  const form = Object.assign(document.createElement('form'), { action: url, method: 'post', target: '_blank' })
  form.append(Object.assign(document.createElement('input'), { name: 'text', value: 'a secret' }))
  document.body.append(form)
  form.submit()
  form.remove()
}

const inWorker = (url) => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('probe.js', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }) => {
    worker.terminate()
    resolve(data)
  }
  worker.onerror = reject
  worker.postMessage(url)
})

/**
 * Tries all ways.
 *
 * @param {string} url  where to send to
 * @returns {Promise<[way: string, left: boolean][]>}
 */
export async function tryAll(url) {
  return [
    ['fetch', await tryFetch(url)],
    ['beacon', await tryUnheard('connect-src', () => navigator.sendBeacon(url, 'a secret'))],
    ['WebSocket', await trySocket(url)],
    ['image', await tryImage(url)],
    ['form', await tryUnheard('form-action', () => sendForm(url))],
    ...await inWorker(url)
  ]
}
