/**
 * element - `<tweet-sentiment>`: a text field that says how its text feels, as one types.
 *
 *     <script type="module">import 'bertweet-wasm/element'</script>
 *
 *     <tweet-sentiment name="comment" explain></tweet-sentiment>           <!-- a field of its own -->
 *     <tweet-sentiment for="comment"></tweet-sentiment>                    <!-- of another field of the page -->
 *     <tweet-sentiment readonly explain value="So happy!"></tweet-sentiment>   <!-- of a text -->
 *
 * Attributes, each a property of the same name:
 *   value        the text; as an attribute, what it begins with and what a form's reset brings back
 *   for          id of the field to watch instead (input, textarea, contenteditable); property htmlFor
 *   name, required, disabled, readonly, placeholder, maxlength    as of a textarea
 *   explain      colour the words by what they add to the label
 *   model        URL of a manifest; elements of one model share it. Default: the embedded one
 *   preprocess   text mode, as of createClassifier
 *   debounce     milliseconds of silence before a text is classified, default 150
 *   loading      'lazy' (default): loads when the element comes into view or is used; 'eager': at once
 *
 * Properties: result (the newest Classification or null), classifier (set it to use one of your own, or the promise of
 * one), messages (other words, or another language, for what MESSAGES of view.js holds).
 * Events, all bubbling: sentiment (detail: the Classification, or null where the text is empty), sentimentprogress
 * (detail: as of onProgress), sentimenterror (detail: the BertweetError).
 * In forms its value is the text under `name`, and the label under `name`-sentiment once it is known.
 * Parts: caption field loading progress error verdict label label-POS... score result scores row name value track bar
 * bar-POS... words word up down. Custom properties: --tweet-sentiment-neg, -neu, -pos, -other, -line.
 */

import { BertweetError } from '../errors.js'
import { acquireModel } from './models.js'
import { View } from './view.js'

const DEBOUNCE_MS = 150
/** A little before it comes into view. */
const MARGIN = '200px'

/** Outside of browsers the module can be imported and does nothing. */
const Base = globalThis.HTMLElement ?? class {}

const flag = (name) => ({
  get() { return this.hasAttribute(name) },
  set(value) { this.toggleAttribute(name, Boolean(value)) }
})
const string = (name) => ({
  get() { return this.getAttribute(name) ?? '' },
  set(value) { value === null || value === undefined ? this.removeAttribute(name) : this.setAttribute(name, value) }
})

export class TweetSentiment extends Base {
  static formAssociated = true
  static observedAttributes = [
    'value', 'for', 'required', 'disabled', 'readonly', 'placeholder', 'maxlength', 'explain', 'model', 'preprocess'
  ]

  #view
  #internals
  /** Whether the text is the user's, not the attribute's. */
  #dirty = false
  #stopWatching = () => {}
  #observer = null
  #timer
  /** Of the newest text. */
  #running = new AbortController()
  /** @type {ReturnType<typeof acquireModel> | null} */
  #model = null
  #ownClassifier = null
  #messages = {}
  #result = null
  /** The text of the result: the field may be ahead of it. */
  #resultText = ''
  /** What was last reported: several may wait for one model. */
  #error = null

  constructor() {
    super()
    this.#internals = this.attachInternals()
    this.#view = new View(this.attachShadow({ mode: 'open', delegatesFocus: true }))
    this.addEventListener('focusin', () => this.#begin())
  }

  get value() {
    const field = this.#field
    return String(field?.value ?? field?.textContent ?? '') // a progress element's is a number
  }

  set value(text) {
    this.#dirty = true
    this.#setText(text)
  }

  /** The newest classification; null before it and where the text is empty. */
  get result() {
    return this.#result
  }

  /** One of createClassifier, or the promise of one, instead of loading one; the element does not dispose of it. */
  get classifier() {
    return this.#ownClassifier
  }

  set classifier(classifier) {
    this.#ownClassifier = classifier
    this.#release()
    this.#schedule(0)
  }

  get messages() {
    return this.#messages
  }

  set messages(messages) {
    this.#messages = messages
    this.#view.setMessages(messages)
    this.#view.showResult(this.#result, this.#resultText)
  }

  get debounce() {
    return Number(this.getAttribute('debounce') ?? DEBOUNCE_MS)
  }

  set debounce(milliseconds) {
    this.setAttribute('debounce', milliseconds)
  }

  get form() { return this.#internals.form }
  get validity() { return this.#internals.validity }
  get validationMessage() { return this.#internals.validationMessage }
  get willValidate() { return this.#internals.willValidate }
  checkValidity() { return this.#internals.checkValidity() }
  reportValidity() { return this.#internals.reportValidity() }

  /**
   * Begins to load the model, if that has not begun. Rejects when it cannot be loaded, after the event sentimenterror;
   * it can be called again.
   */
  async load() {
    if (this.#observer) {
      this.#observer.disconnect()
      this.#observer = null
      this.#schedule(0)
    }
    const loading = this.#loadModel()
    const model = this.#model
    try {
      await loading
    } catch (error) {
      if (model === this.#model) this.#fail(error) // else another one is wanted by now
      throw error
    }
  }

  connectedCallback() {
    this.#watch()
    if (this.loading === 'eager' || !globalThis.IntersectionObserver) this.#begin()
    else this.#beginInView()
    this.#schedule(0)
  }

  disconnectedCallback() {
    this.#running.abort()
    clearTimeout(this.#timer)
    this.#observer?.disconnect()
    this.#stopWatching()
    this.#release()
  }

  attributeChangedCallback(name, _, value) {
    const { field } = this.#view
    if (name === 'value') {
      if (!this.#dirty) this.#setText(value ?? '')
    } else if (name === 'placeholder') field.placeholder = value ?? ''
    else if (name === 'maxlength') value === null ? field.removeAttribute(name) : field.setAttribute(name, value)
    else if (name === 'required') this.#updateForm()
    else if (name === 'disabled') field.disabled = this.disabled
    else if (!this.isConnected) return
    else if (name === 'for' || name === 'readonly') this.#watch()
    else if (name === 'explain') this.#schedule(0)
    else { // another model, or another text mode
      this.#release()
      this.#schedule(0)
    }
  }

  formDisabledCallback(disabled) {
    this.#view.field.disabled = disabled
  }

  formResetCallback() {
    this.#dirty = false
    this.#setText(this.getAttribute('value') ?? '')
  }

  formStateRestoreCallback(state) {
    if (typeof state === 'string') this.value = state
  }

  /** Whose text counts: the own field, or one of the page, which may not be there. */
  get #field() {
    if (!this.htmlFor) return this.#view.field
    const found = this.getRootNode().getElementById?.(this.htmlFor)
    // One that follows a field itself may follow this one.
    return found instanceof TweetSentiment && found.htmlFor ? null : found
  }

  #setText(text) {
    const field = this.#field
    if (field) field['value' in field ? 'value' : 'textContent'] = text
    this.#schedule(0)
  }

  /** Follows the field. Events are caught above it, as it may come later than this element, or be replaced. */
  #watch() {
    this.#stopWatching()
    this.#view.showField(this.#hasOwnField)
    const root = this.htmlFor ? this.getRootNode() : this.shadowRoot
    const changed = ({ target }) => {
      if (target !== this.#field) return
      this.#dirty = true
      this.#schedule(this.debounce)
    }
    root.addEventListener('input', changed)
    this.#stopWatching = () => root.removeEventListener('input', changed)
  }

  get #hasOwnField() {
    return !this.htmlFor && !this.readOnly
  }

  #begin() {
    this.load().catch(() => {}) // has been reported
  }

  #beginInView() {
    this.#observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) this.#begin()
    }, { rootMargin: MARGIN })
    this.#observer.observe(this)
  }

  /** @returns {Promise<object>} */
  #loadModel() {
    if (this.#ownClassifier) return Promise.resolve(this.#ownClassifier)
    const { model, preprocess } = this
    this.#model ??= acquireModel({ model: model || undefined, preprocess: preprocess || undefined }, (progress) => {
      this.#view.showProgress(progress.loaded < progress.total ? progress : null)
      this.#emit('sentimentprogress', progress)
    })
    return this.#model.classifier
  }

  #release() {
    this.#model?.release()
    this.#model = null
    this.#view.showProgress(null)
  }

  /** Classifies the text after so many milliseconds, unless it changes again. */
  #schedule(milliseconds) {
    this.#updateForm()
    if (!this.isConnected) return
    this.#running.abort()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#classify(), milliseconds)
  }

  async #classify() {
    const { signal } = this.#running = new AbortController()
    try {
      await this.#fieldIsThere(signal)
      const text = this.value
      if (text.trim() === '') return this.#show(null, text)
      if (this.#observer) return // not in view: when it comes, so does this call
      const classifier = await this.#loadModel()
      signal.throwIfAborted()
      const result = await classifier.classify(text, { signal })
      this.#error = null
      this.#view.showError(null)
      if (!this.explain) return this.#show(result, text)
      this.#view.showResult({ ...result, explanation: [] }, text)
      this.#show(await classifier.classify(text, { signal, explain: true }), text)
    } catch (error) {
      if (!signal.aborted) this.#fail(error)
    }
  }

  /** Resolves when the field can be expected in the page. */
  async #fieldIsThere(signal) {
    if (this.#field) return
    if (document.readyState === 'loading') {
      await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }))
      signal.throwIfAborted()
    }
    if (this.#field) return
    throw new BertweetError('input', `<tweet-sentiment for="${this.htmlFor}">: no element has this id.`)
  }

  #show(result, text) {
    const before = this.#result
    this.#result = result
    this.#resultText = text
    this.#view.showResult(result, text)
    this.#updateForm()
    if (result || before) this.#emit('sentiment', result)
  }

  #fail(error) {
    if (error === this.#error) return
    this.#error = error
    this.#release() // the next text tries again
    this.#view.showError(error)
    this.#emit('sentimenterror', error)
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }))
  }

  #updateForm() {
    const { value, name } = this
    const isMissing = this.required && this.#hasOwnField && value === ''
    this.#internals.setValidity({ valueMissing: isMissing }, isMissing ? this.#view.message('required') : '',
      this.#view.field)
    if (!name) return this.#internals.setFormValue(null)
    const data = new FormData()
    if (!this.htmlFor) data.append(name, value)
    if (this.#result && this.#resultText === value) data.append(`${name}-sentiment`, this.#result.label)
    this.#internals.setFormValue(data, value)
  }
}

Object.defineProperties(TweetSentiment.prototype, {
  htmlFor: string('for'),
  name: string('name'),
  placeholder: string('placeholder'),
  model: string('model'),
  preprocess: string('preprocess'),
  loading: string('loading'),
  required: flag('required'),
  disabled: flag('disabled'),
  readOnly: flag('readonly'),
  explain: flag('explain')
})

if (globalThis.customElements && !customElements.get('tweet-sentiment')) {
  customElements.define('tweet-sentiment', TweetSentiment)
}
