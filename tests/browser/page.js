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

/** Waits for a condition. @param {() => unknown} holds */
window.until = async (holds) => {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}
