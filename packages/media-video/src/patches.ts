import type { Range, VideoFile } from './video-file.ts'

/** Bytes that replace others. */
export interface Patch {
  start: number
  bytes: Buffer
}

/** Writes patches into a file; they come in order. */
export async function writePatches(file: VideoFile, patches: readonly Patch[]): Promise<void> {
  for (const { start, bytes } of patches) await file.write(start, bytes)
}

/** Applies patches, which come in order and do not overlap, to bytes that were read at an offset of a file. */
export function patch(bytes: Buffer, offset: number, patches: readonly Patch[]): void {
  const end = offset + bytes.length
  for (let index = firstBehind(patches, offset); index < patches.length; index++) {
    const each = patches[index]
    if (!each || each.start >= end) return
    const from = Math.max(each.start, offset)
    const to = Math.min(each.start + each.bytes.length, end)
    each.bytes.copy(bytes, from - offset, from - each.start, to - each.start)
  }
}

/** The first patch that ends after an offset. */
function firstBehind(patches: readonly Patch[], offset: number): number {
  let [low, high] = [0, patches.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const { start, bytes } = patches[middle] ?? { start: 0, bytes: Buffer.alloc(0) }
    if (start + bytes.length > offset) high = middle
    else low = middle + 1
  }
  return low
}

/** Fills parts of a file with zeros. */
export async function blankRanges(file: VideoFile, ranges: readonly Range[]): Promise<void> {
  for (const range of ranges) await file.fill(range, 0)
}
