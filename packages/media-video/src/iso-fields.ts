import { demand } from './budget.ts'
import type { Leaf } from './iso-cleaning.ts'

/** Text read as a number is larger: `    ` is 2²⁹. */
export const maxSmall = 0x00ff_ffff

/** A box of fixed length: these fields are set, the others kept, and anything after them removed. */
export function fixed(length: number, set: (content: Buffer) => void = () => {}): Leaf {
  return (content) => {
    if (content.length < length) return null
    set(content)
    return length
  }
}

/** A box that begins with version and flags; the rest is longer in version 1. */
export function versioned(
  lengths: readonly [number, number],
  set: (content: Buffer, isLong: boolean) => void,
): Leaf {
  return (content) => {
    const isLong = content[0] === 1
    const length = lengths[isLong ? 1 : 0]
    if (content.length < length || (content[0] ?? 2) > 1) return null
    set(content, isLong)
    return length
  }
}

/** A table: version, flags, `headBytes` that end with the number of entries, and the entries. */
export function table(entryBytes: number, headBytes = 8): Leaf {
  return (content) => {
    demand(content.length >= headBytes)
    content.fill(0, 1, 4)
    const length = headBytes + content.readUInt32BE(headBytes - 4) * entryBytes
    demand(length <= content.length)
    return length
  }
}

/** A table of pairs: a number of samples, and a value for each. Zero samples have no value. */
export const pairs: Leaf = (content, budget) => {
  const length = table(8)(content, budget)
  for (let at = 8; length !== null && at < length; at += 8)
    if (content.readUInt32BE(at) === 0) content.writeUInt32BE(0, at + 4)
  return length
}

/** A table of ascending sample numbers, up to where they stop ascending. */
export const rising: Leaf = (content, budget) => {
  const length = table(4)(content, budget) ?? 0
  let end = 8
  for (let last = 0; end < length; end += 4) {
    const number = content.readUInt32BE(end)
    if (number <= last || number > maxSmall) break
    last = number
  }
  content.writeUInt32BE((end - 8) / 4, 4)
  return end
}

/** A 64-bit time that a double represents exactly, or all ones if unknown; text is larger. */
export function cleanLongTime(content: Buffer, at: number): void {
  if (content.readUInt32BE(at) >= 2 ** 21) content.fill(0xff, at, at + 8)
}

/** A matrix rotates, mirrors and scales; translations are full pixels. Other values are replaced by the identity. */
export function cleanMatrix(matrix: Buffer): void {
  const turn = [0, 4, 12, 16].map((at) => matrix.readInt32BE(at))
  const place = [24, 28].map((at) => matrix.readInt32BE(at) & ~0xffff)
  const [a = 0, b = 0, c = 0, d = 0] = turn.every((value) => Math.abs(value) <= 0x20_0000)
    ? turn
    : [0x10000, 0, 0, 0x10000]
  for (const [index, value] of [a, b, 0, c, d, 0, ...place, 0x4000_0000].entries())
    matrix.writeInt32BE(value, index * 4)
}

/** Keeps 32-bit numbers up to a limit, and sets others to zero. */
export function cleanNumbers(content: Buffer, { at, count, limit }: Numbers): void {
  for (let index = 0; index < count; index++) {
    const offset = at + index * 4
    if (content.readUInt32BE(offset) > limit) content.writeUInt32BE(0, offset)
  }
}

interface Numbers {
  at: number
  count: number
  limit: number
}

/** Whether 32-bit numbers, or their negatives, are smaller than text would be. */
export function areSmall(content: Buffer): boolean {
  for (let at = 0; at + 4 <= content.length; at += 4)
    if (Math.abs(content.readInt32BE(at)) > maxSmall) return false
  return true
}
