#!/usr/bin/env node
/**
 * main.js - the program `bertweet-wasm`. What it does is in run.js and in the file of each command.
 */

import process from 'node:process'

import { run } from './run.js'

// A reader that has seen enough, like `head`, is no failure. Other errors come up where it was written.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0)
})
// Results do not depend on whether somebody reads what is told beside them.
process.stderr.on('error', () => {})

process.exitCode = await run(process.argv.slice(2), process)
