/**
 * findings.js - what a comparison says.
 *
 * A mismatch is a reason not to trust the model's scores; a note explains something that does no harm. Kinds:
 *
 *     text-mode    texts are rewritten by another mode: normalization is on in one place, off in the other
 *     emoji        only the words for emoji differ: another version of the package emoji
 *     vocabulary   ids are shifted: vocab.txt or the embedding has rows more or less
 *     ids          other ids, of a reason not known
 *     labels       other labels, or in another order
 *     config       another architecture or setting
 *     files        a file is not the one that was converted
 *     precision    a tensor was rounded to fp16 or bf16
 *     scale        scales are off by a factor
 *     weights      other numbers
 *     packing      other bytes for the same numbers
 *     scores       scores further from the reference than allowed
 *     bits         not the logits that this library computed at conversion
 *
 * @typedef {'text-mode' | 'emoji' | 'vocabulary' | 'ids' | 'labels' | 'config' | 'files' | 'precision' | 'scale'
 *   | 'weights' | 'packing' | 'scores' | 'bits'} FindingKind
 * @typedef {{kind: FindingKind, severity: 'mismatch' | 'note', message: string}} Finding
 */

/** @param {FindingKind} kind @param {string} message @returns {Finding} */
export const mismatch = (kind, message) => ({ kind, severity: 'mismatch', message })

/** @param {FindingKind} kind @param {string} message @returns {Finding} */
export const note = (kind, message) => ({ kind, severity: 'note', message })

/** @param {Finding[]} findings */
export const isClean = (findings) => findings.every(({ severity }) => severity === 'note')

/** Some of many names, as part of a sentence. @param {string[]} names */
export const abridge = (names) => names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
  : names.join(', ')

/** @param {number} number @param {string} noun  whose plural ends in s */
export const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`
