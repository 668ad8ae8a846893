// Written by models/ship.js: hashes of the default model's logits, of so many rows and texts. They change with the
// model and with the arithmetic.
export const ROWS = { 100: '91803fb5d89ee76e', 2000: '0c8949cfd2b18e14' } // of bits.js
export const TEXTS = { 10: 'e58dd01f5132d195', 100: 'a409536276c92769' } // of tests/browser/synthetic.js
