import { demand } from './budget.ts'
import type { Frame } from './frame-cleaning.ts'
import { type DisplayUnits, isDisplay, isLight } from './light.ts'
import type { Range } from './video-file.ts'

/** AV1 specification, 6.2.2. */
const types = { sequenceHeader: 1, delimiter: 2, metadata: 5, padding: 15 } as const

/** Headers, frames, and the marks between them; not tile lists and reserved types. */
const kept: ReadonlySet<number> = new Set([1, 2, 3, 4, 6, 7])

/** AV1 specification, 6.7.4. */
const av1Display: DisplayUnits = { one: 65_536, candela: [256, 16_384] }

/** Light and display: the types of metadata that a decoder may need. */
const keptMetadata: ReadonlyMap<number, (content: Buffer) => boolean> = new Map([
  [1, isLight],
  [2, (content) => isDisplay(content, av1Display)],
])

interface Unit {
  type: number
  first: number
  content: number
  end: number
}

/** Cleans an AV1 frame: metadata other than light and display becomes padding. */
export async function cleanAv1Frame({ file, budget, start, end }: Frame): Promise<void> {
  for (let at = start; at < end;) {
    budget.spend('frame')
    await budget.rest()
    const head = await file.read(at, Math.min(16, end - at))
    const unit = unitAt(head, { start: at, end })
    const isPlain =
      unit.type === types.metadata
        ? isPlainMetadata(await file.read(unit.content, Math.min(27, unit.end - unit.content)))
        : kept.has(unit.type) && (unit.type !== types.delimiter || unit.content === unit.end)
    if (!isPlain) {
      await file.write(at, Buffer.from([(unit.first & 0x86) | (types.padding << 3)]))
      await file.fill({ start: unit.content, end: unit.end }, 0)
      if (unit.end > unit.content) await file.write(unit.end - 1, Buffer.from([0x80]))
    }
    at = unit.end
  }
}

/** Its type, its content, and the bit that ends it. */
function isPlainMetadata(content: Buffer): boolean {
  const isPlain = keptMetadata.get(content[0] ?? 0)
  return content.at(-1) === 0x80 && isPlain?.(Buffer.from(content.subarray(1, -1))) === true
}

/** Cleans an `av1C`, which WebM has as well: four bytes, and the sequence header. */
export function cleanAv1Config(content: Buffer): number | null {
  if (content.length < 4 || content[0] !== 0x81) return null
  const parts = [Buffer.from(content.subarray(0, 4))]
  for (let at = 4; at < content.length;) {
    const unit = unitAt(content.subarray(at, at + 16), { start: at, end: content.length })
    if (unit.type === types.sequenceHeader) parts.push(Buffer.from(content.subarray(at, unit.end)))
    at = unit.end
  }
  const written = Buffer.concat(parts)
  content.fill(0)
  content.set(written)
  return written.length
}

/** A unit has its own length, or extends to the end. */
function unitAt(head: Buffer, { start, end }: Range): Unit {
  const first = head[0] ?? 0
  let at = first & 0x04 ? 2 : 1
  let length = 0
  let isSized = false
  if (first & 0x02) {
    for (let index = 0; index < 8 && at < head.length && !isSized; index++, at++) {
      const byte = head[at] ?? 0
      length += (byte & 0x7f) * 128 ** index
      isSized = (byte & 0x80) === 0
    }
    demand(isSized)
  }
  const content = start + at
  const unitEnd = isSized ? content + length : end
  demand(content <= end && unitEnd <= end)
  return { type: (first >> 3) & 0x0f, first, content, end: unitEnd }
}
