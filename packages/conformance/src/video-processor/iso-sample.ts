import { place, secret } from '../secrets.ts'
import { aac, avc } from './frames.ts'

/** A track of a sample. */
export interface IsoTrack {
  handler: 'vide' | 'soun' | 'text' | 'meta'
  samples: readonly Uint8Array[]
  /** How long each lasts, in milliseconds. */
  duration: number
}

/** What a sample file is like. */
export interface IsoShape {
  brand: 'isom' | 'qt  '
  tracks: readonly IsoTrack[]
  /** A quarter turn, as phones note it that were held upright. */
  turned: boolean
  /** What cameras and editors leave: places, titles, names of programs and of disks. */
  tags: boolean
  /** Seconds since 1904. */
  date: number
  /** Bytes that no track uses, before, between and behind its samples. */
  gap: Uint8Array
}

/** The picture, 0.7 s for each frame. */
export const isoPicture: IsoTrack = { handler: 'vide', samples: avc.frames, duration: 700 }
export const isoSound: IsoTrack = { handler: 'soun', samples: aac.frames, duration: 64 }

const plain: IsoShape = {
  brand: 'isom',
  tracks: [isoPicture, isoSound],
  turned: false,
  tags: false,
  date: 0,
  gap: Buffer.alloc(0),
}

/** An MP4 or MOV of 64 × 48, its index in front. */
export function isoFile(fields: Partial<IsoShape> = {}): Buffer {
  return Buffer.concat([isoHead(fields), ...content({ ...plain, ...fields })])
}

/** All of it up to its first frame. */
export function isoHead(fields: Partial<IsoShape> = {}): Buffer {
  const shape = { ...plain, ...fields }
  const head = box('ftyp', text(shape.brand), u32(0x200), text(shape.brand === 'isom' ? 'isomavc1' : 'qt  '))
  const around = shape.tags ? [xmp(), box('free', text(secret))] : []
  // The index has the same length wherever it says that the samples are.
  const start = Buffer.concat([head, ...around, movie(shape, 0), Buffer.alloc(8)]).length
  const length = content(shape).reduce((sum, { byteLength }) => sum + byteLength, 8)
  return Buffer.concat([head, ...around, movie(shape, start), u32(length), text('mdat')])
}

/** A box of ISO 14496-12, which QuickTime calls an atom. */
export function box(type: string, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, { byteLength }) => sum + byteLength, 8)
  return Buffer.concat([u32(length), text(type), ...contents])
}

function content({ tracks, gap }: IsoShape): Uint8Array[] {
  return [gap, ...tracks.flatMap(({ samples }) => samples.flatMap((sample) => [sample, gap]))]
}

/** Where each sample of a track is. */
function offsets({ tracks, gap }: IsoShape, track: IsoTrack, start: number): number[] {
  const found: number[] = []
  let offset = start + gap.length
  for (const each of tracks) {
    for (const sample of each.samples) {
      if (each === track) found.push(offset)
      offset += sample.length + gap.length
    }
  }
  return found
}

function movie(shape: IsoShape, start: number): Buffer {
  const length = Math.max(...shape.tracks.map(lengthOf))
  const header = full('mvhd', [u32(shape.date), u32(shape.date), u32(1000), u32(length)], {
    rest: [u32(0x10000), u16(0x100), zeros(10), matrix(false), zeros(24), u32(shape.tracks.length + 1)],
  })
  const tracks = shape.tracks.map((track) => trackBox(shape, track, start))
  return box('moov', header, ...tracks, ...(shape.tags ? [userData(), quickTimeKeys()] : []))
}

function trackBox(shape: IsoShape, track: IsoTrack, start: number): Buffer {
  const number = shape.tracks.indexOf(track) + 1
  const isPicture = track.handler === 'vide'
  const header = full('tkhd', [u32(shape.date), u32(shape.date), u32(number), u32(0), u32(lengthOf(track))], {
    flags: 3,
    rest: [
      zeros(8),
      zeros(4),
      u16(track.handler === 'soun' ? 0x100 : 0),
      zeros(2),
      matrix(isPicture && shape.turned),
      u32(isPicture ? 64 << 16 : 0),
      u32(isPicture ? 48 << 16 : 0),
    ],
  })
  const timing = full('mdhd', [u32(shape.date), u32(shape.date), u32(1000), u32(lengthOf(track))], {
    rest: [u16(0x55c4), u16(0)],
  })
  const kind = shape.brand === 'qt  ' ? 'mhlr' : '\0\0\0\0'
  const name = shape.tags ? `${secret} handler` : 'handler'
  const handler = full('hdlr', [text(kind), text(track.handler), zeros(12), text(`${name}\0`)])
  const info = box('minf', mediaHeader(track), dataReferences(), sampleTable(shape, track, start))
  const tags = shape.tags ? [box('udta', box('name', text(secret)))] : []
  return box('trak', header, ...tags, box('mdia', timing, handler, info))
}

function mediaHeader({ handler }: IsoTrack): Buffer {
  if (handler === 'vide') return full('vmhd', [zeros(8)], { flags: 1 })
  return handler === 'soun' ? full('smhd', [zeros(4)]) : full('nmhd', [])
}

/** The samples are in the same file. */
function dataReferences(): Buffer {
  return box('dinf', full('dref', [u32(1), full('url ', [], { flags: 1 })]))
}

function sampleTable(shape: IsoShape, track: IsoTrack, start: number): Buffer {
  const { samples, duration } = track
  return box(
    'stbl',
    full('stsd', [u32(1), description(shape, track)]),
    full('stts', [u32(1), u32(samples.length), u32(duration)]),
    ...(track.handler === 'vide' ? [full('stss', [u32(1), u32(1)])] : []),
    full('stsc', [u32(1), u32(1), u32(1), u32(1)]),
    full('stsz', [u32(0), u32(samples.length), ...samples.map(({ length }) => u32(length))]),
    full('stco', [u32(samples.length), ...offsets(shape, track, start).map(u32)]),
  )
}

function description({ tags, brand }: IsoShape, { handler }: IsoTrack): Buffer {
  const entry = [zeros(6), u16(1)]
  if (handler === 'vide') {
    const compressor = Buffer.alloc(32)
    if (tags) compressor.write(`\x07${secret}`, 'latin1')
    return box(
      'avc1',
      ...[...entry, zeros(16), u16(64), u16(48), u32(0x480000), u32(0x480000), zeros(4), u16(1)],
      ...[compressor, u16(24), u16(0xffff), box('avcC', avc.config)],
    )
  }
  if (handler === 'soun') {
    const sound = [...entry, zeros(8), u16(1), u16(16), zeros(4), u32((16_000 << 16) >>> 0)]
    return box('mp4a', ...sound, brand === 'qt  ' ? box('wave', esds()) : esds())
  }
  if (handler === 'text') return box('text', ...entry, zeros(43))
  return box('camm', ...entry)
}

/** What decoders of AAC have to know: ISO 14496-1, 7.2.6. */
function esds(): Buffer {
  const config = descriptor(5, aac.config)
  const decoder = descriptor(4, Buffer.from([0x40, 0x15]), zeros(11), config)
  return full('esds', [descriptor(3, u16(1), zeros(1), decoder, descriptor(6, Buffer.from([2])))])
}

function descriptor(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, content.length]), content])
}

/** As phones and ffmpeg write them. */
function userData(): Buffer {
  const international = (value: string): Buffer =>
    Buffer.concat([u16(value.length), u16(0x15c7), text(value)])
  const value = box('data', u32(1), u32(0), text(secret))
  const list = box('ilst', box('©cmt', value), box('©too', value))
  const handler = full('hdlr', [zeros(4), text('mdirappl'), zeros(9)])
  return box(
    'udta',
    box('©xyz', international(place)),
    box('©nam', international(secret)),
    full('loci', [u16(0x15c7), text(`${secret}\0`)]),
    full('meta', [handler, list]),
  )
}

function quickTimeKeys(): Buffer {
  const name = 'com.apple.quicktime.location.ISO6709'
  const handler = full('hdlr', [zeros(4), text('mdta'), zeros(13)])
  const keys = full('keys', [u32(1), box('mdta', text(name))])
  const value = box('data', u32(1), u32(0), text(place))
  return box('meta', handler, keys, box('ilst', Buffer.concat([u32(value.length + 8), u32(1), value])))
}

function xmp(): Buffer {
  const id = Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex')
  return box('uuid', id, text(`<x:xmpmeta><dc:creator>${secret}</dc:creator></x:xmpmeta>`))
}

/** A box that begins with version and flags. */
export function full(
  type: string,
  fields: readonly Uint8Array[],
  { flags = 0, rest = [] }: { flags?: number; rest?: readonly Uint8Array[] } = {},
): Buffer {
  return box(type, u32(flags), ...fields, ...rest)
}

function matrix(turned: boolean): Buffer {
  const [one, full] = [0x10000, 0x40000000]
  const values = turned ? [0, one, 0, -one, 0, 0, 48 * one, 0, full] : [one, 0, 0, 0, one, 0, 0, 0, full]
  return Buffer.concat(values.map((value) => u32(value >>> 0)))
}

function lengthOf({ samples, duration }: IsoTrack): number {
  return samples.length * duration
}

/** Text, a byte for each letter. */
export function text(value: string): Buffer {
  return Buffer.from(value, 'latin1')
}

/** A number of two bytes. */
export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

/** A number of four bytes. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Bytes that say nothing. */
export function zeros(length: number): Buffer {
  return Buffer.alloc(length)
}
