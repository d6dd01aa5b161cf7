import { KithError } from '@kith/core'
import type { VideoFile } from './video-file.ts'
import { elementsIn, ids } from './webm-elements.ts'

const inSegment: readonly number[] = [
  ids.seekHead,
  ids.info,
  ids.tracks,
  ids.cluster,
  ids.cues,
  ids.tags,
  ids.chapters,
  ids.attachments,
  ids.void,
  ids.crc32,
]

/** What stands beside a cluster that was left without a size. */
const inCluster: readonly number[] = [
  ids.timestamp,
  ids.position,
  ids.previousSize,
  ids.simpleBlock,
  ids.blockGroup,
]

/**
 * Refuses a WebM with anything between its parts that is none. mediabunny 1.61.0 looks for the next part behind it and
 * never ends if the file ends 8 bytes later (`resync`).
 * @throws media-unreadable
 */
export async function checkWebmParts(file: VideoFile): Promise<void> {
  let segments = 0
  for await (const element of elementsIn(file, { start: 0, end: file.size })) {
    if (element.id !== ids.segment) continue
    segments++
    let isOpen = false
    for await (const { id, start, end } of elementsIn(file, element)) {
      if (id === ids.cluster) isOpen = start === end
      if (!inSegment.includes(id) && !(isOpen && inCluster.includes(id)))
        throw new KithError('media-unreadable')
    }
  }
  if (segments !== 1) throw new KithError('media-unreadable')
}
