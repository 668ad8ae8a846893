/**
 * service-worker.js - the library in a service worker: it classifies one text for each message.
 */
import { createClassifier } from '../../js/service-worker.js'

self.addEventListener('message', (event) => {
  event.waitUntil(answer(event.data).then((result) => event.ports[0].postMessage(result)))
})

async function answer({ model, text }) {
  try {
    const classifier = await createClassifier({ model })
    const result = await classifier.classify(text)
    const { passed } = await classifier.selfTest()
    await classifier.dispose()
    return { result, passed, info: classifier.info }
  } catch ({ code, message }) {
    return { error: { code, message } }
  }
}
