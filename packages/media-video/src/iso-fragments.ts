import { type Budget, demand } from './budget.ts'
import { type Area, boxesIn } from './iso-boxes.ts'
import { freeArea } from './iso-cleaning.ts'
import type { IndexBox } from './iso-index.ts'
import type { Range } from './video-file.ts'

/** Fields of a `tfhd` and a `trun` that their flags announce: ISO 14496-12, 8.8.7 and 8.8.8. */
const header = { base: 1, description: 2, duration: 8, size: 0x10, baseIsFragment: 0x20000 } as const
const run = { offset: 1, firstFlags: 4, duration: 0x100, size: 0x200, flags: 0x400, time: 0x800 } as const

/** The samples of a track of a fragment. */
export interface Fragment {
  track: number
  samples: Range[]
}

/** The default sample sizes, by track. */
export function defaultSizes(movie: IndexBox, budget: Budget): Map<number, number> {
  const extends_ = boxesIn(movie, budget).find(({ type }) => type === 'mvex')
  if (!extends_) return new Map()
  const boxes = boxesIn({ bytes: movie.bytes, start: extends_.content, end: extends_.end }, budget)
  return new Map(
    boxes
      .filter(({ type }) => type === 'trex')
      .map(({ content }) => [movie.bytes.readUInt32BE(content + 4), movie.bytes.readUInt32BE(content + 16)]),
  )
}

/** The place of a fragment's samples, by track; foreign tracks are freed. */
export function readFragment(
  fragment: IndexBox,
  ours: ReadonlyMap<number, number>,
  budget: Budget,
): Fragment[] {
  const found: Fragment[] = []
  let next = fragment.at
  for (const box of boxesIn(fragment, budget)) {
    if (box.type !== 'traf') continue
    const area: Area = { bytes: fragment.bytes, start: box.content, end: box.end }
    const each = readTrackFragment(area, { at: fragment.at, next, ours }, budget)
    next = each.samples.at(-1)?.end ?? next
    if (ours.has(each.track)) found.push(each)
    else freeArea({ bytes: fragment.bytes, ...box })
  }
  return found
}

interface Place {
  /** Where the fragment begins. */
  at: number
  /** Where the samples of the track before end. */
  next: number
  ours: ReadonlyMap<number, number>
}

function readTrackFragment(area: Area, { at, next, ours }: Place, budget: Budget): Fragment {
  const boxes = boxesIn(area, budget)
  const head = boxes.find(({ type }) => type === 'tfhd')
  demand(head !== undefined)
  const fields = area.bytes.subarray(head.content, head.end)
  const flags = fields.readUIntBE(1, 3)
  const track = fields.readUInt32BE(4)
  let offset = 8
  let base = flags & header.baseIsFragment ? at : next
  if (flags & header.base) {
    base = Number(fields.readBigUInt64BE(offset))
    offset += 8
  }
  if (flags & header.description) offset += 4
  if (flags & header.duration) offset += 4
  const size = flags & header.size ? fields.readUInt32BE(offset) : (ours.get(track) ?? 0)

  const samples: Range[] = []
  let end = base
  for (const { type, content, end: runEnd } of boxes) {
    if (type !== 'trun') continue
    const bytes = area.bytes.subarray(content, runEnd)
    const start = bytes.readUIntBE(1, 3) & run.offset ? base + bytes.readInt32BE(8) : end
    for (const sample of samplesOfRun(bytes, { start, size }, budget)) samples.push(sample)
    end = samples.at(-1)?.end ?? end
  }
  return { track, samples }
}

function samplesOfRun(
  bytes: Buffer,
  { start, size }: { start: number; size: number },
  budget: Budget,
): Range[] {
  const flags = bytes.readUIntBE(1, 3)
  const count = bytes.readUInt32BE(4)
  budget.spend('frame', count)
  const fields = [run.duration, run.size, run.flags, run.time].filter((flag) => (flags & flag) !== 0)
  const head = 8 + [run.offset, run.firstFlags].filter((flag) => (flags & flag) !== 0).length * 4
  const place = flags & run.size ? fields.indexOf(run.size) * 4 : null
  const samples: Range[] = []
  let at = start
  for (let index = 0; index < count; index++) {
    const length = place === null ? size : bytes.readUInt32BE(head + index * fields.length * 4 + place)
    samples.push({ start: at, end: at + length })
    at += length
  }
  return samples
}
