import { place, secret } from '../secrets.ts'
import { aac, avc } from './frames.ts'
import { fragmentedFile } from './fragmented-sample.ts'
import { displayMessage, longSet } from './hiding-places-numbers.ts'
import type { HidingPlace } from './hiding-place.ts'
import { appendTo, type BoxPath, indexLast, overwriteIn } from './iso-editing.ts'
import {
  box,
  full,
  type IsoShape,
  isoFile,
  isoPicture,
  isoSound,
  text,
  u16,
  u32,
  zeros,
} from './iso-sample.ts'

const told = text(`${secret} at ${place} ${secret}`)
const toldBox = (type: string): Buffer => box(type, told)

const picture = ['moov', 'trak', 'mdia', 'minf', 'stbl']
const entry = [...picture, 'stsd@8', 'avc1']
const sound = [...picture, 'stsd@8', 'mp4a']

function sample(fields: Partial<IsoShape> = {}): Buffer {
  return indexLast(isoFile(fields))
}

/** Bytes at the end of a box. */
function behind(path: BoxPath, bytes: Uint8Array = told): HidingPlace {
  return { name: `behind the fields of ${path.join('/')}`, file: () => appendTo(sample(), path, bytes) }
}

/** A box in another. */
function inside(path: BoxPath, type: string): HidingPlace {
  return {
    name: `${type} in ${path.join('/') || 'the file'}`,
    file: () => appendTo(sample(), path, toldBox(type)),
  }
}

/** Bytes in the place of others. */
function over(name: string, path: BoxPath, change: { at: number; bytes: Uint8Array }): HidingPlace {
  return { name, file: () => overwriteIn(sample(), path, change) }
}

/** The sample of sound alone comes first, so that its track is the first. */
function inSound(name: string, change: (file: Buffer) => Buffer): HidingPlace {
  return { name, file: () => change(sample({ tracks: [isoSound, isoPicture] })) }
}

/** What is in the boxes of an MP4. */
export const isoBoxPlaces: readonly HidingPlace[] = [
  ...['udta', 'uuid', 'meta', 'free', 'skip', 'wide', 'XYZ ', 'pdin', 'emsg', 'sidx', 'mfra', 'styp'].map(
    (type) => inside([], type),
  ),
  ...['udta', 'uuid', 'meta', 'free', 'iods', 'XYZ '].map((type) => inside(['moov'], type)),
  ...['udta', 'uuid', 'meta', 'tref', 'load', 'XYZ '].map((type) => inside(['moov', 'trak'], type)),
  ...['udta', 'elng', 'XYZ '].map((type) => inside(['moov', 'trak', 'mdia'], type)),
  ...['udta', 'XYZ '].map((type) => inside(['moov', 'trak', 'mdia', 'minf'], type)),
  ...['sgpd', 'sbgp', 'sdtp', 'subs', 'cslg', 'stps', 'udta', 'XYZ '].map((type) => inside(picture, type)),
  { name: 'a second moov', file: () => Buffer.concat([sample(), box('moov', toldBox('udta'))]) },
  { name: 'too few bytes for a box behind the last', file: () => Buffer.concat([sample(), text(secret)]) },
  over('the version of the brand', ['ftyp'], { at: 4, bytes: text(secret) }),
  over('the brands', ['ftyp'], { at: 8, bytes: text(`${secret} `) }),
]

/** What is in the fields of boxes. */
export const isoFieldPlaces: readonly HidingPlace[] = [
  behind(['moov', 'mvhd']),
  behind(['moov', 'trak', 'tkhd']),
  behind(['moov', 'trak', 'mdia', 'mdhd']),
  behind(['moov', 'trak', 'mdia', 'hdlr']),
  behind(['moov', 'trak', 'mdia', 'minf', 'vmhd']),
  behind(['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref']),
  ...['stsd', 'stts', 'stss', 'stsc', 'stsz', 'stco'].map((type) => behind([...picture, type])),
  {
    name: 'behind the fields of smhd',
    file: () =>
      appendTo(sample({ tracks: [isoSound, isoPicture] }), ['moov', 'trak', 'mdia', 'minf', 'smhd'], told),
  },
  {
    name: 'the location of another file',
    file: () => appendTo(sample(), ['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref@8', 'url '], told),
  },
  over('what is reserved in mvhd', ['moov', 'mvhd'], { at: 26, bytes: text(secret) }),
  over('what is not yet defined in mvhd', ['moov', 'mvhd'], { at: 72, bytes: text(place) }),
  over('what is reserved in tkhd', ['moov', 'trak', 'tkhd'], { at: 24, bytes: text(secret) }),
  over('the matrix of tkhd', ['moov', 'trak', 'tkhd'], { at: 40, bytes: text(place) }),
  over('what is reserved in hdlr', ['moov', 'trak', 'mdia', 'hdlr'], { at: 12, bytes: text(secret) }),
  over('the color of vmhd', ['moov', 'trak', 'mdia', 'minf', 'vmhd'], { at: 4, bytes: text(secret) }),
  {
    name: 'behind the edits',
    file: () =>
      appendTo(
        sample(),
        ['moov', 'trak'],
        box('edts', full('elst', [u32(1), u32(1400), u32(0), u32(0x10000), told]), toldBox('XYZ ')),
      ),
  },
  { name: 'behind the aperture', file: () => appendTo(sample(), ['moov', 'trak'], aperture()) },
]

function aperture(): Buffer {
  return box('tapt', full('clef', [u32(64 << 16), u32(48 << 16), told]), toldBox('XYZ '))
}

/** What is in the description of samples. */
export const isoEntryPlaces: readonly HidingPlace[] = [
  ...['udta', 'uuid', 'meta', 'XYZ ', 'btrt', 'gama', 'dvcC', 'pasp', 'clap', 'mdcv'].map((type) => ({
    name: `${type} in avc1`,
    file: () => appendTo(sample(), entry, toldBox(type)),
  })),
  {
    name: 'a profile of colors',
    file: () => appendTo(sample(), entry, box('colr', text('prof'), told)),
  },
  {
    name: 'behind three numbers of colors',
    file: () => appendTo(sample(), entry, box('colr', text('nclx'), u16(1), u16(1), u16(1), zeros(1), told)),
  },
  over('what is not yet defined in avc1', entry, { at: 8, bytes: text(secret) }),
  over('the name of the compressor', entry, { at: 42, bytes: text(place) }),
  {
    name: 'the name of the compressor of a picture of 96 dots per inch',
    file: () =>
      overwriteIn(overwriteIn(sample(), entry, { at: 28, bytes: u32(96 << 16) }), entry, {
        at: 42,
        bytes: text(place),
      }),
  },
  {
    name: 'behind avcC',
    file: () => appendTo(sample(), [...picture, 'stsd@8', 'avc1@78', 'avcC'], told),
  },
  {
    name: 'a message among the parameter sets of avcC',
    file: () => {
      const message = Buffer.concat([Buffer.from([0x06]), told])
      const config = Buffer.concat([avc.config.subarray(0, 5), Buffer.from([0xe2])])
      const [first = Buffer.alloc(0), rest = Buffer.alloc(0)] = splitConfig()
      const sets = Buffer.concat([config, first, u16(message.length), message, rest])
      const file = appendTo(sample(), entry, box('avcC', sets))
      // The one that the sample has comes first, and the first counts.
      return overwriteIn(file, [...picture, 'stsd@8', 'avc1@78', 'avcC'], { at: -4, bytes: text('free') })
    },
  },
  ...['udta', 'uuid', 'meta', 'XYZ ', 'chan', 'btrt', 'srat'].map((type) =>
    inSound(`${type} in mp4a`, (file) => appendTo(file, sound, toldBox(type))),
  ),
  inSound('behind esds', (file) => appendTo(file, [...picture, 'stsd@8', 'mp4a@28', 'esds'], told)),
  ...['udta', 'uuid', 'XYZ ', 'frma', 'mp4a'].map((type) => ({
    name: `${type} in wave`,
    file: () =>
      appendTo(
        sample({ brand: 'qt  ', tracks: [isoSound, isoPicture] }),
        [...picture, 'stsd@8', 'mp4a@28', 'wave'],
        toldBox(type),
      ),
  })),
]

/** The parameter set of the sequence with its length, and what follows. */
function splitConfig(): [Buffer, Buffer] {
  const end = 8 + avc.config.readUInt16BE(6)
  return [avc.config.subarray(6, end), avc.config.subarray(end)]
}

/** What is in frames. */
export const isoFramePlaces: readonly HidingPlace[] = [
  ...[4, 5, 45, 255 + 20].map((type) => inPicture(`a message of type ${type}`, message(type, told))),
  inPicture('a message of light that is too long', message(144, told)),
  inPicture('behind the last message', Buffer.concat([message(6, Buffer.from([0x84])), told])),
  inPicture(
    'a message with zeros in it',
    message(5, Buffer.concat([Buffer.from([0, 0, 3, 1, 0, 0, 3]), told])),
  ),
  inPicture('a long message', message(5, Buffer.concat([zeros(700).fill(1), told]))),
  inPicture('a display', message(137, displayMessage)),
  inPicture('behind a parameter set', longSet),
  ...[0, 9, 10, 11, 12, 14, 15, 20, 24, 30, 31].map((type) =>
    inPicture(`a unit of type ${type}`, Buffer.concat([Buffer.from([type]), told])),
  ),
  inFrontOfSound('data in front of the sound', Buffer.from([0b1000_0001, told.length])),
  inFrontOfSound('behind much data', manyData(3)),
  // The filler takes 7 bits, and what is in the data element begins with the next byte.
  inFrontOfSound('data behind filler', Buffer.from([0b1100_0001, 0b0000_0010, told.length << 1])),
]

/** Data elements of 510 bytes, and the head of the one that comes. */
function manyData(count: number): Buffer {
  const head = Buffer.from([0b1000_0001, 255, 255])
  const full = Buffer.concat([head, zeros(510)])
  return Buffer.concat([...Array<Buffer>(count).fill(full), Buffer.from([0b1000_0001, told.length])])
}

/** A data element of AAC (3 + 4 + 1 bits, a count, and so many bytes) in front of the first frame. */
function inFrontOfSound(name: string, head: Buffer): HidingPlace {
  return {
    name,
    file: () => {
      const [frame = Buffer.alloc(0), ...others] = aac.frames
      const samples = [Buffer.concat([head, told, frame]), ...others]
      return sample({ tracks: [isoPicture, { ...isoSound, samples }] })
    },
  }
}

/** A unit in front of the slices of the first picture. */
function inPicture(what: string, unit: Uint8Array): HidingPlace {
  return {
    name: what,
    file: () => {
      const [frame = Buffer.alloc(0), ...others] = avc.frames
      const first = Buffer.concat([u32(unit.length), unit, frame])
      return sample({ tracks: [{ ...isoPicture, samples: [first, ...others] }, isoSound] })
    },
  }
}

/** A message (SEI) of H.264. */
function message(type: number, payload: Uint8Array): Buffer {
  const count = (value: number): Buffer =>
    Buffer.concat([zeros(Math.floor(value / 255)).fill(255), Buffer.from([value % 255])])
  return Buffer.concat([Buffer.from([6]), count(type), count(payload.length), payload, Buffer.from([0x80])])
}

/** What is in fragments. */
export const fragmentPlaces: readonly HidingPlace[] = [
  { name: 'between the samples of a fragment', file: () => fragmentedFile({ between: told }) },
  { name: 'behind a run of samples', file: () => fragmentedFile({ inRun: told }) },
  { name: 'behind the header of a track of a fragment', file: () => fragmentedFile({ inHeader: told }) },
  ...['udta', 'uuid', 'sgpd', 'XYZ '].map((type) => ({
    name: `${type} in traf`,
    file: () => fragmentedFile({ inTrack: toldBox(type) }),
  })),
  ...['udta', 'uuid', 'meta', 'XYZ '].map((type) => ({
    name: `${type} in moof`,
    file: () => fragmentedFile({ inFragment: toldBox(type) }),
  })),
  ...['sidx', 'emsg', 'mfra', 'styp', 'prft', 'uuid'].map((type) => ({
    name: `${type} around a fragment`,
    file: () => fragmentedFile({ around: toldBox(type) }),
  })),
]
