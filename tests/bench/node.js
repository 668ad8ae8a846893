/**
 * node.js - this package in Node, for the driver in programs.js.
 *
 * usage: node.js MANIFEST THREADS. Writes a line of JSON: what is loaded; then to each line { rows, ms } on stdin one
 * { times, logits }.
 */
import { createInterface } from 'node:readline'
import { measure } from './measure.js'
import { load } from './page-ours.js'

const [model, threads] = process.argv.slice(2)
const engine = await load({ model, threads: Number(threads) })
const write = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)
write(engine.info())
for await (const line of createInterface({ input: process.stdin })) {
  const { rows, ms } = JSON.parse(line)
  write(await measure(engine.run, rows, ms))
}
await engine.dispose()
