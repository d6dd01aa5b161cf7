import { KithError } from '@kith/core'
import { type Box, contentOf, findBox } from './iso-boxes.ts'
import type { VideoFile } from './video-file.ts'

/** A part of a file, its end not included. */
export interface Range {
  start: number
  end: number
}

/** Plain sound of 16 channels of 32 bits. */
const maxFrameBytes = 64

const samplesPath = ['mdia', 'minf', 'stbl'] as const

/** Where the samples of a track lie: one range for each of its chunks. */
export async function sampleRanges(file: VideoFile, track: Box): Promise<Range[]> {
  const table = await findBox(file, track, samplesPath)
  if (!table) throw new KithError('media-unreadable')
  const read = async (type: string): Promise<Buffer> => contentOf(file, await findBox(file, table, [type]))
  const offsets = chunkOffsets(await read('stco'), await read('co64'))
  const runs = await read('stsc')
  const sizes = await read('stsz')
  const uniform = entry(sizes, 1)
  const isPlainSound = uniform > 0 && uniform <= maxFrameBytes
  const least = isPlainSound ? await bytesPerFrame(file, table) : 0
  const runCount = countIn(runs, 12)
  const ranges: Range[] = []
  let sample = 0
  let run = 0
  for (const [chunk, start] of offsets.entries()) {
    // A run says from which chunk on, counted from 1, a chunk has how many samples.
    while (run + 1 < runCount && entry(runs, 2 + (run + 1) * 3) <= chunk + 1) run++
    const count = entry(runs, 3 + run * 3)
    let length = count * Math.max(uniform, least)
    if (uniform === 0) {
      if ((sample + count) * 4 + 12 > sizes.length) throw new KithError('media-unreadable')
      for (let index = 0; index < count; index++) length += entry(sizes, 3 + sample + index)
    }
    sample += count
    ranges.push({ start, end: start + length })
  }
  return ranges
}

/** What is between ranges, and in front of and behind them. */
export function gapsBetween(ranges: readonly Range[], within: Range): Range[] {
  const gaps: Range[] = []
  let at = within.start
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    if (start > at) gaps.push({ start: at, end: Math.min(start, within.end) })
    at = Math.max(at, end)
    if (at >= within.end) break
  }
  if (at < within.end) gaps.push({ start: at, end: within.end })
  return gaps.filter(({ start, end }) => start < end)
}

function chunkOffsets(short: Buffer, long: Buffer): number[] {
  if (long.length === 0)
    return Array.from({ length: countIn(short, 4) }, (_, index) => entry(short, 2 + index))
  return Array.from({ length: countIn(long, 8) }, (_, index) => Number(long.readBigUInt64BE(8 + index * 8)))
}

function countIn(table: Buffer, entryBytes: number): number {
  return Math.min(entry(table, 1), Math.max(0, Math.floor((table.length - 8) / entryBytes)))
}

/** The 32-bit number at a place of a table, its version and flags being the first. */
function entry(table: Buffer, index: number): number {
  return table.length >= index * 4 + 4 ? table.readUInt32BE(index * 4) : 0
}

/**
 * The bytes of one frame of plain sound, over all channels. QuickTime writes sample sizes of 1 for it, whatever they
 * are (QuickTime File Format, sound sample descriptions).
 */
async function bytesPerFrame(file: VideoFile, table: Box): Promise<number> {
  const description = await contentOf(file, await findBox(file, table, ['stsd']))
  if (description.length < 44) return 0
  const [version, channels, bits] = [16, 24, 26].map((at) => description.readUInt16BE(at + 8))
  const described = version === 1 && description.length >= 60 ? description.readUInt32BE(52) : 0
  return Math.max(described, Math.ceil(((channels ?? 0) * (bits ?? 0)) / 8))
}
