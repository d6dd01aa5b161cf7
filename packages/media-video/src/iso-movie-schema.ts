import { demand } from './budget.ts'
import { type Leaf, type Schema } from './iso-cleaning.ts'
import {
  cleanLongTime,
  cleanMatrix,
  cleanNumbers,
  fixed,
  maxSmall,
  pairs,
  rising,
  table,
  versioned,
} from './iso-fields.ts'
import { trackDefaults } from './iso-fragment-schema.ts'
import { cleanDescriptions } from './iso-sample-entries.ts'

/** Ticks per second; text read as a number is larger. */
const maxTimescale = 1_000_000_000

const movieHeader = versioned([100, 112], (content, isLong) => {
  cleanTimes(content, isLong)
  const rest = content.subarray(isLong ? 32 : 20)
  rest.fill(0, 0, 16)
  rest.writeUInt32BE(0x10000, 0)
  rest.writeUInt16BE(0x100, 4)
  cleanMatrix(rest.subarray(16, 52))
  rest.fill(0, 52, 76)
  // The next track number: no track will be added.
  rest.writeUInt32BE(0xffff_ffff, 76)
})

const trackHeader = versioned([84, 96], (content, isLong) => {
  const flags = (content[3] ?? 0) & 0x0f
  content.fill(0, 1, isLong ? 20 : 12)
  content[3] = flags
  const number = isLong ? 20 : 12
  demand(content.readUInt32BE(number) <= maxSmall)
  content.fill(0, number + 4, number + 8)
  if (isLong) cleanLongTime(content, 28)
  const rest = content.subarray(isLong ? 36 : 24)
  rest.fill(0, 0, 12)
  rest.writeUInt16BE(rest.readUInt16BE(12) === 0 ? 0 : 0x100, 12)
  rest.fill(0, 14, 16)
  cleanMatrix(rest.subarray(16, 52))
  for (const at of [54, 58]) rest.writeUInt16BE(0, at)
})

const mediaHeader = versioned([24, 36], (content, isLong) => {
  cleanTimes(content, isLong)
  // No language: `und` in ISO 639.
  content.writeUInt32BE(0x55c4_0000, isLong ? 32 : 20)
})

/** Drops the creation time; keeps the unit of time and the duration. */
function cleanTimes(content: Buffer, isLong: boolean): void {
  content.fill(0, 1, isLong ? 20 : 12)
  demand(content.readUInt32BE(isLong ? 20 : 12) <= maxTimescale)
  if (isLong) cleanLongTime(content, 24)
}

/** The handler's name is that of a camera or program, and so is its manufacturer. */
function cleanHandler(content: Buffer): number | null {
  if (content.length < 20) return null
  const kind = content.toString('latin1', 4, 8)
  const isKnown = kind === 'mhlr' || kind === 'dhlr'
  const handler = content.toString('latin1', 8, 12)
  content.fill(0, 0, isKnown ? 4 : 8)
  content.fill(0, 12)
  if (!/^[a-z ]{4}$/.test(handler)) content.fill(0, 8, 12)
  // QuickTime has a length there, ISO the end of a string; both are a zero.
  return Math.min(content.length, 25)
}

/** The times of the movie at which the picture is shown. */
const edits: Leaf = (content, budget) => {
  demand(content.length >= 8 && (content[0] ?? 0) <= 1)
  content.fill(0, 1, 4)
  const entryBytes = content[0] === 1 ? 20 : 12
  const count = content.readUInt32BE(4)
  budget.spend('part', count)
  const length = 8 + count * entryBytes
  demand(length <= content.length)
  for (let end = 8 + entryBytes; end <= length; end += entryBytes) {
    const isStill = content.readInt16BE(end - 4) === 0
    content.writeUInt32BE(isStill ? 0 : 0x10000, end - 4)
    if (entryBytes === 20) for (const at of [20, 12]) cleanLongTime(content, end - at)
  }
  return length
}

/** Data references can contain a local file path. All accepted data is in the same file. */
const references: Leaf = (content, budget) => {
  if (content.length < 20) return null
  const count = Math.min(content.readUInt32BE(4), 16, Math.floor((content.length - 8) / 12))
  budget.spend('part', count)
  content.fill(0)
  content.writeUInt32BE(count, 4)
  for (let index = 0; index < count; index++) {
    const at = 8 + index * 12
    content.writeUInt32BE(12, at)
    content.write('url ', at + 4, 'latin1')
    content.writeUInt32BE(1, at + 8)
  }
  return 8 + count * 12
}

const aperture = fixed(12, (content) => {
  content.fill(0, 0, 4)
  for (const at of [6, 10]) content.writeUInt16BE(0, at)
})

const sampleSizes: Leaf = (content, budget) => {
  demand(content.length >= 12)
  const isUniform = content.readUInt32BE(4) > 0
  return isUniform ? fixed(12, (head) => head.fill(0, 0, 4))(content, budget) : table(4, 12)(content, budget)
}

const sampleTable: Schema = {
  stsd: cleanDescriptions,
  stts: pairs,
  ctts: pairs,
  stss: rising,
  stsz: sampleSizes,
  stsc: table(12),
  stco: table(4),
  co64: table(8),
}

const mediaInformation: Schema = {
  vmhd: fixed(12, (content) => content.fill(0).writeUInt32BE(1)),
  smhd: fixed(8, (content) => content.fill(0)),
  hdlr: cleanHandler,
  dinf: { within: { dref: references } },
  stbl: { within: sampleTable },
}

const track: Schema = {
  tkhd: trackHeader,
  tapt: { within: { clef: aperture, prof: aperture, enof: aperture } },
  edts: { within: { elst: edits } },
  mdia: { within: { mdhd: mediaHeader, hdlr: cleanHandler, minf: { within: mediaInformation } } },
}

/** The allowed contents of a `moov`. */
export const movieSchema: Schema = {
  mvhd: movieHeader,
  trak: { within: track },
  mvex: {
    within: {
      mehd: versioned([8, 12], (content, isLong) => {
        content.fill(0, 1, 4)
        if (isLong) cleanLongTime(content, 4)
      }),
      trex: trackDefaults,
    },
  },
}
