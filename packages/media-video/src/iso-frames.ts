import { cleanAacFrame } from './aac-frames.ts'
import { cleanAv1Frame } from './av1-units.ts'
import { type Budget, unreadable } from './budget.ts'
import type { FrameCleaner } from './frame-cleaning.ts'
import { boxesIn } from './iso-boxes.ts'
import type { Track } from './iso-tracks.ts'
import { cleanAvcFrame, cleanHevcFrame } from './nal-units.ts'
import { cleanOpusFrame } from './opus-packets.ts'

/** Where the boxes begin in the description of a picture. */
const pictureFieldBytes = 78

/** Returns the cleaner of a track's frames; `null` if they can contain nothing but picture or sound. */
export function frameCleanerOf(track: Track, budget: Budget): FrameCleaner | null {
  switch (track.coding) {
    case 'avc1':
    case 'avc3':
      return cleanAvcFrame(lengthBytes(track, { type: 'avcC', at: 4 }, budget))
    case 'hvc1':
    case 'hev1':
      return cleanHevcFrame(lengthBytes(track, { type: 'hvcC', at: 21 }, budget))
    case 'av01':
      return cleanAv1Frame
    case 'mp4a':
      return isAac(track) ? cleanAacFrame : null
    case 'Opus':
      return cleanOpusFrame
    default:
      return null
  }
}

/** The size of a unit's length field; all descriptions have to agree. */
function lengthBytes(
  { descriptions }: Track,
  { type, at }: { type: string; at: number },
  budget: Budget,
): number {
  const found = new Set<number>()
  for (const bytes of descriptions) {
    const boxes = boxesIn({ bytes, start: pictureFieldBytes, end: bytes.length }, budget)
    const config = boxes.find((box) => box.type === type)
    found.add(config && config.end - config.content > at ? ((bytes[config.content + at] ?? 0) & 3) + 1 : 0)
  }
  const [length = 0] = found
  if (found.size !== 1 || length === 0 || length === 3)
    throw unreadable('Its pictures do not say how they are coded.')
  return length
}

/**
 * QuickTime's version of a description determines the length of its fields; the configuration of AAC follows them, and
 * MP3 has none.
 */
function isAac({ descriptions }: Track): boolean {
  return descriptions.every((description) => {
    const at = description.indexOf('esds', 28, 'latin1')
    // Version, flags, and the headers of two descriptors, as this package writes them.
    return at >= 0 && [0x40, 0x66, 0x67, 0x68].includes(description[at + 4 + 4 + 2 + 3 + 2] ?? 0)
  })
}
