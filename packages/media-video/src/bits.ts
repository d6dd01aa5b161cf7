/** Reads numbers of any number of bits; zeros past the end. */
export interface BitReader {
  /** How many bits were read. */
  position(): number
  read(count: number): number
  /** Goes back to a position. */
  back(position: number): void
}

/** Creates one. */
export function readBits(bytes: Uint8Array): BitReader {
  let at = 0
  return {
    position: () => at,
    read(count) {
      let value = 0
      for (let index = 0; index < count; index++, at++)
        value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1)
      return value
    },
    back(position) {
      at = position
    },
  }
}

/** Sets all bits from one on to zero, and returns how many bytes are left. */
export function clearBitsFrom(bytes: Buffer, position: number): number {
  const length = Math.ceil(position / 8)
  if (position % 8 > 0) bytes[length - 1] = (bytes[length - 1] ?? 0) & (0xff << (8 - (position % 8)))
  bytes.fill(0, length)
  return length
}
