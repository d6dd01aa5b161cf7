import { type Leaf, type Schema } from './webm-cleaning.ts'
import { numberIn } from './webm-elements.ts'

/** Text of seven or eight letters would be a larger number. */
const maxNumber = 2 ** 48

/** A number. */
const unsigned: Leaf = (content) =>
  content.length <= 8 && numberIn(content) < maxNumber ? content.length : null

/** A version, or a code of ITU-T H.273. */
const small: Leaf = (content) => (content.length <= 8 && numberIn(content) < 256 ? content.length : null)

/** A negative number begins with ones. */
const signed: Leaf = (content) => {
  if (content.length === 0 || content.length > 8) return null
  const value = BigInt.asIntN(content.length * 8, BigInt(`0x${content.toString('hex')}`))
  return value > -maxNumber && value < maxNumber ? content.length : null
}

const float: Leaf = (content) => {
  if (content.length === 0) return 0
  if (content.length !== 4 && content.length !== 8) return null
  const value = content.length === 4 ? content.readFloatBE(0) : content.readDoubleBE(0)
  return Math.abs(value) < maxNumber && (value === 0 || Math.abs(value) > 1e-9) ? content.length : null
}

/** One of several strings, with zeros after it. */
function oneOf(texts: readonly string[]): Leaf {
  return (content) => {
    const text = content.toString('latin1').replace(/\0+$/, '')
    return texts.includes(text) ? text.length : null
  }
}

/** No language; without the element it would be English. */
const language: Leaf = (content) => {
  if (content.length < 3) return null
  content.write('und', 'latin1')
  return 3
}

/** The number of the track, instead of one that a device generated. */
function uniqueId(number: number): Leaf {
  return (content) => {
    if (content.length === 0 || content.length > 8) return null
    content.fill(0)
    content[content.length - 1] = number & 0xff
    return content.length
  }
}

function numbers(...ids: readonly number[]): [number, Leaf][] {
  return ids.map((id) => [id, unsigned])
}

function floats(...ids: readonly number[]): [number, Leaf][] {
  return ids.map((id) => [id, float])
}

/** The ids that the code refers to; those of RFC 9559, like all others here. */
export const ids = {
  ebml: 0x1a45dfa3,
  void: 0xec,
  crc32: 0xbf,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  contentEncodings: 0x6d80,
  cluster: 0x1f43b675,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  cues: 0x1c53bb6b,
  tags: 0x1254c367,
  chapters: 0x1043a770,
  attachments: 0x1941a469,
} as const

/** EBML header: versions, lengths, and the kind of document. */
export const headerSchema: Schema = new Map([
  ...[0x4286, 0x42f7, 0x42f2, 0x42f3, 0x4287, 0x4285].map((id): [number, Leaf] => [id, small]),
  [0x4282, oneOf(['webm', 'matroska'])],
])

/** Unit of time and duration. */
export const infoSchema: Schema = new Map([...numbers(0x2ad7b1), ...floats(0x4489)])

const knownParts = new Set<number>([ids.info, ids.tracks, ids.cues, ids.cluster, ids.seekHead])

/** Where the other parts are. */
export const seekHeadSchema: Schema = new Map([
  [
    0x4dbb,
    {
      within: new Map<number, Leaf>([
        [0x53ab, (content) => (content.length === 4 && knownParts.has(numberIn(content)) ? 4 : null)],
        [0x53ac, unsigned],
      ]),
    },
  ],
])

/** Which cluster has which time. */
export const cuesSchema: Schema = new Map([
  [
    0xbb,
    {
      within: new Map<number, Leaf | { within: Schema }>([
        [0xb3, unsigned],
        [0xb7, { within: new Map(numbers(0xf7, 0xf1, 0xf0, 0xb2, 0x5378)) }],
      ]),
    },
  ],
])

const mastering: Schema = new Map(
  floats(0x55d1, 0x55d2, 0x55d3, 0x55d4, 0x55d5, 0x55d6, 0x55d7, 0x55d8, 0x55d9, 0x55da),
)

const color: Schema = new Map<number, Leaf | { within: Schema }>([
  ...numbers(
    0x55b1,
    0x55b2,
    0x55b3,
    0x55b4,
    0x55b5,
    0x55b6,
    0x55b7,
    0x55b8,
    0x55b9,
    0x55ba,
    0x55bb,
    0x55bc,
    0x55bd,
  ),
  [0x55d0, { within: mastering }],
])

const picture: Schema = new Map<number, Leaf | { within: Schema }>([
  ...numbers(0x9a, 0x9d, 0x53b8, 0xb0, 0xba, 0x54aa, 0x54bb, 0x54cc, 0x54dd, 0x54b0, 0x54ba, 0x54b2, 0x54b3),
  [0x55b0, { within: color }],
  [0x7670, { within: new Map([...numbers(0x7671), ...floats(0x7673, 0x7674, 0x7675)]) }],
])

const sound: Schema = new Map([...floats(0xb5, 0x78b5), ...numbers(0x9f, 0x6264)])

/** What is known about a track. */
interface TrackForm {
  number: number
  /** The allowed names of its codec. */
  codecs: readonly string[]
  /** Cleans the configuration of its codec. */
  config: Leaf
}

/** The allowed contents of a track. */
export function trackSchema({ number, codecs, config }: TrackForm): Schema {
  return new Map<number, Leaf | { within: Schema }>([
    ...numbers(ids.trackNumber, ids.trackType, 0xb9, 0x88, 0x55aa, 0x9c, 0x23e383, 0x56aa, 0x56bb),
    [0x73c5, uniqueId(number)],
    [0x22b59c, language],
    [0x23314f, float],
    [ids.codecId, oneOf(codecs)],
    [ids.codecPrivate, config],
    [0xe0, { within: picture }],
    [0xe1, { within: sound }],
  ])
}

/** The contents of a cluster besides its blocks: its time, and its position. */
export const clusterNumbers: ReadonlySet<number> = new Set([0xe7, 0xa7, 0xab])

/** The contents of a group besides its block: its duration, its references, and its discarded part. */
export const groupNumbers: ReadonlyMap<number, Leaf> = new Map([
  [0x9b, unsigned],
  [0xfb, signed],
  [0x75a2, signed],
  [0xfa, unsigned],
])

/** A number in a cluster. */
export const clusterNumber: Leaf = unsigned
