/** The text modes; what each does: src/bertweet.h. */
export const TEXT_MODES = Object.freeze(['none', 'pysentimiento', 'bertweet'])

/** Most code points of a text, in all modes but none. */
export const MAX_CODE_POINTS = 32768
