/**
 * shard-writer.js - cuts the bytes of an image into shards while they are written.
 */

import { RUN_HEADER_NBYTES } from '../../web/wasm-convert.js'

/** Every host and cache takes files of this size. */
const SHARD_NBYTES = 8 << 20
/** Hexadecimal digits of the hash that make a file's name: 80 bits, unique among the shards one server holds. */
const NAME_DIGITS = 20
/** Of the place among the shards, which follow where two hold the same bytes, as those of weights that are all 0 do. */
const PLACE_DIGITS = 4

/** @type {WireLayout} */
const RAW = Object.freeze({ kind: 'raw' })

/**
 * @typedef {import('./node-output.js').Output} Output
 * @typedef {import('../manifest.js').Shard} Shard  as the manifest lists them
 * @typedef {import('../../web/wasm-convert.js').WireLayout} WireLayout
 */

export class ShardWriter {
  #output
  #sha256
  #packer
  #block = new Uint8Array(SHARD_NBYTES)
  /** Bytes of the current shard: on the wire, and of the image. */
  #filled = 0
  #size = 0
  /** @type {Shard[]} */
  #shards = []

  /** Bytes of the image written so far. */
  offset = 0

  /**
   * @param {Output} output
   * @param {(bytes: Uint8Array) => string} sha256  hexadecimal
   * @param {Pick<import('../../web/wasm-convert.js').ConvertWasm, 'wireUnit' | 'packRun'> | null} packer
   *   makes runs of the wire encoding int4; null: the bytes of the image travel as they are
   */
  constructor(output, sha256, packer) {
    this.#output = output
    this.#sha256 = sha256
    this.#packer = packer
  }

  /**
   * @param {Uint8Array} bytes  what comes next in the image
   * @param {WireLayout} [layout]
   */
  async write(bytes, layout = RAW) {
    const unit = this.#packer?.wireUnit(layout) ?? 1
    for (let done = 0; done < bytes.length;) {
      const piece = bytes.subarray(done, done + Math.floor(this.#room() / unit) * unit)
      if (piece.length > 0) this.#append(this.#packer?.packRun(piece, layout) ?? piece, piece.length)
      done += piece.length
      if (this.#room() < unit) await this.cut()
    }
    this.offset += bytes.length
  }

  /** Ends the current shard, if anything is in it: what comes next begins another one. */
  async cut() {
    if (this.#filled > 0) await this.#flush()
  }

  /**
   * Writes what is left.
   *
   * @returns {Promise<Shard[]>}
   */
  async finish() {
    await this.cut()
    return this.#shards
  }

  /** Bytes of the image that fit the current shard, whatever they are: neither side gets larger than a shard. */
  #room() {
    const header = this.#packer ? RUN_HEADER_NBYTES : 0
    return Math.max(0, SHARD_NBYTES - Math.max(this.#filled + header, this.#size))
  }

  #append(wire, size) {
    this.#block.set(wire, this.#filled)
    this.#filled += wire.length
    this.#size += size
  }

  async #flush() {
    const bytes = this.#block.slice(0, this.#filled)
    const sha256 = this.#sha256(bytes)
    const name = sha256.slice(0, NAME_DIGITS)
    const place = this.#shards.some(({ file }) => file === `${name}.bin`)
      ? this.#shards.length.toString(16).padStart(PLACE_DIGITS, '0') : ''
    const file = `${name}${place}.bin`
    await this.#output.write(file, bytes)
    const offset = this.#shards.reduce((sum, { size }) => sum + size, 0)
    const encoding = this.#packer ? 'int4' : 'raw'
    this.#shards.push({ file, bytes: bytes.length, sha256, encoding, offset, size: this.#size })
    this.#filled = 0
    this.#size = 0
  }
}
