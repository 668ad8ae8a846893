/**
 * measure.js - times calls; the same code in pages and in Node.
 */

/**
 * Calls run again and again until so much time has passed, once at least.
 *
 * @param {(rows: number[][]) => Promise<ArrayLike<number>>} run  ids of each text to logits
 * @param {number[][]} rows
 * @param {number} ms
 * @returns {Promise<{times: number[], logits: number[]}>}  milliseconds of each call; what the last one gave
 */
export async function measure(run, rows, ms) {
  const times = []
  let logits
  const end = performance.now() + ms
  do {
    const start = performance.now()
    logits = await run(rows)
    times.push(performance.now() - start)
  } while (performance.now() < end)
  return { times, logits: Array.from(logits) }
}
