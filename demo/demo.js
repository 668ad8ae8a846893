/** The demo page: one classifier, one text box, as you type. */
import { createClassifier } from '../js/index.js'

const element = (id) => document.getElementById(id)
const names = { NEG: 'Negative', NEU: 'Neutral', POS: 'Positive' }
const special = new Set(['<s>', '</s>', '<unk>', '<pad>', '<mask>'])
const megabytes = (bytes) => (bytes / 1e6).toFixed(1)
const percent = (share) => `${(100 * share).toFixed(1)} %`

function showProgress({ loaded, total, source }) {
  const from = source === 'cache' ? 'from this browser’s cache' : 'once; it is kept for the next visit'
  element('progress').value = loaded / total
  element('loading-text').textContent = `Loading the model (${megabytes(loaded)} of ${megabytes(total)} MB, ${from})…`
}

function showError(error) {
  element('error').textContent = error.message
  element('error').hidden = false
}

function showScores(scores) {
  element('bars').replaceChildren(...Object.entries(scores).map(([label, score]) => {
    const row = document.createElement('li')
    const meter = document.createElement('meter')
    const value = document.createElement('output')
    row.dataset.label = label
    meter.value = score
    meter.setAttribute('aria-label', names[label] ?? label)
    value.textContent = percent(score)
    row.append(names[label] ?? label, meter, value)
    return row
  }))
}

function showTokens(tokens) {
  element('tokens').replaceChildren(...tokens.map((token) => {
    const item = document.createElement('li')
    item.textContent = token
    if (special.has(token)) item.dataset.special = ''
    return item
  }))
}

function showResult(result, { tokens }, milliseconds) {
  element('result').dataset.label = result.label
  element('label').textContent = names[result.label] ?? result.label
  element('score').textContent = percent(result.score)
  element('count').textContent =
    `${result.tokens} tokens${result.truncated ? ', cut to fit' : ''}, ${milliseconds.toFixed(1)} ms`
  showScores(result.scores)
  showTokens(tokens)
  element('error').hidden = true
  element('result').hidden = false
}

function showInfo(info) {
  const reason = info.threads === 1 && info.threadsReason ? ` (${info.threadsReason})` : ''
  element('info').textContent = `Model ${info.model}, ${megabytes(info.bytes)} MB, kernel ${info.kernel}, ` +
    `${info.threads} ${info.threads === 1 ? 'thread' : 'threads'}${reason}. ` +
    'This page’s content security policy allows no connection but to its own host.'
}

let running // of the newest text; older ones are aborted

async function classify(classifier) {
  running?.abort()
  const { signal } = running = new AbortController()
  const text = element('text').value
  element('result').hidden ||= text === ''
  if (text === '') return
  try {
    const start = performance.now()
    const result = await classifier.classify(text, { signal })
    const milliseconds = performance.now() - start
    const tokens = await classifier.tokenize(text)
    if (!signal.aborted) showResult(result, tokens, milliseconds)
  } catch (error) {
    if (error.name !== 'AbortError') showError(error)
  }
}

async function main() {
  const classifier = await createClassifier({ onProgress: showProgress })
  element('loading').hidden = true
  showInfo(classifier.info)
  element('text').addEventListener('input', () => classify(classifier))
  await classify(classifier)
}

for (const button of document.querySelectorAll('[data-text]')) {
  button.addEventListener('click', () => {
    element('text').value = button.dataset.text
    element('text').dispatchEvent(new Event('input'))
  })
}
main().catch((error) => {
  element('loading').hidden = true
  showError(error)
})
