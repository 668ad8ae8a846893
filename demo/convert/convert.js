/** The page that converts: a folder in, a classifier to try and files to keep out. */
import '../../js/element/index.js'
import { createClassifier } from '../../js/index.js'
import { element, make, megabytes, percent } from '../common.js'

const STAGES = { weights: 'Packing weights', check: 'Comparing with 32-bit floats' }

/** What is shown now, to be given back. */
let classifier = null
let worker = null
/** @type {Record<string, Blob>} */
let files = {}

function showError(message) {
  element('error').textContent = message ?? ''
  element('error').hidden = !message
}

function showProgress({ stage, loaded, total }) {
  element('progress').value = loaded / total
  element('loading-text').textContent = `${STAGES[stage]}…`
}

function stop() {
  worker?.terminate()
  worker = null
  element('loading').hidden = element('cancel').hidden = true
}

/** @param {File[]} list */
function convert(list) {
  stop()
  showError(null)
  if (list.length === 0) return
  element('loading').hidden = element('cancel').hidden = false
  element('loading-text').textContent = 'Reading…'
  element('progress').value = 0
  worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' })
  worker.onerror = ({ message }) => {
    stop()
    showError(message || 'The worker could not be started.')
  }
  worker.onmessage = ({ data }) => {
    if (data.progress) return showProgress(data.progress)
    stop()
    if (data.error) showError(data.error.message)
    else show(data).catch(({ message }) => showError(message))
  }
  const name = list[0].webkitRelativePath?.split('/')[0] || 'my-model'
  worker.postMessage({ list, name, wire: element('wire').value })
}

const fact = (name, value) => make('div', {}, make('dt', {}, name), make('dd', {}, value))

async function show({ manifest, files: made }) {
  await classifier?.dispose()
  files = made
  const { 'manifest.json': _, ...shards } = made
  classifier = await createClassifier({ model: { manifest, files: shards } })
  const { labelAgreement, meanScoreDifference, texts } = manifest.fidelity
  element('facts').replaceChildren(
    fact('Model', `${manifest.name}: ${manifest.labels.join(', ')}`),
    fact('Size', `${megabytes(manifest.bytes)} in ${manifest.shards.length} files`),
    fact('Same label as 32-bit floats', `${percent(labelAgreement)} of ${texts ?? 'the bundled'} texts, mean score ` +
      `difference ${meanScoreDifference.toFixed(4)}`),
    fact('Licence', manifest.license.summary ?? 'unknown'))
  element('live').classifier = classifier
  element('model').hidden = false
  element('live').focus()
}

/** Into a folder where the browser can; else as downloads, one after the other. */
async function save() {
  const folder = await globalThis.showDirectoryPicker?.({ mode: 'readwrite' })
  for (const [name, blob] of Object.entries(files)) {
    if (folder) {
      const writable = await (await folder.getFileHandle(name, { create: true })).createWritable()
      await blob.stream().pipeTo(writable)
    } else {
      const url = URL.createObjectURL(blob)
      make('a', { href: url, download: name }).click()
      await new Promise((resolve) => setTimeout(resolve, 300)) // browsers drop downloads that come at once
      URL.revokeObjectURL(url)
    }
  }
}

/** The files of dropped folders, one level deep as checkpoints are. @param {DataTransfer} transfer */
async function filesOf({ items }) {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter(Boolean)
  const all = await Promise.all(entries.map(async (entry) => entry.isDirectory ? entriesOf(entry) : [entry]))
  return Promise.all(all.flat().filter(({ isFile }) => isFile).map((entry) =>
    new Promise((resolve, reject) => entry.file(resolve, reject))))
}

async function entriesOf(folder) {
  const reader = folder.createReader()
  const all = []
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}

/** Of a chosen folder, without those of folders in it. @param {FileList} list */
const topOf = (list) => Array.from(list).filter(({ webkitRelativePath }) => webkitRelativePath.split('/').length <= 2)

element('folder').addEventListener('change', ({ target }) => convert(topOf(target.files)))
element('drop').addEventListener('dragover', (event) => event.preventDefault())
element('drop').addEventListener('drop', async (event) => {
  event.preventDefault()
  await filesOf(event.dataTransfer).then(convert, ({ message }) => showError(message))
})
element('cancel').addEventListener('click', stop)
element('save').addEventListener('click', () => save().catch(({ name, message }) => {
  if (name !== 'AbortError') showError(message)
}))
