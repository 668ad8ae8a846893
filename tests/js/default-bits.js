// Written by models/ship.js: hashes of the default model's logits, of so many rows and texts. They change with the
// model and with the arithmetic.
export const ROWS = { 100: '6be78be7149dc3d6', 2000: 'afa391d99abf6650' } // of bits.js
export const TEXTS = { 10: '18af69887b66cbeb', 100: 'a13a0abc11855b19' } // of tests/browser/synthetic.js
