import type { Budget } from './budget.ts'
import { joined } from './iso-boxes.ts'
import type { Range } from './video-file.ts'
import { type Element, elementsIn, voidHeader } from './webm-elements.ts'

/** Cleans the content of an element in place and returns how much of it is kept. `null`: nothing of it may stay. */
export type Leaf = (content: Buffer) => number | null

/** How to clean an element: its content, the elements in it, or everything together. */
type Rule = Leaf | { readonly within: Schema }

/** The allowed contents of an element, by id. Everything else becomes void: names, codec settings, tags. */
export type Schema = ReadonlyMap<number, Rule>

/** A range of bytes in memory. */
interface Area extends Range {
  bytes: Buffer
}

/** Elements that may occur several times; of others the first counts. */
const repeated = new Set([0xae, 0xbb, 0xb7, 0x4dbb])

/** Cleans the elements of an area in place: nothing is moved, and adjacent removed elements become one void element. */
export function cleanElements(area: Area, schema: Schema, budget: Budget): void {
  const { bytes } = area
  const gone: Range[] = []
  const seen = new Set<number>()
  for (const element of elementsIn(bytes, area, budget)) {
    const isTwice = seen.has(element.id) && !repeated.has(element.id)
    seen.add(element.id)
    const rule = isTwice ? undefined : schema.get(element.id)
    const end = rule ? cleanElement(bytes, element, { rule, budget }) : null
    if (end === null) gone.push(element)
    else if (element.end - end >= 2) gone.push(shorten(bytes, element, end))
    else bytes.fill(0, end, element.end)
  }
  for (const range of joined(gone)) voidArea({ bytes, ...range })
}

/** Turns an area into one void element. */
export function voidArea({ bytes, start, end }: Area): void {
  bytes.fill(0, start, end)
  bytes.set(voidHeader({ start, end }), start)
}

function cleanElement(
  bytes: Buffer,
  { content, end }: Element,
  { rule, budget }: { rule: Rule; budget: Budget },
): number | null {
  if (typeof rule === 'function') {
    const length = rule(bytes.subarray(content, end))
    return length === null ? null : content + length
  }
  cleanElements({ bytes, start: content, end }, rule.within, budget)
  return end
}

/** Ends an element earlier, with a size field of the same length, and returns what follows it now. */
function shorten(bytes: Buffer, { start, content, end }: Element, earlier: number): Range {
  const idLength = Math.clz32(bytes[start] ?? 0) - 23
  const sizeLength = content - start - idLength
  let size = earlier - content
  for (let at = content - 1; at >= content - sizeLength; at--) {
    bytes[at] = size & 0xff
    size = Math.floor(size / 256)
  }
  const first = content - sizeLength
  bytes[first] = (bytes[first] ?? 0) | (0x80 >> (sizeLength - 1))
  return { start: earlier, end }
}
