import { demand } from './budget.ts'
import type { Frame, FrameCleaner } from './frame-cleaning.ts'
import { maxParameterSetBytes } from './nal-config.ts'
import { fillerSei, isPlainSei } from './sei-messages.ts'
import type { Range } from './video-file.ts'

/** How to identify the units of a codec. */
interface Units {
  headerBytes: number
  typeOf(first: number): number
  /** Slices, which may have any length; parameter sets and marks between pictures, with their maximum length. */
  kept: ReadonlyMap<number, number>
  sei: ReadonlySet<number>
  filler: Buffer
}

/** ITU-T H.264, table 7-1. */
const avc: Units = {
  headerBytes: 1,
  typeOf: (first) => first & 0x1f,
  kept: new Map([
    ...[1, 2, 3, 4, 5, 19].map((type) => [type, Infinity] as const),
    ...[7, 8, 13].map((type) => [type, maxParameterSetBytes] as const),
    ...([
      [9, 2],
      [10, 1],
      [11, 1],
    ] as const),
  ]),
  sei: new Set([6]),
  filler: Buffer.from([0x0c]),
}

/** ITU-T H.265, table 7-1. */
const hevc: Units = {
  headerBytes: 2,
  typeOf: (first) => (first >> 1) & 0x3f,
  kept: new Map([
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20, 21].map((type) => [type, Infinity] as const),
    ...[32, 33, 34].map((type) => [type, maxParameterSetBytes] as const),
    ...([
      [35, 3],
      [36, 2],
      [37, 2],
    ] as const),
  ]),
  sei: new Set([39, 40]),
  filler: Buffer.from([0x4c, 0x01]),
}

/** A longer unit is not a message for a decoder. */
const maxSeiBytes = 4096

/** Cleans H.264 frames: units with a length field of this size. */
export function cleanAvcFrame(lengthBytes: number): FrameCleaner {
  return (frame) => cleanUnits(frame, avc, lengthBytes)
}

/** Cleans HEVC frames. */
export function cleanHevcFrame(lengthBytes: number): FrameCleaner {
  return (frame) => cleanUnits(frame, hevc, lengthBytes)
}

async function cleanUnits(frame: Frame, units: Units, lengthBytes: number): Promise<void> {
  const { file, budget, start, end } = frame
  let at = start
  while (at + lengthBytes <= end) {
    budget.spend('frame')
    await budget.rest()
    const head = await file.read(at, lengthBytes + units.headerBytes)
    demand(head.length >= lengthBytes)
    const unit = { start: at + lengthBytes, end: at + lengthBytes + head.readUIntBE(0, lengthBytes) }
    demand(unit.end <= end)
    const type = units.typeOf(head[lengthBytes] ?? 0)
    const length = unit.end - unit.start
    const isEmpty = length < units.headerBytes
    if (units.sei.has(type) && !isEmpty) await cleanSei({ ...frame, ...unit }, units)
    else if (isEmpty || length > (units.kept.get(type) ?? 0))
      await replaceByFiller({ ...frame, ...unit }, units)
    at = unit.end
  }
  await file.fill({ start: at, end }, 0)
}

async function cleanSei(unit: Frame, units: Units): Promise<void> {
  const { file, start, end } = unit
  const content = start + units.headerBytes
  const length = end - content
  if (length <= maxSeiBytes && isPlainSei(await file.read(content, length))) return
  const filler = length <= maxSeiBytes * 16 ? fillerSei(length) : null
  if (filler) await file.write(content, filler)
  else await replaceByFiller(unit, units)
}

/** A filler unit can have any length, and no decoder reads it. */
async function replaceByFiller({ file, start, end }: Frame, { filler }: Units): Promise<void> {
  const content: Range = { start: start + filler.length, end }
  await file.write(start, filler.subarray(0, end - start))
  await file.fill(content, 0xff)
  if (content.start < end) await file.write(end - 1, Buffer.from([0x80]))
}
