/**
 * node-unfinished.js - names of what is being written, and the end of what nobody will finish. Browsers never load it.
 *
 * A process that is killed cannot remove what it was writing. So its name says whose it is, and whoever writes to the
 * same folder next removes it.
 */

import { readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

const MACHINE = hostname().replace(/[^\w-]/g, '_').slice(0, 32)
/** What another machine, or another container on this one, has not touched for so long is not being written. */
const ABANDONED_MS = 24 * 3600 * 1000

/** @typedef {'converting' | 'partial'} Kind  a folder with a model; a file from the Hub */

/** A name, or its end, for what this process writes and renames when it is whole. @param {Kind} kind */
export const unfinishedName = (kind) => `.${process.pid}-${Date.now()}-${MACHINE}.${kind}`

/**
 * Removes from a folder what dead processes have left there. Where that cannot be, it stays: nobody needs it gone.
 *
 * @param {string} folder
 * @param {Kind} kind
 */
export async function removeUnfinished(folder, kind) {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid, time, machine, found] = /\.(\d+)-(\d+)-([\w-]+)\.(\w+)$/.exec(name) ?? []
    const path = join(folder, name)
    if (found !== kind || await isWritten(path, Number(pid), Number(time), machine)) continue
    await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

/** Whether a process may still write there. */
async function isWritten(path, pid, time, machine) {
  if (machine !== MACHINE) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }))
    return Date.now() - mtimeMs < ABANDONED_MS
  }
  // In a container that was started anew this process may have the number of the one that was killed.
  if (pid === process.pid) return time >= performance.timeOrigin
  try {
    process.kill(pid, 0) // sends nothing
    return true
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}
