import { type Budget, demand } from './budget.ts'
import type { Range, VideoFile } from './video-file.ts'
import type { Element } from './webm-elements.ts'
import { elementsOf } from './webm-parts.ts'
import { ids } from './webm-schema.ts'

/** The frames of a block: its track, and the place of each frame. */
export interface Frames {
  track: number
  ranges: Range[]
}

/** More than 256 frames with their sizes take no more space before them. */
const maxLacingBytes = 64 * 1024

/** Finds the frames of a block, several of which can be laced: RFC 9559, 10. @throws media-unreadable */
export async function frameRanges(
  file: VideoFile,
  { content, end }: Element,
  budget: Budget,
): Promise<Frames> {
  const head = Buffer.from(await file.read(content, Math.min(16, end - content)))
  const first = head[0] ?? 0
  const trackBytes = first & 0x80 ? 1 : 2
  demand((first & 0xc0) !== 0 && head.length >= trackBytes + 3)
  const track = first & 0x80 ? first & 0x7f : head.readUInt16BE(0) & 0x3fff
  const start = content + trackBytes + 3
  const lacing = (head[trackBytes + 2] ?? 0) & 0x06
  if (lacing === 0) return { track, ranges: [{ start, end }] }
  budget.spend('frame', 256)
  const laced = Buffer.from(await file.read(start, Math.min(maxLacingBytes, end - start)))
  return { track, ranges: unlace(laced, { start, end }, lacing) }
}

/** Counts the frames of an element of a cluster, before mediabunny lists them. @throws media-too-complex */
export async function countFrames(file: VideoFile, element: Element, budget: Budget): Promise<void> {
  if (element.id === ids.blockGroup) {
    const inside = { start: element.content, end: element.end }
    for await (const part of elementsOf(file, inside, budget))
      if (part.id !== ids.blockGroup) await countFrames(file, part, budget)
  } else if (element.id === ids.simpleBlock || element.id === ids.block) {
    const head = await file.read(element.content, Math.min(6, element.end - element.content))
    const flags = head[(head[0] ?? 0) & 0x80 ? 3 : 4] ?? 0
    if (flags & 0x06) budget.spend('laced', (head[(head[0] ?? 0) & 0x80 ? 4 : 5] ?? 0) + 1)
  }
}

function unlace(bytes: Buffer, { start, end }: Range, lacing: number): Range[] {
  const count = (bytes[0] ?? 0) + 1
  const { sizes, length } =
    lacing === 0x02
      ? xiphSizes(bytes, count)
      : lacing === 0x06
        ? ebmlSizes(bytes, count)
        : equalSizes(end - start - 1, count)
  const ranges: Range[] = []
  let at = start + length
  for (const size of sizes) {
    ranges.push({ start: at, end: at + size })
    at += size
  }
  // The last frame takes the rest.
  ranges.push({ start: at, end })
  demand(at <= end && bytes.length > 0)
  return ranges
}

interface Sizes {
  sizes: number[]
  length: number
}

function equalSizes(total: number, count: number): Sizes {
  demand(total % count === 0)
  return { sizes: Array.from({ length: count - 1 }, () => total / count), length: 1 }
}

/** Bytes of 255 and a last one for each size. */
function xiphSizes(bytes: Buffer, count: number): Sizes {
  const sizes: number[] = []
  let at = 1
  while (sizes.length < count - 1) {
    let size = 0
    while (bytes[at] === 255) {
      size += 255
      at++
    }
    demand(at < bytes.length)
    sizes.push(size + (bytes[at++] ?? 0))
  }
  return { sizes, length: at }
}

/** The first size, and the difference of each from the previous one. */
function ebmlSizes(bytes: Buffer, count: number): Sizes {
  const sizes: number[] = []
  let at = 1
  while (sizes.length < count - 1) {
    const length = Math.clz32(bytes[at] ?? 0) - 23
    demand(length <= 8 && at + length <= bytes.length)
    let value = (bytes[at] ?? 0) & (0xff >> length)
    for (let index = 1; index < length; index++) value = value * 256 + (bytes[at + index] ?? 0)
    const before = sizes.at(-1)
    const size = before === undefined ? value : before + value - (2 ** (7 * length - 1) - 1)
    demand(size >= 0 && size <= Number.MAX_SAFE_INTEGER)
    sizes.push(size)
    at += length
  }
  return { sizes, length: at }
}
