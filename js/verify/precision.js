/**
 * precision.js - f32 numbers rounded to the 16-bit formats, to nearest even.
 */

/** Added and taken away, rounds a number below 2^51 to the nearest integer, ties to even. */
const ROUNDER = 1.5 * 2 ** 52

/** @param {number} value @param {number} bits  after the point @param {number} lowest  exponent of normal numbers */
function roundTo(value, bits, lowest) {
  const quantum = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), lowest) - bits)
  return (value / quantum + ROUNDER - ROUNDER) * quantum
}

/**
 * The formats by their names: what a finite f32 number becomes in them. Most numbers that bf16 holds fp16 holds too, so
 * bf16 is asked first.
 */
export const ROUNDINGS = Object.freeze({
  /** @param {number} value */
  bf16: (value) => roundTo(value, 7, -126),
  /** @param {number} value */
  fp16: (value) => Math.abs(value) >= 65520 ? Math.sign(value) * Infinity : roundTo(value, 10, -14),
})
