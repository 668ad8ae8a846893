/**
 * page.js - the library in a page, for tests: what they call through page.evaluate.
 */

/** What the page's Content Security Policy refused. */
window.violations = []
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  window.violations.push(`${violatedDirective} ${blockedURI}`)
})

/**
 * Loads a model, calls a function with the classifier, and disposes of it. Errors become plain data.
 *
 * @param {object} options  of createClassifier
 * @param {(classifier: object) => Promise<any>} [use]
 * @param {string} [library]  URL of index.js
 */
window.withClassifier = async (options, use = () => null, library = '/js/index.js') => {
  const { createClassifier } = await import(library)
  try {
    const classifier = await createClassifier(options)
    try {
      return { result: await use(classifier), info: classifier.info }
    } finally {
      await classifier.dispose()
    }
  } catch ({ name, code, message, url, shard, status }) {
    return { error: { name, code, message, url, shard, status } }
  }
}

/**
 * Calls a function, as page.evaluate does, for undriven.js. What it gives and what it throws become plain data.
 *
 * @param {{run: string, arg?: any}} task
 * @returns {Promise<{value: any} | {thrown: string}>}
 */
async function runTask({ run, arg }) {
  try {
    return { value: await new Function('arg', `return (${run})(arg)`)(arg) ?? null }
  } catch (error) {
    return { thrown: `${error}` }
  }
}

/** Waits for a condition. @param {() => unknown} holds */
window.until = async (holds) => {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}

const task = new URLSearchParams(location.search).get('task')
if (task) {
  // The page's other scripts may have what it calls.
  if (document.readyState !== 'complete') await new Promise((resolve) => addEventListener('load', resolve))
  const outcome = await runTask(await (await fetch(task)).json())
  await fetch(task, { method: 'POST', body: JSON.stringify(outcome) })
}
