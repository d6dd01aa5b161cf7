import type { Budget } from './budget.ts'
import { type Area, type Box, boxesIn, freeHeader, joined } from './iso-boxes.ts'
import type { Range } from './video-file.ts'

/**
 * Cleans the content of a box in place and returns how much of it is kept; the rest is freed. `null`: nothing of the
 * box may stay.
 */
export type Leaf = (content: Buffer, budget: Budget) => number | null

/** How to clean a box: its content, or the boxes in it. */
type Rule = Leaf | { readonly within: Schema }

/** The allowed contents of a box, by type. Everything else becomes free space: tags, locations, thumbnails. */
export type Schema = Readonly<Record<string, Rule>>

/** Types that may occur several times; of others the first counts, and a second could hide something. */
const repeated = new Set(['trak', 'trex', 'traf', 'trun'])

/** Cleans the boxes of an area in place: nothing is moved, and adjacent removed boxes become one box of free space. */
export function cleanBoxes(area: Area, schema: Schema, budget: Budget): void {
  const { bytes } = area
  const freed: Range[] = []
  const seen = new Set<string>()
  let last = area.start
  for (const box of boxesIn(area, budget)) {
    const isTwice = seen.has(box.type) && !repeated.has(box.type)
    seen.add(box.type)
    last = box.end
    const rule = Object.hasOwn(schema, box.type) && !isTwice ? schema[box.type] : undefined
    const end = rule ? cleanBox({ ...box, bytes }, rule, budget) : null
    if (end === null) freed.push(box)
    else if (box.end - end >= 8) freed.push(shorten({ ...box, bytes }, end))
    else bytes.fill(0, end, box.end)
  }
  for (const { start, end } of joined(freed)) freeArea({ bytes, start, end })
  bytes.fill(0, last, area.end)
}

/** Turns an area into one box of free space. */
export function freeArea({ bytes, start, end }: Area): void {
  bytes.fill(0, start, end)
  bytes.set(freeHeader({ start, end }), start)
}

/** The end of what is kept of the box; `null` if nothing is. */
function cleanBox({ bytes, content, end }: Box & Area, rule: Rule, budget: Budget): number | null {
  if (typeof rule === 'function') {
    const length = rule(bytes.subarray(content, end), budget)
    return length === null ? null : Math.min(content + length, end)
  }
  cleanBoxes({ bytes, start: content, end }, rule.within, budget)
  return end
}

/** Ends a box earlier, and returns what follows it now. */
function shorten({ bytes, start, content, end }: Box & Area, earlier: number): Range {
  if (content - start === 16) bytes.writeBigUInt64BE(BigInt(earlier - start), start + 8)
  else bytes.writeUInt32BE(earlier - start, start)
  return { start: earlier, end }
}
