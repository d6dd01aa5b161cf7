import { place, secret } from '../secrets.ts'
import { opus, vp8 } from './frames.ts'
import type { HidingPlace } from './hiding-place.ts'
import { appendToElement, type ElementPath, replaceElement } from './webm-editing.ts'
import { element, number, text, webmFile, webmPicture, webmSound } from './webm-sample.ts'

const told = text(`${secret} at ${place} ${secret}`)

const [ebml, segment, info, tracks, entry, cluster] = [
  0x1a45dfa3, 0x18538067, 0x1549a966, 0x1654ae6b, 0xae, 0x1f43b675,
]

function inside(what: string, path: ElementPath, id: number): HidingPlace {
  return { name: what, file: () => appendToElement(webmFile(), path, element(id, told)) }
}

/** The track of sound alone is the first. */
function ofSound(name: string, change: (file: Buffer) => Buffer): HidingPlace {
  return { name, file: () => change(webmFile({ tracks: [webmSound, webmPicture] })) }
}

const track = [segment, tracks, entry]

/** What is in the elements of a WebM. */
export const webmElementPlaces: readonly HidingPlace[] = [
  ...[0xec, 0xbf, 0x4283, 0x5555].map((id) => inside(`${id.toString(16)} in the header`, [ebml], id)),
  ...[0xec, 0x1254c367, 0x1941a469, 0x1043a770, 0xbf].map((id) =>
    inside(`${id.toString(16)} in the segment`, [segment], id),
  ),
  ...[0xec, 0x1254c367, 0x5555].map((id) => inside(`${id.toString(16)} behind the segment`, [], id)),
  ...[0x7ba9, 0x4d80, 0x5741, 0x4461, 0x73a4, 0x7384, 0x3cb923, 0x3c83ab, 0x6924, 0xec, 0x5555].map((id) =>
    inside(`${id.toString(16)} of the segment`, [segment, info], id),
  ),
  ...[0x536e, 0x258688, 0x3a9697, 0x3b4040, 0x26b240, 0x7446, 0xec, 0x5555, 0x22b59d, 0x41e4, 0xe2, 0xbf].map(
    (id) => inside(`${id.toString(16)} of a track`, track, id),
  ),
  inside('what nobody knows of a picture', [...track, 0xe0], 0x5555),
  inside('void in a picture', [...track, 0xe0], 0xec),
  inside('the private part of a projection', [...track, 0xe0], 0x7672),
  {
    name: 'the private part of a picture that has none',
    file: () => appendToElement(webmFile(), track, element(0x63a2, told)),
  },
  {
    name: 'the id of a track',
    file: () => replaceElement(webmFile(), [...track, 0x73c5], element(0x73c5, text(`P${secret}`))),
  },
  {
    name: 'the language of a track',
    file: () => appendToElement(webmFile(), track, element(0x22b59c, text(secret))),
  },
  {
    name: 'behind the name of the codec',
    file: () => replaceElement(webmFile(), [...track, 0x86], element(0x86, text(`V_VP8\0${secret}`))),
    mayBeRefused: true,
  },
  {
    name: 'the kind of document',
    file: () => replaceElement(webmFile(), [ebml, 0x4282], element(0x4282, text(`webm\0${secret}`))),
    mayBeRefused: true,
  },
  {
    name: 'the settings of a compression',
    file: () => appendToElement(webmFile(), track, element(0x6d80, told)),
    mayBeRefused: true,
  },
  {
    name: 'cues',
    file: () => appendToElement(webmFile(), [segment], element(0x1c53bb6b, cue())),
  },
  {
    name: 'the list of parts',
    file: () => {
      const seek = element(0x4dbb, [element(0x53ab, told), element(0x53ac, told), element(0xec, told)])
      return appendToElement(webmFile(), [segment], element(0x114d9b74, seek))
    },
  },
  ofSound('behind what Opus needs to know', (file) =>
    replaceElement(file, [...track, 0x63a2], element(0x63a2, Buffer.concat([opus.config, told]))),
  ),
]

function cue(): Buffer {
  const positions = element(0xb7, [element(0xf7, number(1)), element(0xf1, told), element(0x5555, told)])
  return element(0xbb, [element(0xb3, number(0)), positions, element(0xec, told)])
}

/** What is in clusters and frames of a WebM. */
export const webmFramePlaces: readonly HidingPlace[] = [
  ...[0xec, 0xbf, 0x5555, 0xa7, 0xab, 0x5854, 0xaf].map((id) =>
    inside(`${id.toString(16)} in a cluster`, [segment, cluster], id),
  ),
  ...[0xec, 0x75a1, 0x5555, 0x9b, 0xfb, 0x75a2, 0xa4, 0xa2].map((id) => ({
    name: `${id.toString(16)} in a group`,
    file: () => appendToElement(webmFile(), [segment, cluster], group(element(id, told))),
  })),
  {
    name: 'frames of a track that is none',
    file: () => appendToElement(webmFile(), [segment, cluster], group(Buffer.alloc(0), 9)),
  },
  {
    name: 'the padding of a packet of Opus',
    file: () => {
      const [frame = Buffer.alloc(0), ...others] = opus.frames
      const padded = Buffer.concat([
        Buffer.from([(frame[0] ?? 0) | 3, 0x41, told.length]),
        frame.subarray(1),
        told,
      ])
      return webmFile({ tracks: [webmPicture, { ...webmSound, frames: [padded, ...others] }] })
    },
  },
  {
    name: 'the comments of Vorbis',
    file: () => {
      const file = webmFile({ tracks: [webmSound, webmPicture] })
      const named = replaceElement(file, [...track, 0x86], element(0x86, text('A_VORBIS')))
      return replaceElement(named, [...track, 0x63a2], element(0x63a2, vorbis()))
    },
  },
  {
    name: 'the hash of FLAC',
    file: () => {
      const file = webmFile({ tracks: [webmSound, webmPicture] })
      const named = replaceElement(file, [...track, 0x86], element(0x86, text('A_FLAC')))
      return replaceElement(named, [...track, 0x63a2], element(0x63a2, flac(told.subarray(0, 16))))
    },
  },
  {
    name: 'the channels of Opus',
    mayBeRefused: true,
    file: () => {
      const config = Buffer.concat([opus.config.subarray(0, 18), Buffer.from([255, told.length, 0]), told])
      config[9] = told.length
      const file = webmFile({ tracks: [webmSound, webmPicture] })
      return replaceElement(file, [...track, 0x63a2], element(0x63a2, config))
    },
  },
  {
    name: 'the comments of FLAC',
    file: () => {
      const file = webmFile({ tracks: [webmSound, webmPicture] })
      const named = replaceElement(file, [...track, 0x86], element(0x86, text('A_FLAC')))
      const blocks = Buffer.concat([flac(Buffer.alloc(16)), Buffer.from([0x84, 0, 0, told.length]), told])
      return replaceElement(named, [...track, 0x63a2], element(0x63a2, blocks))
    },
  },
  ...[4, 5, 6, 2].map((type) =>
    inAv1(`metadata of AV1 of type ${type}`, obu(5, Buffer.concat([Buffer.from([type]), told]))),
  ),
  inAv1('a display of AV1', obu(5, Buffer.concat([Buffer.from([2]), told.subarray(0, 24)]))),
  ...[2, 8, 9, 15].map((type) => inAv1(`a unit of AV1 of type ${type}`, obu(type, told))),
  inAv1('a unit of AV1 that goes to the end', Buffer.concat([Buffer.from([5 << 3, 4]), told])),
]

/** A block of the picture, with something behind it. */
function group(behind: Uint8Array, trackNumber = 1): Buffer {
  const content = trackNumber === 1 ? (vp8.frames[0] ?? Buffer.alloc(0)) : told
  return element(0xa0, [
    element(0xa1, Buffer.concat([Buffer.from([0x80 | trackNumber, 0, 0, 0]), content])),
    Buffer.from(behind),
  ])
}

/** The first block of FLAC, which ends with a hash. */
function flac(hash: Uint8Array): Buffer {
  return Buffer.concat([
    text('fLaC'),
    Buffer.from([0, 0, 0, 34]),
    Buffer.alloc(10),
    Buffer.from([0x0b, 0xb8, 0x00, 0xf0]),
    Buffer.alloc(4),
    hash,
  ])
}

function vorbis(): Buffer {
  const first = Buffer.concat([
    Buffer.from([1]),
    text('vorbis'),
    Buffer.alloc(4),
    Buffer.from([1, 0x80, 0xbb]),
    Buffer.alloc(16),
  ])
  first[28] = 0xb8
  // Bit rates.
  first.set(told.subarray(0, 12), 16)
  first[29] = 1
  const length = Buffer.alloc(4)
  length.writeUInt32LE(told.length)
  const one = Buffer.from([1, 0, 0, 0])
  const comments = Buffer.concat([
    Buffer.from([3]),
    text('vorbis'),
    length,
    told,
    one,
    length,
    told,
    Buffer.from([1]),
  ])
  const setup = Buffer.concat([Buffer.from([5]), text('vorbis'), Buffer.alloc(20)])
  return Buffer.concat([Buffer.from([2, first.length, comments.length]), first, comments, setup])
}

/** A unit of AV1 that says how long it is. */
function obu(type: number, payload: Uint8Array): Buffer {
  const content = Buffer.concat([payload, Buffer.from([0x80])])
  return Buffer.concat([Buffer.from([(type << 3) | 2, content.length]), content])
}

/** Frames that no decoder can show, with a unit behind. */
function inAv1(name: string, unit: Buffer): HidingPlace {
  return {
    name,
    file: () => {
      const frames = [Buffer.concat([Buffer.from([0x12, 0x00]), obu(6, Buffer.alloc(20)), unit])]
      const file = webmFile({ tracks: [{ ...webmPicture, frames }, webmSound] })
      const named = replaceElement(file, [...track, 0x86], element(0x86, text('V_AV1')))
      return appendToElement(
        named,
        track,
        element(0x63a2, Buffer.concat([Buffer.from([0x81, 0, 0x0c, 0]), unit])),
      )
    },
  }
}
