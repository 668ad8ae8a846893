/**
 * hostile.js - tables of what a hostile author may send: each line must reach a check of its own.
 */
import assert from 'node:assert/strict'
import test from 'node:test'

/**
 * One test for each line: the action is refused with this code and a message that matches; and one more that no two
 * lines got the same answer, and that there are as many as there should be.
 *
 * @template T
 * @param {string} kind  of file
 * @param {[what: string, value: T, code: string, message: RegExp][]} lines
 * @param {(value: T) => unknown} action
 */
export function refusesEach(kind, lines, action) {
  const answers = new Map()
  for (const [what, value, code, message] of lines) {
    test(`refused: ${kind} with ${what}`, async () => {
      const error = await (async () => action(value))().then(() => assert.fail('accepted'), (error) => error)
      assert.equal(error.code, code, error.stack)
      assert.match(error.message, message)
      assert.ok(error.message.length < 1000, 'a message that people can read')
      assert.ok(!answers.has(error.message), `the same answer as for ${answers.get(error.message)}`)
      answers.set(error.message, what)
    })
  }
  test(`${kind}: each of ${lines.length} lines had an answer of its own`, () => {
    assert.equal(answers.size, lines.length)
  })
}

/** Lists within lists, deeper than any stack. */
export const deep = (depth = 200_000) => '['.repeat(depth) + ']'.repeat(depth)
