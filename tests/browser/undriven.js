/**
 * undriven.js - a page in a Firefox that nobody drives, which fetches what it shall do and sends what came out.
 *
 * In Firefox 153 a worker that starts workers of its own may hang for good in `new Worker`: it waits until the main
 * thread has told debuggers of the new worker, on a condition on which the new worker's event loop waits too, and the
 * main thread wakes one of the two. It waits there if somebody listens for workers, as every WebDriver session does.
 * Six loops in an isolated page's worker that start an empty worker and terminate it when it answers hang after 0 to 14
 * starts under WebDriver; without it they made 5,251 starts in 55 s.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { findFirefox } from './drivers.js'

const LIMIT_MS = 600000

/**
 * What stands for a page of drivers.js where nobody must drive: every call has a Firefox of its own, where nothing is
 * stored yet.
 *
 * @param {string} url  of a page with tests/browser/page.js
 * @returns {Pick<import('./drivers.js').Page, 'evaluate'>}
 */
export const undrivenPage = (url) => ({
  async evaluate(run, arg) {
    const { value, thrown } = await askUndriven(url, { run: `${run}`, arg })
    if (thrown) throw new Error(thrown)
    return value
  }
})

/**
 * Opens a page and waits for its answer.
 *
 * @param {string} url  its script GETs the task from the URL in the parameter `task`, and POSTs its answer there; JSON
 * @param {object} task
 * @returns {Promise<any>}
 */
async function askUndriven(url, task) {
  const profile = await mkdtemp(join(tmpdir(), 'bertweet-firefox-'))
  await writeFile(join(profile, 'user.js'), 'user_pref("dom.max_script_run_time", 0);\n')
  let resolve, reject
  const answer = new Promise((...both) => { [resolve, reject] = both })
  const server = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    if (request.method === 'POST') resolve(await json(request))
    response.end(JSON.stringify(task))
  })
  await once(server.listen(0, 'localhost'), 'listening')
  const page = new URL(url)
  page.searchParams.set('task', `http://localhost:${server.address().port}/`)
  const args = ['--headless', '--no-remote', '--profile', profile, page.href]
  const firefox = spawn(findFirefox(), args, { stdio: 'ignore' })
  const ended = once(firefox, 'exit')
  const timer = setTimeout(() => reject(new Error('Firefox gave no answer')), LIMIT_MS)
  try {
    return await Promise.race([answer, ended.then(() => { throw new Error('Firefox ended') })])
  } finally {
    clearTimeout(timer)
    firefox.kill()
    await ended.catch(() => {})
    server.close()
    server.closeAllConnections()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
