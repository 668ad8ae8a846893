/** The text modes; what each does: src/bertweet.h. */
export const TEXT_MODES = Object.freeze(['none', 'pysentimiento', 'bertweet'])
