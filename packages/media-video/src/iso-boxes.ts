import { type Budget, demand } from './budget.ts'
import type { Range } from './video-file.ts'

/** A box of ISO 14496-12, which QuickTime calls an atom. */
export interface Box {
  type: string
  /** The start of its header, the start of its content, and its end. */
  start: number
  content: number
  end: number
}

/** A range of bytes in memory. */
export interface Area extends Range {
  bytes: Buffer
}

/** The maximum size of a box header. */
export const maxHeaderBytes = 16

/**
 * Reads the header of a box that has to end within its parent. @throws media-unreadable if it does not, as in a
 * truncated file
 */
export function boxAt(header: Buffer, { start, end }: Range): Box {
  demand(header.length >= 8)
  let size = header.readUInt32BE(0)
  let content = start + 8
  if (size === 1) {
    demand(header.length >= 16)
    size = Number(header.readBigUInt64BE(8))
    content = start + 16
  } else if (size === 0) {
    size = end - start
  }
  demand(start + size <= end && start + size >= content)
  return { type: header.toString('latin1', 4, 8), start, content, end: start + size }
}

/** The boxes in an area. */
export function boxesIn({ bytes, start, end }: Area, budget: Budget): Box[] {
  const boxes: Box[] = []
  // QuickTime may end a list with four zero bytes.
  for (let at = start; at + 8 <= end;) {
    budget.spend('part')
    const box = boxAt(bytes.subarray(at, at + maxHeaderBytes), { start: at, end })
    boxes.push(box)
    at = box.end
  }
  return boxes
}

/** The header of a free-space box that covers a part of a file. */
export function freeHeader({ start, end }: Range): Buffer {
  const isLong = end - start > 0xffff_ffff
  const header = Buffer.alloc(isLong ? 16 : 8)
  header.writeUInt32BE(isLong ? 1 : end - start)
  header.write('free', 4, 'latin1')
  if (isLong) header.writeBigUInt64BE(BigInt(end - start), 8)
  return header
}

/** Merges adjacent ranges; they come in order. */
export function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = []
  for (const { start, end } of ranges) {
    const last = result.at(-1)
    if (last && last.end === start) last.end = end
    else result.push({ start, end })
  }
  return result
}
