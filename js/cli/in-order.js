/**
 * in-order.js - work on several things at once, whose results come in the order of the things.
 */

/**
 * @template T, R
 * @param {AsyncIterable<T>} inputs  the next is asked for only while fewer than limit are under way
 * @param {number} limit
 * @param {(input: T) => Promise<R>} work
 * @returns {AsyncGenerator<R>} each as soon as it and all before it are there; what is thrown is thrown in its turn
 */
export async function* inOrder(inputs, limit, work) {
  const iterator = inputs[Symbol.asyncIterator]()
  /** @type {Promise<{result: R}>[]} */
  const underWay = []
  let reading = null
  let isDone = false
  let failure = null
  while (!isDone || underWay.length > 0) {
    if (!isDone && underWay.length < limit) {
      reading ??= iterator.next().then((read) => ({ read }), (error) => ({ read: { done: true }, error }))
    }
    const { read, result, error } = await Promise.race([...reading ? [reading] : [], ...underWay.slice(0, 1)])
    if (!read) {
      underWay.shift()
      yield result
      continue
    }
    reading = null
    isDone = read.done
    failure = error ?? null
    if (isDone) continue
    const working = work(read.value).then((result) => ({ result }))
    working.catch(() => {}) // thrown when its turn comes
    underWay.push(working)
  }
  if (failure) throw failure
}
