import { fixture, named, type NamedFile, sampleTable } from '../fixtures.ts'

/**
 * Samples of a container: a plain one; with places, titles and names wherever they can be; with a date; with tracks of
 * text and places; with text between and after its frames; and with frames that no decoder can show.
 */
export type VideoSample = 'plain' | 'tagged' | 'dated' | 'other-tracks' | 'gaps' | 'broken'

/** One of the containers. */
export interface Container {
  name: string
  frames: readonly Buffer[]
  /** Whether a file that begins like this is one. */
  isOne(head: Buffer): boolean
  sample(what: VideoSample): Buffer
  /** The date in the sample that has one: from 1904 in seconds, or from 2001 in nanoseconds. */
  date: Uint8Array
}

function container(name: string, codecs: readonly string[]): Pick<Container, 'name' | 'frames' | 'sample'> {
  return {
    name,
    frames: codecs.flatMap((codec) => [0, 1].map((index) => fixture(`videos/frames/${codec}-${index}.bin`))),
    sample: (what) => fixture(`videos/${what}.${name.toLowerCase()}`),
  }
}

function isoContainer(name: string, isBrand: (brand: string) => boolean): Container {
  return {
    ...container(name, ['avc', 'aac']),
    isOne: (head) => head.toString('latin1', 4, 8) === 'ftyp' && isBrand(head.toString('latin1', 8, 12)),
    date: Buffer.from('e66ab3c5', 'hex'),
  }
}

/** The required containers. */
export const containers: readonly Container[] = [
  isoContainer('MP4', (brand) => brand !== 'qt  '),
  isoContainer('MOV', (brand) => brand === 'qt  '),
  {
    ...container('WebM', ['vp8', 'opus']),
    isOne: (head) => head.readUInt32BE() === 0x1a45dfa3 && head.includes('webm'),
    date: Buffer.from('0b2d4f6183a5c7e9', 'hex'),
  },
]

/** An MP4 that was turned. */
export function turnedVideo(): Buffer {
  return fixture('videos/turned.mp4')
}

/** An MP4 as it should be. */
export function plainVideo(): Buffer {
  return fixture('videos/plain.mp4')
}

/** Files that are not videos. */
export const noVideos: readonly NamedFile[] = named(sampleTable.noVideos)
