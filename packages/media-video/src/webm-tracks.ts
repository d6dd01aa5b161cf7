import { cleanAacConfig } from './aac-config.ts'
import { cleanAacFrame } from './aac-frames.ts'
import { cleanAv1Config, cleanAv1Frame } from './av1-units.ts'
import { type Budget, unreadable } from './budget.ts'
import type { FrameCleaner } from './frame-cleaning.ts'
import { cleanAvcConfig, cleanHevcConfig } from './nal-config.ts'
import { cleanAvcFrame, cleanHevcFrame } from './nal-units.ts'
import { cleanOpusFrame } from './opus-packets.ts'
import { cleanFlacHead, cleanOpusHead, cleanVorbisHeaders } from './sound-configs.ts'
import type { Range } from './video-file.ts'
import { cleanElements, type Leaf, voidArea } from './webm-cleaning.ts'
import { elementsIn, numberIn } from './webm-elements.ts'
import { ids, trackSchema } from './webm-schema.ts'

/** A track of a cleaned WebM. */
export interface WebmTrack extends Range {
  number: number
  clean: FrameCleaner | null
}

const nothing: Leaf = () => null

/** The features of VP9: at most four numbers, each with its id and length. */
const vp9Features: Leaf = (content) => {
  for (let at = 0; at < content.length; at += 3)
    if ((content[at] ?? 0) > 4 || content[at + 1] !== 1 || content.length < at + 3)
      return at === 0 ? null : at
  return content.length <= 12 ? content.length : null
}

interface Codec {
  /** The configuration that decoders need. */
  config: Leaf
  frames?: (config: Buffer) => FrameCleaner
}

/** The size of a unit's length field. */
function lengthBytes(config: Buffer, at: number): number {
  const bytes = ((config[at] ?? 2) & 3) + 1
  if (bytes === 3) throw unreadable('Its pictures do not say how they are coded.')
  return bytes
}

/** The accepted codecs. */
const codecs: Readonly<Record<string, Codec>> = {
  V_VP8: { config: nothing },
  V_VP9: { config: vp9Features },
  V_AV1: { config: cleanAv1Config, frames: () => cleanAv1Frame },
  'V_MPEG4/ISO/AVC': { config: cleanAvcConfig, frames: (config) => cleanAvcFrame(lengthBytes(config, 4)) },
  'V_MPEGH/ISO/HEVC': {
    config: cleanHevcConfig,
    frames: (config) => cleanHevcFrame(lengthBytes(config, 21)),
  },
  A_OPUS: { config: cleanOpusHead, frames: () => cleanOpusFrame },
  A_VORBIS: { config: cleanVorbisHeaders },
  A_AAC: { config: cleanAacConfig, frames: () => cleanAacFrame },
  A_FLAC: { config: cleanFlacHead },
  ...Object.fromEntries(
    ['A_MPEG/L3', 'A_AC3', 'A_EAC3', 'A_DTS', 'A_PCM/INT/LIT', 'A_PCM/INT/BIG', 'A_PCM/FLOAT/IEEE'].map(
      (id) => [id, { config: nothing }],
    ),
  ),
}

const types = { picture: 1, sound: 2 } as const

/** Cleans the tracks of picture and sound in place, and lists them. Others become void. */
export function cleanTracks(bytes: Buffer, range: Range, budget: Budget): WebmTrack[] {
  const tracks: WebmTrack[] = []
  for (const entry of elementsIn(bytes, range, budget)) {
    const track = entry.id === ids.trackEntry ? cleanTrack(bytes, entry, budget) : null
    if (track) tracks.push({ ...track, start: entry.start, end: entry.end })
    else voidArea({ bytes, start: entry.start, end: entry.end })
  }
  return tracks
}

function cleanTrack(
  bytes: Buffer,
  { content, end }: { content: number; end: number },
  budget: Budget,
): Pick<WebmTrack, 'number' | 'clean'> | null {
  budget.spend('track')
  const fields = elementsIn(bytes, { start: content, end }, budget)
  const find = (id: number): Buffer | undefined => {
    const field = fields.find((each) => each.id === id)
    return field && bytes.subarray(field.content, field.end)
  }
  const type = numberIn(find(ids.trackType)?.subarray(0, 8) ?? new Uint8Array())
  if (type !== types.picture && type !== types.sound) return null
  if (find(ids.contentEncodings)) throw unreadable('Its frames are compressed or encrypted.')
  const codecId = find(ids.codecId)?.toString('latin1').replace(/\0+$/, '') ?? ''
  const codec = Object.hasOwn(codecs, codecId) ? codecs[codecId] : undefined
  const number = numberIn(find(ids.trackNumber)?.subarray(0, 8) ?? new Uint8Array())
  const form = { number, codecs: codec ? [codecId] : [], config: codec?.config ?? nothing }
  cleanElements({ bytes, start: content, end }, trackSchema(form), budget)
  const config = elementsIn(bytes, { start: content, end }, budget).find(({ id }) => id === ids.codecPrivate)
  return {
    number,
    clean: codec?.frames?.(config ? bytes.subarray(config.content, config.end) : Buffer.alloc(0)) ?? null,
  }
}
