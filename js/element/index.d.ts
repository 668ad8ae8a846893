import type { BertweetError, Classification, Classifier, Progress, TextMode } from 'bertweet-wasm'

/** Texts that a user may read; labels of the model by their own names (NEG, NEU, POS ...). */
export interface Messages {
  field?: string
  loading?: string
  required?: string
  words?: string
  [label: string]: string | undefined
}

/** `<tweet-sentiment>`: a text field that says how its text feels, as one types. Importing the module defines it. */
export class TweetSentiment extends HTMLElement {
  /** The text. */
  value: string
  /** Id of another field of the page, to watch instead of an own one. */
  htmlFor: string
  name: string
  placeholder: string
  required: boolean
  disabled: boolean
  /** No field: shows the sentiment of `value`. */
  readOnly: boolean
  /** Colours the words by what they add to the label. */
  explain: boolean
  /** URL of a manifest.json; '' is the embedded model. */
  model: string
  preprocess: TextMode | ''
  /** Milliseconds of silence before a text is classified. */
  debounce: number
  /** 'lazy', the default: loads when the element comes into view or is used. */
  loading: 'lazy' | 'eager' | ''
  /** A classifier of yours to use, or the promise of one; the element does not dispose of it. */
  classifier: Classifier | Promise<Classifier> | null
  messages: Messages
  /** The newest classification; null before it and where the text is empty. */
  readonly result: Classification | null
  readonly form: HTMLFormElement | null
  readonly validity: ValidityState
  readonly validationMessage: string
  readonly willValidate: boolean
  checkValidity(): boolean
  reportValidity(): boolean
  /** Begins to load the model. */
  load(): Promise<void>
}

export interface TweetSentimentEvents {
  sentiment: CustomEvent<Classification | null>
  sentimentprogress: CustomEvent<Progress>
  sentimenterror: CustomEvent<BertweetError>
}

declare global {
  interface HTMLElementTagNameMap {
    'tweet-sentiment': TweetSentiment
  }
  interface HTMLElementEventMap extends TweetSentimentEvents {}
}
