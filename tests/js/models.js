/**
 * models.js - the models that ship.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MODELS = fileURLToPath(new URL('../../models/', import.meta.url))

/** @returns {{name: string, folder: string, manifest: import('../../js/manifest.js').Manifest}[]} */
export const models = () => readdirSync(MODELS).map((name) => ({ name, folder: join(MODELS, name) }))
  .filter(({ folder }) => existsSync(join(folder, 'manifest.json')))
  .map((model) => ({ ...model, manifest: JSON.parse(readFileSync(join(model.folder, 'manifest.json'), 'utf8')) }))
