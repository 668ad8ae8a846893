/**
 * work.js - what is done again and again: in Node, and in pages, which import it too.
 */

import { syntheticTexts } from '../browser/synthetic.js'

const TEXTS = syntheticTexts(1000)
/** Calls that wait at once. */
const AT_ONCE = 8
/** Seconds of work: more than a worker gets done before it is killed, also where this thread has to wait. */
const MANY = Array.from({ length: 40 }, () => TEXTS).flat()

/** One classifier whose every answer must be, to the bit, what it was the first time. */
export class Work {
  #classifier
  #expected
  #next = 0

  constructor(classifier) {
    this.#classifier = classifier
  }

  get wasm() {
    return this.#classifier.info.memory
  }

  /** One text a call. @param {number} calls */
  async classify(calls) {
    this.#expected ??= (await this.#classifier.classify(TEXTS)).map(print)
    const one = async () => {
      for (; calls > 0; calls--) {
        const index = this.#next++ % TEXTS.length
        const answer = print(await this.#classifier.classify(TEXTS[index]))
        if (answer !== this.#expected[index]) throw new Error(`text ${index}: ${answer}, not ${this.#expected[index]}`)
      }
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, calls) }, one))
  }

  /**
   * Kills the worker while it works, again and again; each time the call must say so, and the next one be right.
   *
   * @param {number} times
   * @param {() => void} kill  from outside: the library is not told
   */
  async survive(times, kill) {
    await this.classify(1)
    for (let time = 0; time < times; time++) {
      const starts = deferred()
      const calls = [this.#classifier.classify(MANY, { onProgress: starts.resolve }), this.#classifier.classify('ok')]
      const ends = Promise.allSettled(calls)
      // Sometimes in the middle of a batch's arithmetic, sometimes before the message is read.
      if (time % 3 > 0) await starts.promise
      kill()
      for (const { reason } of await ends) {
        if (reason?.code !== 'internal' || !/worker died/.test(reason.message)) {
          throw new Error(`death ${time}: expected the error of a worker that died, found ${reason}`)
        }
      }
      await this.classify(4)
    }
  }
}

const print = ({ label, scores }) => `${label} ${Object.values(scores).join(' ')}`

function deferred() {
  let resolve
  const promise = new Promise((settle) => { resolve = settle })
  return { promise, resolve }
}

/**
 * Makes a classifier, uses it and disposes of it, again and again.
 *
 * @param {(options: object) => Promise<object>} createClassifier
 * @param {object} options
 * @param {number} first  number of the first cycle: they differ
 * @param {number} count
 */
export async function cycle(createClassifier, options, first, count) {
  for (let number = first; number < first + count; number++) {
    const classifier = await createClassifier({ ...options, worker: number % 2 === 0, early: number % 3 === 0 })
    const text = TEXTS[number % TEXTS.length]
    const calls = [classifier.classify([text, 'ok']), classifier.tokenize(text)]
    await Promise.all(calls)
    // Every fourth leaves work behind.
    const left = number % 4 === 0 ? classifier.classify(TEXTS).then(() => null, ({ code }) => code) : null
    await classifier.dispose()
    const code = await left
    if (code !== null && code !== 'disposed') throw new Error(`cycle ${number}: a call ended with ${code}`)
  }
}
