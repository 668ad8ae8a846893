/** The live page: one text field, as you type. */
import '../js/element/index.js'
import { createClassifier } from '../js/index.js'
import { describeInfo, element, make, nameOf, showProgress } from './common.js'
import { keepModule } from './module-cache.js'

const SPECIAL = new Set(['<s>', '</s>', '<unk>', '<pad>', '<mask>'])

const live = element('live')
const loading = createClassifier({ onProgress: showProgress })
live.classifier = loading

const signed = (value) => (value < 0 ? '−' : '+') + Math.abs(value).toFixed(2)

/** A row of the comparison: who says it, and a number from -1 to 1 on a scale. */
function scale(name, value, note) {
  const mark = make('span', { className: 'mark' })
  mark.style.setProperty('--at', (value + 1) / 2)
  const track = make('span', { className: 'scale', role: 'img', ariaLabel: `${signed(value)} of 1` }, mark)
  const numbers = [make('b', {}, signed(value)), make('small', {}, note)]
  return make('div', {}, make('dt', {}, name), make('dd', {}, track, ...numbers))
}

/** The lexicon of 2014 that most pages use today: words have fixed scores, and a few rules. */
async function showVersus({ compound, label }, text) {
  const { default: vader } = await import('./vendor/vader.js')
  const lexicon = vader.SentimentIntensityAnalyzer.polarity_scores(text).compound
  const verdict = lexicon >= 0.05 ? 'POS' : lexicon <= -0.05 ? 'NEG' : 'NEU'
  element('versus').replaceChildren(
    scale('bertweet-wasm', compound, nameOf(label)),
    scale('vader-sentiment', lexicon, nameOf(verdict)))
}

function showTokens({ tokens }, { truncated }) {
  element('count').textContent = `${tokens.length} tokens${truncated ? ', cut to fit' : ''}`
  element('tokens').replaceChildren(...tokens.map((token) =>
    make('li', { dataset: SPECIAL.has(token) ? { special: '' } : {} }, token)))
}

live.addEventListener('sentiment', async ({ detail }) => {
  const text = live.value
  element('result').hidden = detail === null
  if (detail === null) return
  await showVersus(detail, text)
  const tokens = await (await loading).tokenize(text)
  if (live.result === detail) showTokens(tokens, detail)
})

for (const button of document.querySelectorAll('[data-text]')) {
  button.addEventListener('click', () => {
    live.value = button.dataset.text
  })
}

loading.then(async ({ info }) => {
  element('info').textContent = `${describeInfo(info)} This page’s content security policy allows no connection ` +
    'but to its own host.'
  await keepModule()
}).catch(() => {}).finally(() => { // an error stands in the element
  element('loading').hidden = true
})
live.load().catch(() => {})
