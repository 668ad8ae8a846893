/**
 * cases.js - behaviour tests after CheckList (Ribeiro et al. 2020, ACL): what a sentiment model must do with sentences
 * that were made for one purpose each.
 *
 * Three kinds. `label`: each text has a label that it must get. `same`: a group of texts that must all get one label,
 * as they differ in what must not matter; every text is compared with the first. `more`: the second text must not score
 * less on `label` than the first, by more than TOLERANCE.
 */

import * as words from './words.js'

/**
 * @typedef {object} Behaviour
 * @property {string} capability  what of language is tested
 * @property {string} name        how
 * @property {'label' | 'same' | 'more'} kind
 * @property {Case[]} cases
 *
 * @typedef {{texts: string[], label?: 'NEG' | 'NEU' | 'POS' | ('NEG' | 'NEU' | 'POS')[]}} Case
 *   label: the one that is right, or those; of kind `more`, the one whose score is compared
 */

/** Of kind `more`: scores may fall so far without it being a failure. */
export const TOLERANCE = 0.1

/* Behaviours of the three kinds. */
const must = (label, name, texts) => ({ name, kind: 'label', cases: texts.map((text) => ({ texts: [text], label })) })
const same = (name, groups) => ({ name, kind: 'same', cases: groups.map((texts) => ({ texts })) })
const more = (label, name, pairs) => ({ name, kind: 'more', cases: pairs.map((texts) => ({ texts, label })) })

/** Every combination of two lists. */
const cross = (a, b, join) => a.flatMap((x) => b.map((y) => join(x, y)))

const article = (word) => `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`

const { GOOD, BAD, LIKE, DISLIKE, THINGS, GOOD_EMOJI, BAD_EMOJI } = words

/* Statements that other cases are derived from. */
const PRAISE = cross(GOOD, THINGS, (word, thing) => `That was ${article(word)} ${thing}.`)
const BLAME = cross(BAD, THINGS, (word, thing) => `That was ${article(word)} ${thing}.`)
const some = (texts, step) => texts.filter((_, index) => index % step === 0)
const MIXED = [...some(PRAISE, 4), ...some(BLAME, 4), ...words.FACTS]

const capitalize = (text) => text[0].toUpperCase() + text.slice(1)

/** Two neighbouring letters inside a long word change places; which word and which letters depends on the number. */
function withTypo(text, number) {
  const places = [...text.matchAll(/[a-z]{5,}/g)]
  if (places.length === 0) return text
  const { index, 0: word } = places[number % places.length]
  const at = index + 1 + number % (word.length - 2)
  return text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2)
}

/* ---------------------------------------------------------------------------------------------------- groups -- */

const vocabulary = [
  must('POS', 'plain praise', PRAISE),
  must('NEG', 'plain blame', BLAME),
  must('POS', 'I love it', cross(LIKE, THINGS, (verb, thing) => `I ${verb} this ${thing}.`)),
  must('NEG', 'I hate it', cross(DISLIKE, THINGS, (verb, thing) => `I ${verb} this ${thing}.`)),
  must('NEU', 'neutral facts', words.FACTS),
  must('NEU', 'neutral questions', words.QUESTIONS),
]

const negation = [
  must('NEG', 'not good', cross(GOOD.slice(0, 6), THINGS, (word, thing) => `The ${thing} was not ${word} at all.`)),
  must('NEG', 'I don\'t like', cross(LIKE, THINGS, (verb, thing) => `I don't ${verb} this ${thing}.`)),
  must(['POS', 'NEU'], 'not bad is not negative',
    cross(['bad', 'terrible', 'awful', 'boring'], THINGS, (word, thing) => `The ${thing} was not ${word} at all.`)),
  must('NEG', 'negation far from the word', cross(GOOD.slice(0, 4), THINGS, (word, thing) =>
    `I don't think, after all I have read and heard about it, that this ${thing} is ${word}.`)),
  must('NEU', 'negated fact stays neutral', words.NEGATED_FACTS),
]

const intensity = [
  more('POS', 'very + praise: no less POS', cross(GOOD, THINGS.slice(0, 4), (word, thing) =>
    [`The ${thing} is ${word}.`, `The ${thing} is so very ${word}.`])),
  more('NEG', 'very + blame: no less NEG', cross(BAD, THINGS.slice(0, 4), (word, thing) =>
    [`The ${thing} is ${word}.`, `The ${thing} is so very ${word}.`])),
  more('POS', 'exclamation marks + praise: no less POS',
    some(PRAISE, 3).map((text) => [text, text.replace('.', '!!!')])),
  more('NEG', 'capitals + blame: no less NEG', some(BLAME, 3).map((text) => [text, text.toUpperCase()])),
]

const after = (texts, signs) => cross(texts, signs, (text, sign) => [text, `${text} ${sign}`])

const emoji = [
  must('POS', 'positive emoji alone', GOOD_EMOJI.flatMap((sign) => [sign, sign.repeat(3)])),
  must('NEG', 'negative emoji alone', BAD_EMOJI.flatMap((sign) => [sign, sign.repeat(3)])),
  more('POS', 'positive emoji after a fact', after(words.FACTS.slice(0, 6), GOOD_EMOJI)),
  more('NEG', 'negative emoji after a fact', after(words.FACTS.slice(0, 6), BAD_EMOJI)),
  must('NEG', 'negative emoji against neutral words', cross(
    ['my train is late again', 'the phone broke', 'they cancelled the show'], ['😡', '😭', '💔', '👎'],
    (text, sign) => `${text} ${sign}`)),
  same('emoji that agrees changes nothing', [
    ...some(PRAISE, 5).map((text, index) => [text, `${text} ${GOOD_EMOJI[index % GOOD_EMOJI.length]}`]),
    ...some(BLAME, 5).map((text, index) => [text, `${text} ${BAD_EMOJI[index % BAD_EMOJI.length]}`]),
  ]),
]

const tweets = [
  more('POS', 'positive hashtag after a fact', after(words.FACTS.slice(0, 8), words.HASHTAGS_GOOD)),
  more('NEG', 'negative hashtag after a fact', after(words.FACTS.slice(0, 8), words.HASHTAGS_BAD)),
  same('address at the end', MIXED.map((text) => [text, `${text} https://example.com/a1b2`])),
  same('handle in front', MIXED.map((text) => [text, `@someone ${text}`, `@someone @another_one ${text}`])),
  same('one typo', MIXED.map((text, index) => [text, withTypo(text, index)])),
  same('lower case', MIXED.map((text) => [text, text.toLowerCase()])),
  same('no full stop', MIXED.map((text) => [text, text.slice(0, -1)])),
]

const time = [
  must('NEG', 'used to love, now hate',
    cross(LIKE.slice(0, 4), THINGS, (verb, thing) => `I used to ${verb} this ${thing}, but now I hate it.`)),
  must('POS', 'used to hate, now love',
    cross(['hate', 'dislike'], THINGS, (verb, thing) => `I used to ${verb} this ${thing}, but now I love it.`)),
]

/* Two women and two men of each origin, [origin][women, men][2]: of those that have more, one half, then the other. */
const pairsOf = (names, index) => Object.values(names).map((sexes) =>
  sexes.map((sex) => sex.slice(index * 2 % sex.length, index * 2 % sex.length + 2)))
const withNames = (texts, names) => texts.map((text, index) => ({ text, origins: pairsOf(names, index) }))
const named = (text, names) => names.map((name) => text.replace('{N}', name))
const withPronouns = (text) => words.PRONOUNS.map((forms) =>
  capitalize(text.replace(/\{([POS])\}/g, (_, form) => forms[form])))

const sameForNames = (kind, cases) => [
  same(`names of other origin${kind}`, cases.flatMap(({ text, origins }) =>
    [0, 1].map((sex) => named(text, origins.flatMap((names) => names[sex]))))),
  same(`names of women and men${kind}`, cases.flatMap(({ text, origins }) => origins.flatMap(([women, men]) =>
    women.map((woman, index) => named(text, [woman, men[index]]))))),
]

const fairness = [
  ...sameForNames('', withNames(words.ABOUT_PEOPLE, words.NAMES)),
  ...sameForNames(', a sign behind', withNames(words.ABOUT_PEOPLE_WITH_SIGNS, words.NAMES)),
  ...sameForNames(', rare', withNames(words.ABOUT_PEOPLE, words.RARE_NAMES)),
  same('he, she, they', words.WITH_PRONOUNS.map(withPronouns)),
  same('origin, belief, orientation of a person', words.ABOUT_A_PERSON.map((text) =>
    words.IDENTITIES.map((identity) => capitalize(text.replace('{A}', article(identity)))))),
]

const languages = [
  must('POS', 'praise in other languages', words.FOREIGN.POS),
  must('NEG', 'blame in other languages', words.FOREIGN.NEG),
]

const groups = { vocabulary, negation, intensity, emoji, 'tweet habits': tweets, time, fairness, languages }

/** @type {Behaviour[]} */
export const BEHAVIOURS = Object.entries(groups)
  .flatMap(([capability, behaviours]) => behaviours.map((behaviour) => ({ capability, ...behaviour })))
