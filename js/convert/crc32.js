/**
 * crc32.js - the checksum of zip archives: CRC-32 with the reflected polynomial 0xEDB88320 (ISO 3309; APPNOTE.TXT,
 * 4.4.7).
 */

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? remainder >>> 1 ^ 0xedb88320 : remainder >>> 1
  return remainder
})

/**
 * @param {Uint8Array} bytes
 * @param {number} [before]  checksum of the bytes before these
 * @returns {number} from 0 to 2^32 - 1
 */
export function crc32(bytes, before = 0) {
  let remainder = ~before
  for (let index = 0; index < bytes.length; index++) {
    remainder = TABLE[(remainder ^ bytes[index]) & 255] ^ remainder >>> 8
  }
  return ~remainder >>> 0
}
