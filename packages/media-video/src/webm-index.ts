import { type Budget, demand, tooComplex } from './budget.ts'
import { joined } from './iso-boxes.ts'
import type { Patch } from './patches.ts'
import type { Range, VideoFile } from './video-file.ts'
import { countFrames } from './webm-blocks.ts'
import { cleanElements, type Schema } from './webm-cleaning.ts'
import { type Element, elementsIn, voidHeader } from './webm-elements.ts'
import { elementsOf, partsOf } from './webm-parts.ts'
import { cuesSchema, headerSchema, ids, infoSchema, seekHeadSchema } from './webm-schema.ts'
import { cleanTracks, type WebmTrack } from './webm-tracks.ts'

/** Everything of a WebM but its clusters, cleaned. */
export interface WebmIndex {
  segment: Range
  /** The elements that stay, completely. */
  kept: Patch[]
  /** The tracks, and their element. */
  tracks: WebmTrack[]
  trackBytes: Buffer
  /** The parts that become void. */
  gone: Range[]
}

/** Cues of hours. */
const maxIndexBytes = 8 * 1024 * 1024

const schemas: ReadonlyMap<number, Schema> = new Map([
  [ids.ebml, headerSchema],
  [ids.info, infoSchema],
  [ids.cues, cuesSchema],
  [ids.seekHead, seekHeadSchema],
])

/** Reads and cleans the index, and goes through all clusters. @throws media-unreadable, media-too-complex */
export async function readWebmIndex(file: VideoFile, budget: Budget): Promise<WebmIndex> {
  const kept: Patch[] = []
  const gone: Range[] = []
  const seen = new Set<number>()
  let left = maxIndexBytes
  let tracks: Pick<WebmIndex, 'tracks' | 'trackBytes'> | undefined

  async function take(element: Element): Promise<void> {
    const { id, start, content, end } = element
    const schema = schemas.get(id)
    if (seen.has(id) || (!schema && id !== ids.tracks)) {
      gone.push(element)
      return
    }
    seen.add(id)
    left -= end - start
    if (left < 0) throw tooComplex()
    const bytes = Buffer.from(await file.read(start, end - start))
    const area = { bytes, start: content - start, end: end - start }
    if (id === ids.cues) budget.spend('cue', elementsIn(bytes, area, budget).length)
    if (schema) cleanElements(area, schema, budget)
    else tracks = { tracks: cleanTracks(bytes, area, budget), trackBytes: bytes }
    kept.push({ start, bytes })
  }

  let segment: Range | undefined
  for await (const element of elementsOf(file, { start: 0, end: file.size }, budget)) {
    if (element.id !== ids.segment) {
      await take(element)
      continue
    }
    demand(segment === undefined && seen.has(ids.ebml))
    segment = { start: element.content, end: element.end }
    for await (const { element: part, isInCluster } of partsOf(file, segment, budget)) {
      if (isInCluster) await countFrames(file, part, budget)
      else await take(part)
    }
  }
  demand(segment !== undefined && tracks !== undefined)
  return { segment, kept, ...tracks, gone: joined(gone) }
}

/** The patches that clean the file's index; not including the content of void elements. */
export function patchesOf({ kept, gone }: WebmIndex): Patch[] {
  const headers = gone.map((range) => ({ start: range.start, bytes: voidHeader(range) }))
  return [...kept, ...headers].sort((one, other) => one.start - other.start)
}
