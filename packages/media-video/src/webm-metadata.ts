import type { VideoFile } from './video-file.ts'
import { type Element, type Place, elementsIn, ids, voidElement } from './webm-elements.ts'

/** The elements that are kept, by the one they are in. What is not named becomes void: tags, titles, dates, chapters. */
const kept: ReadonlyMap<number, readonly number[]> = new Map([
  [ids.segment, [ids.seekHead, ids.info, ids.tracks, ids.cluster, ids.cues]],
  [ids.info, [ids.timestampScale, ids.duration]],
  [ids.tracks, [ids.trackEntry]],
])

/** What is taken out of the elements that are kept. */
const dropped: readonly number[] = [ids.crc32, ids.name, ids.attachmentLink]

/**
 * Removes from a WebM all but its picture and sound: what else there is becomes void in place, so nothing is moved.
 * Other tracks go with their blocks.
 */
export async function voidWebmMetadata(file: VideoFile, trackNumbers: readonly number[]): Promise<void> {
  for await (const element of elementsIn(file, { start: 0, end: file.size }))
    if (element.id === ids.segment) await cleanSegment(file, element, trackNumbers)
}

async function cleanSegment(file: VideoFile, segment: Place, trackNumbers: readonly number[]): Promise<void> {
  const names = kept.get(ids.segment) ?? []
  for await (const element of elementsIn(file, segment)) {
    // The content of a cluster of unknown size comes as if it stood beside it.
    if (isBlock(element)) await cleanBlock(file, element, trackNumbers)
    else if (element.id === ids.cluster) await cleanCluster(file, element, trackNumbers)
    else if (element.id === ids.tracks) await cleanTracks(file, element, trackNumbers)
    else if (element.id === ids.info) await keepOnly(file, element, kept.get(ids.info) ?? [])
    else if (!names.includes(element.id) && !inCluster.includes(element.id)) await voidElement(file, element)
  }
}

const inCluster: readonly number[] = [ids.timestamp, ids.position, ids.previousSize]

async function keepOnly(file: VideoFile, parent: Place, names: readonly number[]): Promise<void> {
  for await (const element of elementsIn(file, parent))
    if (!names.includes(element.id)) await voidElement(file, element)
}

async function cleanTracks(file: VideoFile, tracks: Place, trackNumbers: readonly number[]): Promise<void> {
  for await (const entry of elementsIn(file, tracks)) {
    const fields: Element[] = []
    for await (const field of elementsIn(file, entry)) fields.push(field)
    const number = fields.find(({ id }) => id === ids.trackNumber)
    const isOurs = number !== undefined && trackNumbers.includes(await readNumber(file, number))
    if (entry.id !== ids.trackEntry || !isOurs) await voidElement(file, entry)
    else for (const field of fields) if (dropped.includes(field.id)) await voidElement(file, field)
  }
}

async function cleanCluster(file: VideoFile, cluster: Place, trackNumbers: readonly number[]): Promise<void> {
  for await (const element of elementsIn(file, cluster)) {
    if (isBlock(element)) await cleanBlock(file, element, trackNumbers)
    else if (!inCluster.includes(element.id)) await voidElement(file, element)
  }
}

function isBlock({ id }: Element): boolean {
  return id === ids.simpleBlock || id === ids.blockGroup
}

/** A block begins with the number of its track. */
async function cleanBlock(file: VideoFile, element: Element, trackNumbers: readonly number[]): Promise<void> {
  let block: Element | undefined = element.id === ids.simpleBlock ? element : undefined
  if (!block) for await (const part of elementsIn(file, element)) if (part.id === ids.block) block = part
  const [first = 0, second = 0] = block ? await file.read(block.start, 2) : []
  const number = first & 0x80 ? first & 0x7f : ((first & 0x3f) << 8) | second
  if (!block || !trackNumbers.includes(number)) await voidElement(file, element)
}

async function readNumber(file: VideoFile, { start, end }: Place): Promise<number> {
  let value = 0
  for (const byte of await file.read(start, Math.min(end - start, 8))) value = value * 256 + byte
  return value
}
