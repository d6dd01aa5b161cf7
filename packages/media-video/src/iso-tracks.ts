import { type Budget, demand, unreadable } from './budget.ts'
import { type Box, boxesIn } from './iso-boxes.ts'
import { freeArea } from './iso-cleaning.ts'
import type { IndexBox } from './iso-index.ts'
import { pictureTypes, soundTypes } from './iso-sample-entries.ts'

/** A track of a cleaned index. */
export interface Track {
  id: number
  box: Box
  /** How its samples are coded: the type of their descriptions. `null` if not accepted. */
  coding: string | null
  /** The contents of its descriptions. */
  descriptions: Buffer[]
  /** A table of its samples; `undefined` if there is none. */
  table(type: string): Buffer
}

/** The tracks of picture and sound. Others are freed. */
export function readTracks(movie: IndexBox, budget: Budget): Track[] {
  const tracks: Track[] = []
  for (const box of boxesIn(movie, budget)) {
    if (box.type !== 'trak') continue
    budget.spend('track')
    const track = readTrack(movie.bytes, box, budget)
    if (track) tracks.push(track)
    else freeArea({ bytes: movie.bytes, ...box })
  }
  demand(new Set(tracks.map(({ id }) => id)).size === tracks.length)
  return tracks
}

function readTrack(bytes: Buffer, box: Box, budget: Budget): Track | null {
  const children = (parent: Box): Map<string, Box> =>
    new Map(
      boxesIn({ bytes, start: parent.content, end: parent.end }, budget).map((child) => [child.type, child]),
    )
  const find = (parent: Box | undefined, type: string): Box | undefined =>
    parent ? children(parent).get(type) : undefined
  const contentOf = (child: Box | undefined): Buffer =>
    child ? bytes.subarray(child.content, child.end) : Buffer.alloc(0)

  const header = contentOf(find(box, 'tkhd'))
  const media = find(box, 'mdia')
  const handler = contentOf(find(media, 'hdlr')).toString('latin1', 8, 12)
  if (header.length === 0 || (handler !== 'vide' && handler !== 'soun')) return null
  const samples = find(find(media, 'minf'), 'stbl')
  const tables = samples ? children(samples) : new Map<string, Box>()
  const descriptions = contentOf(tables.get('stsd'))
  const entries = boxesIn(
    { bytes: descriptions, start: Math.min(8, descriptions.length), end: descriptions.length },
    budget,
  )
  const [entry] = entries
  // Frames are cleaned according to their description, so all of them must use the same.
  if (entries.some(({ type }) => type !== entry?.type))
    throw unreadable('Its pictures are coded in several ways.')
  const types = handler === 'vide' ? pictureTypes : soundTypes
  return {
    id: header.readUInt32BE(header[0] === 1 ? 20 : 12),
    box,
    coding: entry && types.has(entry.type) ? entry.type : null,
    descriptions: entries.map(({ content, end }) => descriptions.subarray(content, end)),
    table: (type) => contentOf(tables.get(type)),
  }
}
