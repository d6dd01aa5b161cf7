import { place, secret } from '../secrets.ts'
import { opus, vp8 } from './frames.ts'

/** A track of a sample: picture, sound, or subtitles. */
export interface WebmTrack {
  type: 'picture' | 'sound' | 'text'
  frames: readonly Uint8Array[]
  /** How long each lasts, in milliseconds. */
  duration: number
}

/** What a sample file is like. */
export interface WebmShape {
  tracks: readonly WebmTrack[]
  /** What recorders and editors leave: places, titles, names of programs, attached files. */
  tags: boolean
  /** Nanoseconds since 2001. */
  date: bigint | null
  /** What stands between the parts, in elements that say nothing. */
  gap: Uint8Array
}

/** The picture, 0.7 s for each frame. */
export const webmPicture: WebmTrack = { type: 'picture', frames: vp8.frames, duration: 700 }
export const webmSound: WebmTrack = { type: 'sound', frames: opus.frames, duration: 20 }

const plain: WebmShape = {
  tracks: [webmPicture, webmSound],
  tags: false,
  date: null,
  gap: Buffer.alloc(0),
}

/** A WebM of 64 × 48. The ids are those of RFC 9559. */
export function webmFile(fields: Partial<WebmShape> = {}): Buffer {
  const shape = { ...plain, ...fields }
  const header = element(0x1a45dfa3, [
    element(0x4282, text('webm')),
    element(0x4287, number(4)),
    element(0x4285, number(2)),
  ])
  const gap = shape.gap.length > 0 ? [element(0xec, shape.gap)] : []
  const parts = [info(shape), tracks(shape), cluster(shape, gap), ...(shape.tags ? tagged() : [])]
  return Buffer.concat([header, element(0x18538067, [...gap, ...parts.flatMap((part) => [part, ...gap])])])
}

function info({ tracks, tags, date }: WebmShape): Buffer {
  const duration = Buffer.alloc(8)
  duration.writeDoubleBE(Math.max(...tracks.map(({ frames, duration: each }) => frames.length * each)))
  const time = Buffer.alloc(8)
  time.writeBigInt64BE(date ?? 0n)
  const program = text(tags ? secret : 'kit')
  return element(0x1549a966, [
    element(0x2ad7b1, number(1_000_000)),
    element(0x4489, duration),
    element(0x4d80, program),
    element(0x5741, program),
    ...(tags ? [element(0x7ba9, text(secret))] : []),
    ...(date === null ? [] : [element(0x4461, time)]),
  ])
}

const types = { picture: 1, sound: 2, text: 17 } as const

function tracks({ tracks, tags }: WebmShape): Buffer {
  const entries = tracks.map(({ type, duration }, index) =>
    element(0xae, [
      element(0xd7, number(index + 1)),
      element(0x73c5, number(index + 1)),
      element(0x83, number(types[type])),
      element(0x23e383, number(duration * 1_000_000)),
      ...(tags ? [element(0x536e, text(secret))] : []),
      ...codec(type),
    ]),
  )
  return element(0x1654ae6b, entries)
}

function codec(type: WebmTrack['type']): Buffer[] {
  if (type === 'text') return [element(0x86, text('S_TEXT/WEBVTT'))]
  if (type === 'picture') {
    const size = element(0xe0, [element(0xb0, number(64)), element(0xba, number(48))])
    return [element(0x86, text('V_VP8')), size]
  }
  const rate = Buffer.alloc(8)
  rate.writeDoubleBE(48_000)
  const sound = element(0xe1, [element(0xb5, rate), element(0x9f, number(1))])
  return [element(0x86, text('A_OPUS')), element(0x63a2, opus.config), sound]
}

function cluster({ tracks }: WebmShape, gap: readonly Uint8Array[]): Buffer {
  const blocks = tracks.flatMap(({ frames, duration }, index) =>
    frames.map((frame, at) => {
      const start = at * duration
      const head = Buffer.from([0x80 | (index + 1), start >> 8, start & 0xff, 0x80])
      return { start, block: element(0xa3, Buffer.concat([head, frame])) }
    }),
  )
  const inTime = blocks.sort((one, other) => one.start - other.start)
  return element(0x1f43b675, [element(0xe7, number(0)), ...inTime.flatMap(({ block }) => [block, ...gap])])
}

function tagged(): Buffer[] {
  const tag = (name: string, value: string): Buffer =>
    element(0x7373, [element(0x67c8, [element(0x45a3, text(name)), element(0x4487, text(value))])])
  const attachment = element(0x61a7, [
    element(0x466e, text(`${secret}.jpg`)),
    element(0x4660, text('image/jpeg')),
    element(0x465c, text(secret)),
    element(0x46ae, number(1)),
  ])
  return [
    element(0x1254c367, [tag('LOCATION', place), tag('ARTIST', secret)]),
    element(0x1941a469, [attachment]),
  ]
}

/** An element of EBML, its size in four bytes. */
export function element(id: number, content: Uint8Array | readonly Uint8Array[]): Buffer {
  const bytes = content instanceof Uint8Array ? content : Buffer.concat(content)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(0x1000_0000 + bytes.length)
  return Buffer.concat([Buffer.from(id.toString(16), 'hex'), size, bytes])
}

/** A number of four bytes. */
export function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Text, a byte for each letter. */
export function text(value: string): Buffer {
  return Buffer.from(value, 'latin1')
}
