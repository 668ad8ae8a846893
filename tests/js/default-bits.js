// Written by models/ship.js: hashes of the default model's logits, of so many rows and texts. They change with the
// model and with the arithmetic.
export const ROWS = { 100: '90f00fda7224ba33', 2000: 'e7782cfb3c8f5ad3' } // of bits.js
export const TEXTS = { 10: 'cb77f30fce8cf119', 100: 'cea775f8f9a5a6ae' } // of tests/browser/synthetic.js
