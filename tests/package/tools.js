/**
 * tools.js - what the tests of the package compile, lint and compare with: package.json beside this file, installed in
 * build/package-tests. No scripts of theirs run.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
export const TOOLS = join(PROJECT, 'build/package-tests')

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, input?: string}} [options]
 * @returns {string} its stdout
 * @throws {Error} if it fails, with all that it printed
 */
export function run(command, args, { cwd = PROJECT, input } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, input, encoding: 'utf8' })
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

/** Installs the tools, unless they are there. tests/run.mjs does before the tests, which run beside each other. */
export function installTools() {
  const lock = join(import.meta.dirname, 'package-lock.json')
  const installed = join(TOOLS, 'node_modules/.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  mkdirSync(TOOLS, { recursive: true })
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(join(import.meta.dirname, name), join(TOOLS, name))
  }
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', TOOLS])
}

/**
 * The package as its users get it: packed by npm and installed in an empty project.
 *
 * @returns {{home: string, tarball: string, packed: {filename: string, version: string, size: number,
 *   files: {path: string, size: number}[]}}}  home: the project's folder; remove it
 */
export function installPackage() {
  const home = mkdtempSync(join(tmpdir(), 'bertweet-package-'))
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', home]))
  const tarball = join(home, packed.filename)
  writeFileSync(join(home, 'package.json'), '{ "type": "module", "private": true }')
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', tarball], { cwd: home })
  return { home, tarball, packed }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installTools()
