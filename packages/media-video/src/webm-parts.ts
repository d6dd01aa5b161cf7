import { type Budget, demand, tooComplex } from './budget.ts'
import type { Range, VideoFile } from './video-file.ts'
import { type Element, elementAt, maxHeaderBytes } from './webm-elements.ts'
import { clusterNumbers, ids } from './webm-schema.ts'

/** An element of the segment, or of one of its clusters. */
export interface Part {
  element: Element
  /** Whether it belongs to a cluster. */
  isInCluster: boolean
}

const inSegment: ReadonlySet<number> = new Set([
  ids.seekHead,
  ids.info,
  ids.tracks,
  ids.cues,
  ids.tags,
  ids.chapters,
  ids.attachments,
  ids.void,
  ids.crc32,
])

/** mediabunny reads an entire cluster, which has a few seconds, and lists its blocks. */
const maxClusterBlocks = 65_536
/** A cluster is read completely; encoders begin one every few seconds. */
const maxClusterBytes = 32 * 1024 * 1024

/** The elements in a part of a file. */
export async function* elementsOf(
  file: VideoFile,
  { start, end }: Range,
  budget: Budget,
): AsyncGenerator<Element> {
  for (let at = start; at < end;) {
    await budget.rest()
    const head = await file.read(at, Math.min(maxHeaderBytes, end - at))
    const element = elementAt(head, { start: at, end })
    const isBlock = element.id === ids.simpleBlock || element.id === ids.blockGroup
    budget.spend(isBlock ? 'frame' : 'part')
    // The content of a cluster without a size appears next to it.
    if (element.isUnsized && element.id === ids.cluster) element.end = element.content
    demand(!element.isUnsized || element.id === ids.cluster || element.id === ids.segment)
    yield element
    at = element.end
  }
}

/**
 * All parts of a segment. Anything else among them is refused: mediabunny 1.61.0 looks for the next part after it and
 * never ends if the file ends 8 bytes later (`resync`).
 * @throws media-unreadable, media-too-complex
 */
export async function* partsOf(file: VideoFile, segment: Range, budget: Budget): AsyncGenerator<Part> {
  let isOpen = false
  let openBytes = 0
  let blocks = 0
  for await (const element of elementsOf(file, segment, budget)) {
    const isOfCluster = clusterNumbers.has(element.id) || isBlock(element)
    openBytes = isOfCluster || element.id === ids.void ? openBytes + element.end - element.start : 0
    if (element.end - element.start > maxClusterBytes && element.id === ids.cluster) throw tooComplex()
    if (openBytes > maxClusterBytes && isOpen) throw tooComplex()
    blocks = isOfCluster ? blocks + 1 : 0
    if (blocks > maxClusterBlocks) throw tooComplex()
    if (element.id === ids.cluster) {
      isOpen = element.isUnsized
      for await (const child of elementsOf(file, { start: element.content, end: element.end }, budget)) {
        if (++blocks > maxClusterBlocks) throw tooComplex()
        demand(child.id !== ids.cluster)
        yield { element: child, isInCluster: true }
      }
    } else {
      demand(inSegment.has(element.id) || (isOpen && isOfCluster))
      yield { element, isInCluster: isOfCluster }
    }
  }
}

/** Whether it holds a frame. */
function isBlock({ id }: Element): boolean {
  return id === ids.simpleBlock || id === ids.blockGroup
}
