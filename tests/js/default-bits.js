// Written by models/ship.js: hashes of the default model's logits, of so many rows and texts. They change with the
// model and with the arithmetic.
export const ROWS = { 100: 'ddda2d90264503c8', 2000: '454220975e22c7b4' } // of bits.js
export const TEXTS = { 10: 'e1e9aae4ad421111', 100: '0d40e7c71e2fc729' } // of tests/browser/synthetic.js
