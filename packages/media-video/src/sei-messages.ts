import { readBits } from './bits.ts'
import { isDisplay, isLight } from './light.ts'

/**
 * What a decoder may need, by payload type and with its maximum length: where decoding can start, the mastering
 * display, its light, the alternative transfer function. Not included: types 4 and 5, in which cameras write text and
 * locations, times of day, captions and hashes.
 */
const kept: ReadonlyMap<number, (payload: Buffer) => boolean> = new Map([
  [6, isRecoveryPoint],
  [137, (payload) => isDisplay(payload)],
  [144, isLight],
  [147, ({ length }) => length === 1],
])

/** Whether an SEI (its bytes after the unit header) has only allowed messages. ITU-T H.264, 7.3.2.3. */
export function isPlainSei(escaped: Buffer): boolean {
  const bytes = unescape(escaped)
  let at = 0
  while (at < bytes.length - 1) {
    const type = readCount(bytes, at)
    const size = readCount(bytes, type.end)
    const end = size.end + size.value
    const isPlain = kept.get(type.value)
    if (end >= bytes.length || !isPlain?.(bytes.subarray(size.end, end))) return false
    at = end
  }
  return at === bytes.length - 1 && bytes[at] === 0x80
}

/**
 * The bytes of an empty SEI: filler messages, after the unit header. It is allowed wherever the one it replaces was, so
 * a decoder sees no misplaced unit. `null` if there are too few bytes for it.
 */
export function fillerSei(length: number): Buffer | null {
  if (length < 3) return null
  const bytes = Buffer.alloc(length, 0xff)
  // A message consists of its type, its size in bytes of 255 and a last one, and that many bytes.
  let at = 0
  for (let left = length - 1; left > 0;) {
    // 257 bytes more than a multiple of 256 cannot be a message, so a short one comes first.
    const take = (left - 2) % 256 === 255 ? 2 : left
    const sizeBytes = Math.floor((take - 2) / 256)
    bytes[at] = 3
    bytes[at + 1 + sizeBytes] = take - 2 - sizeBytes - sizeBytes * 255
    at += take
    left -= take
  }
  bytes[length - 1] = 0x80
  return bytes
}

function readCount(bytes: Buffer, start: number): { value: number; end: number } {
  let at = start
  while (bytes[at] === 255) at++
  return { value: (at - start) * 255 + (bytes[at] ?? 0), end: at + 1 }
}

/** Without the emulation prevention bytes (3). */
function unescape(bytes: Buffer): Buffer {
  const plain = Buffer.alloc(bytes.length)
  let length = 0
  let zeros = 0
  for (const byte of bytes) {
    const isEscape = zeros >= 2 && byte === 3
    zeros = byte === 0 && !isEscape ? zeros + 1 : 0
    if (!isEscape) plain[length++] = byte
  }
  return plain.subarray(0, length)
}

/** A frame count and four bits, or two in HEVC. */
function isRecoveryPoint(payload: Buffer): boolean {
  const bits = readBits(payload)
  let zeros = 0
  while (zeros < 17 && bits.read(1) === 0) zeros++
  return zeros < 17 && payload.length <= Math.ceil((zeros * 2 + 6) / 8)
}
