/**
 * shard-writer.js - cuts the bytes of an image into shards while they are written.
 */

/** Every host and cache takes files of this size. */
const SHARD_NBYTES = 8 << 20
/** Hexadecimal digits of the hash that make a file's name: 80 bits, unique among the shards one server holds. */
const NAME_DIGITS = 20

/**
 * @typedef {import('./node-output.js').Output} Output
 * @typedef {{file: string, bytes: number, sha256: string, encoding: 'raw', offset: number, size: number}} Shard
 *   as the manifest lists them
 */

export class ShardWriter {
  #output
  #sha256
  #block = new Uint8Array(SHARD_NBYTES)
  #filled = 0
  /** @type {Shard[]} */
  #shards = []

  /** Bytes of the image written so far. */
  offset = 0

  /**
   * @param {Output} output
   * @param {(bytes: Uint8Array) => string} sha256  hexadecimal
   */
  constructor(output, sha256) {
    this.#output = output
    this.#sha256 = sha256
  }

  /** @param {Uint8Array} bytes  what comes next in the image */
  async write(bytes) {
    for (let done = 0; done < bytes.length;) {
      const piece = bytes.subarray(done, done + SHARD_NBYTES - this.#filled)
      this.#block.set(piece, this.#filled)
      this.#filled += piece.length
      done += piece.length
      if (this.#filled === SHARD_NBYTES) await this.#flush()
    }
    this.offset += bytes.length
  }

  /**
   * Writes what is left.
   *
   * @returns {Promise<Shard[]>}
   */
  async finish() {
    if (this.#filled > 0) await this.#flush()
    return this.#shards
  }

  async #flush() {
    const bytes = this.#block.slice(0, this.#filled)
    const sha256 = this.#sha256(bytes)
    const file = `${sha256.slice(0, NAME_DIGITS)}.bin`
    await this.#output.write(file, bytes)
    const offset = this.#shards.reduce((sum, { size }) => sum + size, 0)
    this.#shards.push({ file, bytes: bytes.length, sha256, encoding: 'raw', offset, size: bytes.length })
    this.#filled = 0
  }
}
