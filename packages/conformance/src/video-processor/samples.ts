import { place, secret } from '../secrets.ts'
import { aac, avc, opus, vp8 } from './frames.ts'
import { type IsoShape, isoFile, isoPicture, isoSound } from './iso-sample.ts'
import { type WebmShape, webmFile, webmPicture, webmSound } from './webm-sample.ts'

/** One of the containers, and its sample in each of the ways that the cases ask for. */
export interface Container {
  name: string
  frames: readonly Buffer[]
  /** Whether a file that begins like this is one. */
  isOne(head: Buffer): boolean
  plain(): Buffer
  /** With places, titles and names wherever they can stand. */
  tagged(): Buffer
  dated(): Buffer
  date: Uint8Array
  /** With tracks of texts and places beside picture and sound. */
  withOtherTracks(): Buffer
  /** With a text between and behind the frames that no track uses. */
  withGaps(): Buffer
  /** With frames that no decoder can show. */
  broken(): Buffer
}

/** The time of a recording, as MP4 and WebM count it: from 1904 in seconds, and from 2001 in nanoseconds. */
const isoDate = 0xe66a_b3c5
const webmDate = 0x0b2d_4f61_83a5_c7e9n

const told = Buffer.from(`${secret} at ${place}`, 'latin1')
const noFrames = [Buffer.alloc(300), Buffer.alloc(40)]

function isoContainer(name: string, brand: IsoShape['brand']): Container {
  const file = (fields: Partial<IsoShape> = {}): Buffer => isoFile({ brand, ...fields })
  const date = Buffer.alloc(4)
  date.writeUInt32BE(isoDate)
  const others = (['text', 'meta'] as const).map((handler) => ({ handler, samples: [told], duration: 100 }))
  return {
    name,
    frames: [...avc.frames, ...aac.frames],
    isOne: (head) =>
      head.toString('latin1', 4, 8) === 'ftyp' &&
      (head.toString('latin1', 8, 12) === 'qt  ') === (brand === 'qt  '),
    plain: file,
    tagged: () => file({ tags: true }),
    dated: () => file({ date: isoDate }),
    date,
    withOtherTracks: () => file({ tracks: [isoPicture, isoSound, ...others] }),
    withGaps: () => file({ gap: told }),
    broken: () => file({ tracks: [{ ...isoPicture, samples: noFrames }, isoSound] }),
  }
}

function webmContainer(): Container {
  const file = (fields: Partial<WebmShape> = {}): Buffer => webmFile(fields)
  const date = Buffer.alloc(8)
  date.writeBigInt64BE(webmDate)
  return {
    name: 'WebM',
    frames: [...vp8.frames, ...opus.frames],
    isOne: (head) => head.readUInt32BE() === 0x1a45dfa3 && head.includes('webm'),
    plain: file,
    tagged: () => file({ tags: true }),
    dated: () => file({ date: webmDate }),
    date,
    withOtherTracks: () =>
      file({ tracks: [{ type: 'text', frames: [told], duration: 100 }, webmPicture, webmSound] }),
    withGaps: () => file({ gap: told }),
    broken: () => file({ tracks: [{ ...webmPicture, frames: noFrames }, webmSound] }),
  }
}

/** What has to be read and written. */
export const containers: readonly Container[] = [
  isoContainer('MP4', 'isom'),
  isoContainer('MOV', 'qt  '),
  webmContainer(),
]

/** Files that are no videos. */
export const noVideos: readonly (readonly [string, Buffer])[] = [
  ['an empty file', Buffer.alloc(0)],
  ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
  ['a picture', Buffer.from('UklGRhwAAABXRUJQVlA4TA8AAAAvAAAAAAcQ/Y/+ByKi/wEA', 'base64')],
  ['an MP4 without its index', isoFile().subarray(0, 28)],
  ['an MP4 whose index is cut off', isoFile().subarray(0, 600)],
  ['an MP4 of sound alone', isoFile({ tracks: [isoSound] })],
  ['a WebM without its tracks', webmFile().subarray(0, 60)],
  ['a WebM of sound alone', webmFile({ tracks: [webmSound] })],
]
