import { countAv1Frames } from './av1-frames.ts'
import { countHevcPictures } from './hevc-pictures.ts'
import { maxProfileBytes, tooComplex } from './too-complex.ts'

/** A HEIC of a phone has a few hundred. */
const maxBoxes = 20_000
/** Boxes of pictures nest four or five levels deep. */
const maxDepth = 8
/** The tiles of a HEIC with 48 megapixels are 192. */
const maxItems = 2_000
/** Boxes that contain boxes after this many bytes of their own. */
const containers: Readonly<Record<string, number>> = {
  meta: 4,
  iprp: 0,
  ipco: 0,
  iinf: 6,
  iref: 4,
  grpl: 0,
  moov: 0,
  trak: 0,
  mdia: 0,
  minf: 0,
  stbl: 0,
  dinf: 0,
}
/** Of the codec of HEIC. */
const hevc = ['hvc1', 'hev1']
/** Items that a decoder has to decode; the others are composed of them, or are not pictures. */
const coded = ['hvc1', 'hev1', 'lhv1', 'av01', 'vvc1', 'avc1', 'jpeg', 'j2k1', 'unci']

/** The layers of one picture, each better than the previous one, count as one: AV1 numbers them with two bits. */
const maxLayers = 4

/** How much decoding an AVIF or HEIC requires, according to its boxes (ISO 14496-12, 23008-12). */
export interface IsoImage {
  /** Pixels of all coded pictures together: tiles, thumbnails, hidden ones, and extra frames. */
  codedPixels: number
  /** Whether the data of a HEIC's pictures is complete, as far as its unit lengths show: its decoder ignores that. */
  isWhole: boolean
}

/** A box: its type, and the place of its content. */
interface Box {
  type: string
  start: number
  end: number
}

/** Reads the boxes of an AVIF or HEIC. @throws media-too-complex */
export function readIsoImage(bytes: Buffer): IsoImage {
  const boxes = [...walk(bytes)]
  const all = (type: string): Box[] => boxes.filter((box) => box.type === type)
  if (all('infe').length > maxItems) throw tooComplex('an image of too many items')
  for (const { start, end } of all('colr'))
    if (end - start > maxProfileBytes) throw tooComplex('an image with too large a profile')
  // Bytes that many items share are read and decoded as often.
  const inner = all('idat')[0]?.start ?? 0
  const extents = all('iloc').flatMap((box) => [...extentsOf(bytes, { box, inner })])
  const located = extents.reduce((sum, { from, to }) => sum + to - from, 0)
  if (located > 2 * bytes.length) throw tooComplex('an image whose items share their bytes')
  const items = all('infe').map((box) => readItem(bytes, box))
  // For an item that is listed twice a decoder may use either.
  const types = new Map([...items, ...items.filter(([, type]) => coded.includes(type))])
  const properties = propertiesOf(boxes)
  const sizes = properties.map(({ type, start }) =>
    type === 'ispe' ? word(bytes, start + 4) * word(bytes, start + 8) : 0,
  )
  const wideIds = all('iref').some(({ start }) => bytes[start] === 1)
  const uses = usesOf(all('dimg').flatMap((box) => parts(bytes, box, wideIds)))
  for (const [item, times] of uses)
    if (times > 1 && !coded.includes(types.get(item) ?? ''))
      throw tooComplex('an image that is put together from others that are')
  const data = dataOf(bytes, extents)
  let codedPixels = 0
  let isWhole = true
  for (const box of all('ipma'))
    for (const [item, indexes] of associations(bytes, box)) {
      const type = types.get(item) ?? ''
      if (!coded.includes(type)) continue
      const own = indexes.map((index) => properties[index - 1])
      const frames = framesOf(type, data.get(item) ?? [], lengthBytesOf(bytes, own))
      if (hevc.includes(type) && !frames) isWhole = false
      codedPixels +=
        Math.max(0, ...indexes.map((index) => sizes[index - 1] ?? 0)) *
        (uses.get(item) ?? 1) *
        Math.max(1, Math.ceil((frames ?? 1) / maxLayers))
    }
  return { codedPixels, isWhole }
}

/** How many frames a coded picture has: those after the first are decoded as well, and not shown. `null` if unknown. */
function framesOf(type: string, parts: readonly Buffer[], lengthBytes: number): number | null {
  if (type === 'av01') return countAv1Frames(Buffer.concat(parts))
  return hevc.includes(type) ? countHevcPictures(Buffer.concat(parts), lengthBytes) : 1
}

/** The size of the length fields of a HEIC item's units, from its configuration (ISO 14496-15, 8.3.3.1). */
function lengthBytesOf(bytes: Buffer, properties: readonly (Box | undefined)[]): number {
  const configuration = properties.find((box) => box?.type === 'hvcC')
  return ((bytes[(configuration?.start ?? bytes.length) + 21] ?? 3) & 3) + 1
}

function dataOf(bytes: Buffer, extents: readonly Extent[]): Map<number, Buffer[]> {
  const data = new Map<number, Buffer[]>()
  for (const { item, from, to } of extents) {
    const parts = data.get(item) ?? []
    parts.push(bytes.subarray(from, to))
    data.set(item, parts)
  }
  return data
}

function* walk(bytes: Buffer): Generator<Box & { depth: number }> {
  let boxes = 0
  const levels = [{ offset: 0, end: bytes.length }]
  for (;;) {
    const level = levels.at(-1)
    if (!level) return
    if (level.offset + 8 > level.end) {
      levels.pop()
      continue
    }
    if (++boxes > maxBoxes) throw tooComplex('an image of too many boxes')
    const size = word(bytes, level.offset)
    const isLong = size === 1
    const length = isLong ? Number(bytes.readBigUInt64BE(Math.min(level.offset + 8, bytes.length - 8))) : size
    const head = isLong ? 16 : 8
    const end = size === 0 ? level.end : Math.min(level.offset + length, level.end)
    const box = {
      type: bytes.toString('latin1', level.offset + 4, level.offset + 8),
      start: level.offset + head,
      end,
      depth: levels.length,
    }
    if (length < head && size !== 0) {
      levels.pop()
      continue
    }
    yield box
    level.offset = end
    const skipped = containers[box.type]
    if (skipped === undefined) continue
    if (levels.length >= maxDepth) throw tooComplex('an image of boxes in boxes in boxes')
    levels.push({ offset: box.start + skipped, end })
  }
}

/** Properties are identified by their position in `ipco`. */
function propertiesOf(boxes: readonly (Box & { depth: number })[]): Box[] {
  const list = boxes.find(({ type }) => type === 'ipco')
  if (!list) return []
  return boxes.filter(
    ({ start, end, depth }) => depth === list.depth + 1 && start > list.start && end <= list.end,
  )
}

/** The items that an item is composed of. An item is decoded as often as it is listed. */
function parts(bytes: Buffer, { start, end }: Box, isWide: boolean): number[] {
  const idSize = isWide ? 4 : 2
  const from = start + idSize + 2
  const count = Math.min(half(bytes, start + idSize), Math.floor((end - from) / idSize))
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    unsigned(bytes, from + index * idSize, idSize),
  )
}

function usesOf(items: readonly number[]): Map<number, number> {
  const uses = new Map<number, number>()
  for (const item of items) uses.set(item, (uses.get(item) ?? 0) + 1)
  return uses
}

function readItem(bytes: Buffer, { start }: Box): [id: number, type: string] {
  const isWide = bytes[start] === 3
  const typeAt = start + (isWide ? 10 : 8)
  return [
    isWide ? word(bytes, start + 4) : half(bytes, start + 4),
    bytes.toString('latin1', typeAt, typeAt + 4),
  ]
}

function* associations(bytes: Buffer, { start, end }: Box): Generator<[item: number, indexes: number[]]> {
  const isWideItem = (bytes[start] ?? 0) >= 1
  const isWideIndex = ((bytes[start + 3] ?? 0) & 1) === 1
  let offset = start + 8
  for (let left = Math.min(word(bytes, start + 4), maxItems); left > 0 && offset < end; left--) {
    const item = isWideItem ? word(bytes, offset) : half(bytes, offset)
    offset += isWideItem ? 4 : 2
    const count = bytes[offset++] ?? 0
    const indexes: number[] = []
    for (let index = 0; index < count; index++, offset += isWideIndex ? 2 : 1)
      indexes.push(isWideIndex ? half(bytes, offset) & 0x7fff : (bytes[offset] ?? 0) & 0x7f)
    yield [item, indexes]
  }
}

/** The number of bytes of an item. */
interface Extent {
  item: number
  from: number
  to: number
}

/**
 * The entries of `iloc`, with variable number sizes (ISO 14496-12, 8.11.3). `inner` is where the content of `idat`
 * begins.
 */
function* extentsOf(bytes: Buffer, { box, inner }: { box: Box; inner: number }): Generator<Extent> {
  const version = bytes[box.start] ?? 0
  const [offsetSize, lengthSize] = nibbles(bytes[box.start + 4])
  const [baseSize, lowNibble] = nibbles(bytes[box.start + 5])
  const indexSize = version > 0 ? lowNibble : 0
  const idSize = version === 2 ? 4 : 2
  let at = box.start + 6
  function number(size: number): number {
    at += size
    return size === 0 ? 0 : unsigned(bytes, at - size, size)
  }

  const items = number(idSize)
  if (items > maxItems) throw tooComplex('an image of too many items')
  let extentsLeft = maxBoxes
  for (let left = items; left > 0 && at < box.end; left--) {
    const item = number(idSize)
    const method = version > 0 ? number(2) & 15 : 0
    if (method > 1) throw tooComplex('an image whose items lie in others')
    at += 2
    const base = number(baseSize) + (method === 1 ? inner : 0)
    const extents = number(2)
    for (let extent = 0; extent < extents && at < box.end; extent++) {
      if (--extentsLeft < 0) throw tooComplex('an image in too many pieces')
      at += indexSize
      const from = Math.min(base + number(offsetSize), bytes.length)
      // A length of 0 is the rest of the file.
      const length = number(lengthSize) || bytes.length
      yield { item, from, to: Math.min(from + length, bytes.length) }
    }
  }
}

function unsigned(bytes: Buffer, at: number, size: number): number {
  if (size === 8) return word(bytes, at) * 2 ** 32 + word(bytes, at + 4)
  return size === 4 ? word(bytes, at) : half(bytes, at)
}

function nibbles(byte = 0): [high: number, low: number] {
  return [byte >> 4, byte & 15]
}

function word(bytes: Buffer, at: number): number {
  return at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0
}

function half(bytes: Buffer, at: number): number {
  return at + 2 <= bytes.length ? bytes.readUInt16BE(at) : 0
}
