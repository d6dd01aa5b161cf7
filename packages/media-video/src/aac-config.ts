import { type BitReader, clearBitsFrom, readBits } from './bits.ts'

/** Kinds of AAC with the configuration below: main, LC, SSR, LTP, and LC with SBR and PS. */
const general = new Set([1, 2, 3, 4])
const extended = new Set([5, 29])

/**
 * Cleans the configuration of AAC in place (ISO 14496-3, 1.6.2.1) and returns its length; `null` for another kind, and
 * for one that describes its channels itself: such a description has room for a comment, and hardly any file has one.
 */
export function cleanAacConfig(config: Buffer): number | null {
  const bits = readBits(config)
  let kind = readKind(bits)
  skipRate(bits)
  const channels = bits.read(4)
  if (extended.has(kind)) {
    skipRate(bits)
    kind = readKind(bits)
  }
  if (!general.has(kind) || channels === 0) return null
  bits.read(1)
  if (bits.read(1) === 1) bits.read(14)
  bits.read(1)
  if (bits.position() > config.length * 8) return null
  skipExtension(bits, config.length)
  return clearBitsFrom(config, bits.position())
}

/** SBR and PS that older decoders do not see. */
function skipExtension(bits: BitReader, length: number): void {
  const ahead = bits.position()
  const mark = ahead + 16 <= length * 8 ? bits.read(11) : 0
  const isExtension = mark === 0x2b7 && readKind(bits) === 5
  if (!isExtension) return bits.back(ahead)
  if (bits.read(1) === 0) return
  skipRate(bits)
  const before = bits.position()
  if (before + 12 > length * 8 || bits.read(11) !== 0x548) return bits.back(before)
  bits.read(1)
}

function readKind(bits: BitReader): number {
  const kind = bits.read(5)
  return kind === 31 ? 32 + bits.read(6) : kind
}

function skipRate(bits: BitReader): void {
  if (bits.read(4) === 15) bits.read(24)
}
