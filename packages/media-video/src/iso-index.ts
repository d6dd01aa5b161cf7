import { type Budget, demand, tooComplex } from './budget.ts'
import { type Area, type Box, boxAt, freeHeader, joined, maxHeaderBytes } from './iso-boxes.ts'
import { cleanBrands } from './iso-brands.ts'
import { cleanBoxes } from './iso-cleaning.ts'
import { fragmentSchema } from './iso-fragment-schema.ts'
import { movieSchema } from './iso-movie-schema.ts'
import type { Patch } from './patches.ts'
import type { Range, VideoFile } from './video-file.ts'

/** A top-level box that was completely read into memory. */
export interface IndexBox extends Area {
  /** Where it is in the file. */
  at: number
}

/** Everything of an MP4 or MOV but its samples, cleaned. */
export interface IsoIndex {
  movie: IndexBox
  fragments: IndexBox[]
  brands: Patch[]
  /** Where the samples are. */
  media: Range[]
  /** Existing and new free space. */
  free: Range[]
  /** The bytes after the last box; too few for one. */
  rest: Range
}

/** The index is read into memory: tables for hours, or that of each fragment. */
const maxIndexBytes = 32 * 1024 * 1024

/** Files list about ten brands of four bytes. */
const maxBrandBytes = 1024

/** Reads and cleans the index. @throws media-unreadable, media-too-complex */
export async function readIsoIndex(file: VideoFile, budget: Budget): Promise<IsoIndex> {
  const index: Omit<IsoIndex, 'movie'> = {
    fragments: [],
    brands: [],
    media: [],
    free: [],
    rest: { start: 0, end: 0 },
  }
  let movie: IndexBox | undefined
  let left = maxIndexBytes

  async function load({ start, content, end }: Box): Promise<IndexBox> {
    left -= end - start
    if (left < 0) throw tooComplex()
    const bytes = Buffer.from(await file.read(start, end - start))
    demand(bytes.length === end - start)
    return { bytes, at: start, start: content - start, end: end - start }
  }

  let at = 0
  while (at + 8 <= file.size) {
    budget.spend('top')
    await budget.rest()
    const box = boxAt(await file.read(at, maxHeaderBytes), { start: at, end: file.size })
    if (box.type === 'mdat') index.media.push({ start: box.content, end: box.end })
    else if (box.type === 'moov' && !movie) movie = await load(box)
    else if (box.type === 'moof') index.fragments.push(await load(box))
    else if (box.type === 'ftyp' || box.type === 'styp')
      index.free.push(...(await takeBrands(file, box, index.brands)))
    else index.free.push(box)
    at = box.end
  }
  index.rest = { start: at, end: file.size }
  demand(movie !== undefined)
  cleanBoxes(movie, movieSchema, budget)
  for (const fragment of index.fragments) cleanBoxes(fragment, fragmentSchema, budget)
  return { ...index, movie, free: joined(index.free) }
}

/** Returns the parts of the box that become free space. */
async function takeBrands(file: VideoFile, box: Box, brands: Patch[]): Promise<Range[]> {
  if (box.end - box.start > maxBrandBytes) return [box]
  const bytes = Buffer.from(await file.read(box.start, box.end - box.start))
  const length = cleanBrands(bytes.subarray(box.content - box.start))
  if (length === null) return [box]
  bytes.fill(0, box.content - box.start + length)
  brands.push({ start: box.start, bytes })
  return []
}

/** The patches that clean the file's index; not including the content of free space. */
export function patchesOf({ movie, fragments, brands, free }: IsoIndex): Patch[] {
  const loaded = [movie, ...fragments].map(({ at, bytes }) => ({ start: at, bytes }))
  const headers = free.map((range) => ({ start: range.start, bytes: freeHeader(range) }))
  return [...loaded, ...brands, ...headers].sort((one, other) => one.start - other.start)
}
