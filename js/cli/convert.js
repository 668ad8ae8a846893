/**
 * convert.js - a checkpoint, of this machine or of the Hub, to a model.
 */

import { stat, writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'

import { BertweetError } from '../errors.js'
import { ENCODINGS } from '../manifest.js'
import { openCheckpoint } from '../convert/checkpoint.js'
import { downloadCheckpoint, HUB_ENDPOINT, parseHubId } from '../convert/hub.js'
import { checkTemperature, convertCheckpoint, SMOOTHING_METHODS } from '../convert/index.js'
import { openDirectory } from '../convert/node-files.js'
import { openOutput } from '../convert/node-output.js'
import { cacheFolder, openStore } from '../convert/node-store.js'
import { describe } from './info.js'
import { layerTable } from './layer-table.js'
import { TEXT_MODES } from './model.js'
import { UsageError } from './options.js'
import { formatBytes, painter, progressBar, write } from './output.js'
import { readText } from './source.js'

/** Texts of a file that conversion keeps in memory: 150 MB of activations for a model of BERTweet's size. */
const MAX_CALIBRATION = 256

export const usage = '<checkpoint folder or Hub id[@revision]> <output folder> [options]'
export const summary = 'make a model of a Hugging Face checkpoint'
export const details = `The checkpoint is a RobertaForSequenceClassification with a BertweetTokenizer: config.json,
model.safetensors or pytorch_model.bin (shards too), vocab.txt and bpe.codes. The output folder, which must
be new, empty or an earlier output, gets a manifest.json and files of at most 8 MiB for any static host.

Text mode: "bertweet" if tokenizer_config.json says normalization: true, else "pysentimiento", which is how the
published classifiers were trained; --preprocess overrides it.

Smoothing, and the rounding of int4, look at what the layers' inputs are like on short texts of the package;
with --calibrate on lines of a file of yours, at most ${MAX_CALIBRATION}, spread evenly over it. Fidelity is measured
on other texts.

--report says of each linear layer how it was packed and what rounding did to its weights: a table here, JSON in
the file. Errors are relative to the weights, channels weighted by their smoothing; worst is the output whose
weights rounding hits hardest.

From the Hub, files are kept in ~/.cache/bertweet-wasm (or BERTWEET_CACHE). HF_ENDPOINT names a mirror, HF_TOKEN
gives access to gated and private models.`

export const examples = [
  'bertweet-wasm convert ./checkpoint ./model --name my-model',
  'bertweet-wasm convert finiteautomata/bertweet-base-sentiment-analysis ./bertweet-base',
]

export const options = {
  name: { value: 'NAME', help: "of the model, for people; default: the folder's or the Hub's" },
  preprocess: { value: 'MODE', choices: TEXT_MODES, help: `text mode: ${TEXT_MODES.join(', ')}` },
  wire: { value: 'ENCODING', choices: ENCODINGS, help: 'how weights travel: raw (int8), or int4: half the download' },
  calibrate: { value: 'FILE', help: 'a text a line, like those the model will read: see above' },
  smoothing: { value: 'METHOD', choices: SMOOTHING_METHODS, help: 'none: to see what smoothing is worth' },
  report: { value: 'FILE', help: 'a table of the quantised layers, and their figures as JSON in this file' },
  temperature: { value: 'NUMBER', help: 'what logits are divided by before they become scores; default: 1' },
}

/** @type {import('./run.js').Command['run']} */
export async function run({ name, preprocess, wire, smoothing, calibrate, report, temperature }, places, io) {
  if (places.length !== 2) {
    throw new UsageError('convert takes a checkpoint and an output folder\nSee: bertweet-wasm convert --help')
  }
  if (calibrate !== undefined && smoothing === 'none') throw new UsageError('--calibrate is for smoothing')
  const divisor = temperature === undefined ? 1 : Number(temperature)
  checkTemperature(divisor) // before anything is downloaded
  const [place, target] = places
  const calibration = calibrate === undefined ? undefined : await readCalibration(calibrate, io)
  const output = await openOutput(target)
  const layers = report === undefined ? undefined : []
  let source
  let manifest
  try {
    source = await openSource(place, io)
    manifest = await convert(source, { output, name: name ?? source.name, preprocess, wire, smoothing,
      calibration, temperature: divisor,
      onLayer: layers && ((layer) => layers.push(layer)) }, io)
  } finally {
    await output.discard()
    await source?.files.close()
  }
  const why = preprocess ? 'as --preprocess says' : 'change it with --preprocess'
  await write(io.stdout, describe(manifest, painter(io.stdout, io.env)))
  if (layers) await writeReport(report, manifest, layers, io)
  await write(io.stdout, `\nWritten to ${target}. Text mode: ${manifest.preprocess} (${why}).\n`)
}

/** @param {string} file */
async function writeReport(file, { name, quantization, fidelity }, layers, io) {
  await write(io.stdout, `\n${layerTable(layers)}`)
  await writeFile(file, `${JSON.stringify({ name, quantization, fidelity, layers }, null, 1)}\n`).catch((cause) => {
    throw new BertweetError('input', `The model is written, but not ${file}: ${cause.message}`, { cause })
  })
}

/** Lines of a file that are not blank, at most MAX_CALIBRATION, spread evenly. @param {string} file */
async function readCalibration(file, io) {
  const content = await readText(file, io)
  const lines = content.replace(/^\ufeff/, '').split(/\r?\n/).filter((line) => line.trim() !== '')
  if (lines.length === 0) throw new BertweetError('input', `${file} has no lines to calibrate by.`)
  const count = Math.min(lines.length, MAX_CALIBRATION)
  return Array.from({ length: count }, (_, index) => lines[Math.floor(index * lines.length / count)])
}

/**
 * The folder of a checkpoint, downloaded if it is on the Hub.
 *
 * @returns {Promise<{files: Awaited<ReturnType<typeof openDirectory>>, name: string, repository?: string,
 *   revision?: string | null}>}
 */
async function openSource(place, io) {
  const isFolder = await stat(place).then((found) => found.isDirectory(), () => false)
  if (isFolder) return { files: await openDirectory(place), name: basename(resolve(place)) }
  const id = parseHubId(place)
  if (!id) {
    throw new BertweetError('input', `There is no folder ${place}, and it is no Hub id (user/name, user/name@main).`)
  }
  const { repository } = id
  const { store, commit } = await download(id, io)
  return { files: await openDirectory(store.directory), name: repository.split('/')[1], repository,
    revision: commit ?? id.revision }
}

async function download(id, { env, stderr, signal }) {
  const bar = progressBar(stderr)
  const endpoint = env.HF_ENDPOINT || HUB_ENDPOINT
  try {
    return await downloadCheckpoint({
      ...id,
      endpoint,
      token: env.HF_TOKEN,
      openStore: (repository, version) => openStore(cacheFolder(env, endpoint), repository, version),
      onProgress: ({ file, loaded, total }) => bar.show(`${file} ${formatBytes(total ?? loaded)}`, loaded, total),
      signal,
    })
  } finally {
    bar.clear()
  }
}

const STAGES = { weights: 'packing weights', check: 'comparing with 32-bit floats' }

async function convert({ files, repository, revision }, options, { stderr, signal }) {
  const bar = progressBar(stderr)
  try {
    return await convertCheckpoint({
      ...options,
      checkpoint: await openCheckpoint(files),
      repository,
      revision,
      onProgress: ({ stage, loaded, total }) => bar.show(STAGES[stage], loaded, total),
      signal,
    })
  } finally {
    bar.clear()
  }
}
