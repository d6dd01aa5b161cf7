import { type Budget, demand, tooComplex } from './budget.ts'
import type { FrameCleaner } from './frame-cleaning.ts'
import { freeHeader } from './iso-boxes.ts'
import { freeArea } from './iso-cleaning.ts'
import { defaultSizes, readFragment } from './iso-fragments.ts'
import { frameCleanerOf } from './iso-frames.ts'
import { type IsoIndex, patchesOf } from './iso-index.ts'
import { sampleRanges } from './iso-samples.ts'
import { type Track, readTracks } from './iso-tracks.ts'
import { blankRanges, writePatches } from './patches.ts'
import type { Range, VideoFile } from './video-file.ts'

/** A sample, or a chunk of samples, that stays. */
interface Kept extends Range {
  clean: FrameCleaner | null
}

/** The parts of a video that are kept. */
export interface Choice {
  trackIds: readonly number[]
  budget: Budget
}

/**
 * Removes everything but picture and sound from a copy of an MP4 or MOV: the index is replaced by its cleaned form,
 * everything else is zeroed in place, and frames lose what is not picture, so no offset changes and nothing is moved.
 */
export async function stripIso(
  file: VideoFile,
  index: IsoIndex,
  { trackIds, budget }: Choice,
): Promise<void> {
  const tracks = readTracks(index.movie, budget)
  const ours = tracks.filter(({ id }) => trackIds.includes(id))
  demand(ours.length === trackIds.length)
  const kept = [...keptOfTracks(ours, budget), ...keptOfFragments(index, ours, budget)]
  for (const { box } of tracks.filter((track) => !ours.includes(track)))
    freeArea({ bytes: index.movie.bytes, start: box.start, end: box.end })
  await blankRanges(file, [...index.free.map(behindHeader), index.rest])
  await writePatches(file, patchesOf(index))
  await cleanMedia(file, { kept, media: index.media }, budget)
}

function behindHeader(range: Range): Range {
  return { start: range.start + freeHeader(range).length, end: range.end }
}

function keptOfTracks(tracks: readonly Track[], budget: Budget): Kept[] {
  return tracks.flatMap((track) => {
    const clean = frameCleanerOf(track, budget)
    return sampleRanges(track, clean ? 'sample' : 'chunk', budget).map((range) => ({ ...range, clean }))
  })
}

function keptOfFragments({ movie, fragments }: IsoIndex, tracks: readonly Track[], budget: Budget): Kept[] {
  const sizes = defaultSizes(movie, budget)
  const ours = new Map(tracks.map(({ id }) => [id, sizes.get(id) ?? 0]))
  const cleaners = new Map(tracks.map((track) => [track.id, frameCleanerOf(track, budget)]))
  return fragments.flatMap((fragment) =>
    readFragment(fragment, ours, budget).flatMap(({ track, samples }) =>
      samples.map((range) => ({ ...range, clean: cleaners.get(track) ?? null })),
    ),
  )
}

/** Goes once through everything that can contain samples: cleans those that stay, and blanks what is between them. */
async function cleanMedia(
  file: VideoFile,
  { kept, media }: { kept: readonly Kept[]; media: readonly Range[] },
  budget: Budget,
): Promise<void> {
  const inOrder = kept.filter(({ start, end }) => start < end).sort((one, other) => one.start - other.start)
  // Overlapping samples would be read again and again.
  if (inOrder.reduce((sum, { start, end }) => sum + end - start, 0) > file.size * 2) throw tooComplex()
  let next = 0
  for (const { start, end } of media) {
    let at = start
    for (; next < inOrder.length; next++) {
      const sample = inOrder[next]
      if (!sample || sample.start >= end) break
      const isInside = sample.start >= start && sample.end <= end
      if (sample.clean) demand(isInside)
      if (sample.start > at) await file.fill({ start: at, end: sample.start }, 0)
      await budget.rest()
      if (sample.clean) await sample.clean({ file, budget, start: sample.start, end: sample.end })
      at = Math.max(at, sample.end)
    }
    await file.fill({ start: at, end }, 0)
  }
  demand(inOrder.slice(next).every(({ clean }) => clean === null))
}
