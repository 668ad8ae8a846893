/**
 * view.js - what `<tweet-sentiment>` shows: its shadow tree, made without HTML strings and style attributes, so that it
 * works under `style-src 'none'` and Trusted Types.
 */

import { STYLE } from './style.js'

/** What a user may read, by key; labels of the model by their own names. Property `messages` replaces any of it. */
export const MESSAGES = Object.freeze({
  field: 'Tweet',
  loading: 'Loading the model',
  required: 'Please enter a text.',
  words: 'Words that matter most:',
  NEG: 'Negative',
  NEU: 'Neutral',
  POS: 'Positive'
})

/** Words with less effect than this share of the strongest are not named. */
const NAMED = 0.5
/** An effect that takes the full colour even where no word has a stronger one. */
const STRONG = 0.15

let sheet

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} [children]
 */
function make(tag, attributes, children = []) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

export class View {
  /** The element's own text field. @type {HTMLTextAreaElement} */
  field
  #caption
  #loading
  #progress
  #error
  #result
  #verdict
  #scores
  #words
  #messages = MESSAGES

  /** @param {ShadowRoot} root */
  constructor(root) {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE)
    root.adoptedStyleSheets = [sheet]
    this.field = make('textarea', { part: 'field', id: 'field', rows: 3, spellcheck: 'false' })
    this.#caption = make('label', { part: 'caption', for: 'field' })
    this.#progress = make('progress', { part: 'progress', id: 'progress', max: 1, value: 0 })
    this.#loading = make('div', { part: 'loading', hidden: '' }, [make('label', { for: 'progress' }), this.#progress])
    this.#error = make('p', { part: 'error', role: 'alert', hidden: '' })
    this.#verdict = make('p', { part: 'verdict', role: 'status' })
    this.#scores = make('dl', { part: 'scores' })
    this.#words = make('p', { part: 'words', 'aria-hidden': 'true', hidden: '' }) // verdict names the strongest
    this.#result = make('div', { part: 'result', hidden: '' }, [this.#scores, this.#words])
    root.append(this.#caption, this.field, this.#loading, this.#error, this.#verdict, this.#result)
    this.setMessages({})
  }

  /** @param {Record<string, string>} messages  instead of some of MESSAGES */
  setMessages(messages) {
    this.#messages = { ...MESSAGES, ...messages }
    this.#caption.textContent = this.message('field')
    this.#loading.firstChild.textContent = this.message('loading')
  }

  /** @param {string} key  of MESSAGES, or a label of the model */
  message(key) {
    return Object.hasOwn(this.#messages, key) ? this.#messages[key] ?? key : key
  }

  /** @param {boolean} shown  whether the element has a field of its own */
  showField(shown) {
    this.field.hidden = this.#caption.hidden = !shown
  }

  /** @param {{loaded: number, total: number} | null} progress  null: nothing is on its way */
  showProgress(progress) {
    this.#loading.hidden = progress === null
    if (progress) this.#progress.value = progress.loaded / progress.total
  }

  /** @param {Error | null} error */
  showError(error) {
    this.#error.hidden = error === null
    this.#error.textContent = error?.message ?? ''
  }

  /**
   * @param {import('../index.js').Classification | null} result  null: there is no text
   * @param {string} text  the classified one
   */
  showResult(result, text) {
    this.#result.hidden = result === null
    this.#verdict.replaceChildren(...result ? this.#verdictOf(result) : [])
    if (!result) return
    this.#scores.replaceChildren(...Object.entries(result.scores).map(([label, score]) => this.#scoreRow(label, score)))
    this.#words.hidden = !result.explanation
    if (result.explanation) this.#words.replaceChildren(...coloured(text, effectsOf(result)))
  }

  #verdictOf(result) {
    const { label, score, labels } = result
    const names = (labels ?? [label]).map((name) => this.message(name)).join(', ')
    const strongest = strongestWords(effectsOf(result)).join(', ')
    return [
      make('span', { part: `label label-${label}` }, [names]), ' ',
      make('span', { part: 'score' }, [percent(score)]),
      ...strongest ? [make('span', { part: 'strongest' }, [` ${this.message('words')} ${strongest}`])] : []
    ]
  }

  #scoreRow(label, score) {
    const bar = make('span', { part: `bar bar-${label}` })
    bar.style.setProperty('--share', score)
    return make('div', { part: 'row' }, [
      make('dt', { part: 'name' }, [this.message(label)]),
      make('dd', { part: 'value' }, [make('span', { part: 'track', 'aria-hidden': 'true' }, [bar]), percent(score)])
    ])
  }
}

/** @param {number} score */
const percent = (score) => new Intl.NumberFormat(undefined, { style: 'percent' }).format(score)

/** For words: how far each moves the verdict, POS up and NEG down, other models' best label up. */
const effectsOf = ({ explanation = [], label }) => explanation.map(({ word, start, end, scores, compound }) =>
  ({ word, start, end, effect: compound ?? scores[label] }))

function strongestWords(effects) {
  const most = Math.max(...effects.map(({ effect }) => Math.abs(effect)))
  const strong = effects.filter(({ effect }) => most > 0 && Math.abs(effect) >= NAMED * most)
  return [...new Set(strong.map(({ word }) => word))].slice(0, 3)
}

/** The text, its words on colours. */
function* coloured(text, effects) {
  const most = Math.max(STRONG, ...effects.map(({ effect }) => Math.abs(effect)))
  let at = 0
  for (const { start, end, effect } of effects) {
    yield text.slice(at, start)
    const word = make('span', { part: `word ${effect < 0 ? 'down' : 'up'}` }, [text.slice(start, end)])
    word.style.setProperty('--strength', Math.abs(effect) / most)
    yield word
    at = end
  }
  yield text.slice(at)
}
