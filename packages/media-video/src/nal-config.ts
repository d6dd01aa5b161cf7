/** The longest parameter set: one with scaling lists takes a few hundred bytes. */
export const maxParameterSetBytes = 1024

interface Sets {
  list: Buffer[]
  end: number
}

/**
 * Rewrites an `avcC`: profile, and the parameter sets of ISO 14496-15, 5.3.3.1. Units of other types among them are
 * dropped, as is anything after them.
 */
export function cleanAvcConfig(content: Buffer): number | null {
  if (content.length < 7 || content[0] !== 1) return null
  const sequence = readSets(content, { at: 6, count: (content[5] ?? 0) & 0x1f })
  if (!sequence || sequence.end >= content.length) return null
  const picture = readSets(content, { at: sequence.end + 1, count: content[sequence.end] ?? 0 })
  if (!picture) return null
  const isOf = (type: number) => (set: Buffer) => ((set[0] ?? 0) & 0x1f) === type
  const [sequenceSets, pictureSets] = [sequence.list.filter(isOf(7)), picture.list.filter(isOf(8))]
  const written = Buffer.concat([
    content.subarray(0, 4),
    Buffer.from([(content[4] ?? 0) | 0xfc, 0xe0 | sequenceSets.length]),
    ...writeSets(sequenceSets),
    Buffer.from([pictureSets.length]),
    ...writeSets(pictureSets),
    highProfile(content, picture.end),
  ])
  return replace(content, written)
}

/** Profiles from High on are followed by their color format; 0 extensions of parameter sets follow. */
function highProfile(content: Buffer, at: number): Buffer {
  const [chroma, luma, bits] = content.subarray(at, at + 4)
  if (![100, 110, 122, 144, 244].includes(content[1] ?? 0)) return Buffer.alloc(0)
  if (chroma === undefined || luma === undefined || bits === undefined || content.length < at + 4)
    return Buffer.alloc(0)
  return Buffer.from([0xfc | chroma, 0xf8 | luma, 0xf8 | bits, 0])
}

/** Rewrites an `hvcC` with arrays of parameter sets: ISO 14496-15, 8.3.3.1. SEI arrays are dropped. */
export function cleanHevcConfig(content: Buffer): number | null {
  if (content.length < 23 || content[0] !== 1) return null
  const arrays: Buffer[] = []
  let count = 0
  let at = 23
  for (let index = 0; index < (content[22] ?? 0); index++) {
    if (at + 3 > content.length) return null
    const [head = 0] = content.subarray(at, at + 1)
    const type = head & 0x3f
    const sets = readSets(content, { at: at + 3, count: content.readUInt16BE(at + 1) })
    if (!sets) return null
    at = sets.end
    const ours = sets.list.filter((set) => (((set[0] ?? 0) >> 1) & 0x3f) === type)
    if (type < 32 || type > 34 || ours.length === 0) continue
    count++
    arrays.push(Buffer.from([head & 0xbf, ours.length >> 8, ours.length & 0xff]), ...writeSets(ours))
  }
  return replace(content, Buffer.concat([hevcNumbers(content), Buffer.from([count]), ...arrays]))
}

/** ISO 14496-15, 8.3.3.1.2: reserved bits have their fixed values, and only defined flags are set. */
function hevcNumbers(content: Buffer): Buffer {
  const numbers = Buffer.from(content.subarray(0, 22))
  // Compatible profiles, of which there are twelve.
  numbers.writeUInt32BE((numbers.readUInt32BE(2) & 0xfff0_0000) >>> 0, 2)
  // Interlacing, and the constraints of profiles from range extensions on.
  const isExtended = ((numbers[1] ?? 0) & 0x1f) > 3
  numbers.writeUInt16BE(numbers.readUInt16BE(6) & (isExtended ? 0xfff8 : 0xf000), 6)
  numbers.fill(0, 8, 12)
  numbers[13] = 0xf0 | (numbers[13] ?? 0)
  for (const at of [15, 16]) numbers[at] = 0xfc | (numbers[at] ?? 0)
  for (const at of [17, 18]) numbers[at] = 0xf8 | (numbers[at] ?? 0)
  // Pictures per second: unspecified.
  numbers.fill(0, 19, 21)
  return numbers
}

function readSets(content: Buffer, { at, count }: { at: number; count: number }): Sets | null {
  const list: Buffer[] = []
  let end = at
  for (let index = 0; index < count; index++) {
    if (end + 2 > content.length) return null
    const length = content.readUInt16BE(end)
    if (end + 2 + length > content.length) return null
    if (length <= maxParameterSetBytes) list.push(Buffer.from(content.subarray(end + 2, end + 2 + length)))
    end += 2 + length
  }
  return { list, end }
}

function writeSets(sets: readonly Buffer[]): Buffer[] {
  return sets.flatMap((set) => [Buffer.from([set.length >> 8, set.length & 0xff]), set])
}

function replace(content: Buffer, written: Buffer): number | null {
  if (written.length > content.length) return null
  content.fill(0)
  content.set(written)
  return written.length
}
