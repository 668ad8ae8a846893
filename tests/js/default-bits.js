// Written by models/ship.js: hashes of the default model's logits, of so many rows and texts. They change with the
// model and with the arithmetic.
export const ROWS = { 100: '025e3dd4b53ff545', 2000: '02dc261c8b0f39fe' } // of bits.js
export const TEXTS = { 10: '2303cb4f53699d86', 100: '2a97305d398d5f26' } // of tests/browser/synthetic.js
