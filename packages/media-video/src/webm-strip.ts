import { type Budget, demand } from './budget.ts'
import type { FrameCleaner } from './frame-cleaning.ts'
import type { Choice } from './iso-strip.ts'
import { blankRanges, writePatches } from './patches.ts'
import type { Range, VideoFile } from './video-file.ts'
import { frameRanges } from './webm-blocks.ts'
import { voidArea } from './webm-cleaning.ts'
import { type Element, voidHeader } from './webm-elements.ts'
import { patchesOf, type WebmIndex } from './webm-index.ts'
import { elementsOf, partsOf } from './webm-parts.ts'
import { clusterNumber, clusterNumbers, groupNumbers, ids } from './webm-schema.ts'

/** The cleaner for the frames of each track that stays, by number. */
type Cleaners = ReadonlyMap<number, FrameCleaner | null>

/**
 * Removes everything but picture and sound from a copy of a WebM: everything else becomes void in place, and frames
 * lose what is not picture, so nothing is moved. Other tracks are removed with their blocks.
 */
export async function stripWebm(
  file: VideoFile,
  index: WebmIndex,
  { trackIds, budget }: Choice,
): Promise<void> {
  const ours = index.tracks.filter(({ number }) => trackIds.includes(number))
  demand(ours.length === trackIds.length)
  for (const track of index.tracks.filter((each) => !ours.includes(each)))
    voidArea({ bytes: index.trackBytes, start: track.start, end: track.end })
  const contents = index.gone.map((range) => ({
    start: range.start + voidHeader(range).length,
    end: range.end,
  }))
  await blankRanges(file, contents)
  await writePatches(file, patchesOf(index))
  await cleanClusters(
    file,
    { segment: index.segment, cleaners: new Map(ours.map((track) => [track.number, track.clean])) },
    budget,
  )
}

async function cleanClusters(
  file: VideoFile,
  { segment, cleaners }: { segment: Range; cleaners: Cleaners },
  budget: Budget,
): Promise<void> {
  const gone: Range[] = []
  for await (const { element, isInCluster } of partsOf(file, segment, budget)) {
    if (!isInCluster) continue
    if (await keeps(file, element, { cleaners, budget })) continue
    // Neighbors become one void element, once the last of them is known.
    const last = gone.pop()
    if (last && last.end !== element.start) await voidRange(file, last)
    gone.push({ start: last?.end === element.start ? last.start : element.start, end: element.end })
  }
  for (const range of gone) await voidRange(file, range)
}

interface Keeping {
  cleaners: Cleaners
  budget: Budget
}

/** Cleans an element of a cluster; `false` if nothing of it may stay. */
async function keeps(file: VideoFile, element: Element, keeping: Keeping): Promise<boolean> {
  if (element.id === ids.simpleBlock) return await keepsBlock(file, element, keeping)
  if (element.id === ids.blockGroup) return await keepsGroup(file, element, keeping)
  return clusterNumbers.has(element.id) && (await isNumber(file, element))
}

async function isNumber(file: VideoFile, { content, end }: Element): Promise<boolean> {
  return end - content <= 8 && clusterNumber(Buffer.from(await file.read(content, end - content))) !== null
}

async function keepsGroup(file: VideoFile, group: Element, keeping: Keeping): Promise<boolean> {
  const parts: Element[] = []
  for await (const part of elementsOf(file, { start: group.content, end: group.end }, keeping.budget))
    parts.push(part)
  const block = parts.find(({ id }) => id === ids.block)
  if (!block || !(await keepsBlock(file, block, keeping))) return false
  for (const part of parts) {
    if (part === block) continue
    const rule = groupNumbers.get(part.id)
    const isShort = part.end - part.content <= 8
    if (rule && isShort && rule(Buffer.from(await file.read(part.content, part.end - part.content))) !== null)
      continue
    await voidRange(file, part)
  }
  return true
}

async function keepsBlock(file: VideoFile, block: Element, { cleaners, budget }: Keeping): Promise<boolean> {
  const { track, ranges } = await frameRanges(file, block, budget)
  const clean = cleaners.get(track)
  if (clean === undefined) return false
  await clearReserved(file, block)
  if (clean) for (const range of ranges) await clean({ file, budget, ...range })
  return true
}

/** The flags of a block: key frame, invisible, lacing and discardable. RFC 9559, 10. */
const blockFlags = 0x8f

async function clearReserved(file: VideoFile, { content }: Element): Promise<void> {
  const head = Buffer.from(await file.read(content, 5))
  const at = (head[0] ?? 0) & 0x80 ? 3 : 4
  const flags = head[at] ?? 0
  if ((flags & blockFlags) !== flags) await file.write(content + at, Buffer.from([flags & blockFlags]))
}

async function voidRange(file: VideoFile, { start, end }: Range): Promise<void> {
  const head = voidHeader({ start, end })
  await file.write(start, head)
  await file.fill({ start: start + head.length, end }, 0)
}
