import { KithError } from '@kith/core'
import { type Box, boxesIn, contentOf, findBox } from './iso-boxes.ts'
import { type Range, gapsBetween, sampleRanges } from './iso-samples.ts'
import type { VideoFile } from './video-file.ts'

/** The boxes that are kept, by the box they are in. What is not named is blanked: tags, locations, XMP, thumbnails. */
const kept: Readonly<Record<string, readonly string[]>> = {
  '': ['ftyp', 'styp', 'moov', 'mdat', 'moof', 'sidx', 'mfra'],
  moov: ['mvhd', 'trak', 'mvex'],
  mvex: ['mehd', 'trex'],
  trak: ['tkhd', 'tapt', 'edts', 'mdia'],
  mdia: ['mdhd', 'hdlr', 'minf'],
  minf: ['vmhd', 'smhd', 'hdlr', 'dinf', 'stbl'],
  dinf: ['dref'],
  stbl: [
    'stsd',
    'stts',
    'ctts',
    'cslg',
    'stss',
    'stps',
    'stsz',
    'stsc',
    'stco',
    'co64',
    'sdtp',
    'sgpd',
    'sbgp',
  ],
  moof: ['mfhd', 'traf'],
  traf: ['tfhd', 'tfdt', 'trun', 'sdtp', 'sgpd', 'sbgp'],
}

/**
 * Removes from an MP4 or MOV all but its picture and sound: what else there is becomes zeros in place, so no offset
 * changes and nothing is moved. Dates and names go too, as do other tracks, such as a telemetry of positions, with their
 * samples, and whatever lies between the samples.
 */
export async function blankIsoMetadata(file: VideoFile, trackIds: readonly number[]): Promise<void> {
  const root: Box = { type: '', start: 0, content: 0, end: file.size }
  const boxes: Box[] = []
  for await (const box of boxesIn(file, 0, file.size)) boxes.push(box)
  const movie = boxes.find(({ type }) => type === 'moov')
  if (!movie) throw new KithError('media-unreadable')

  const tracks = await listTracks(file, movie)
  const ours = tracks.filter(({ id }) => trackIds.includes(id))
  if (ours.length !== trackIds.length) throw new KithError('media-unreadable')
  if (boxes.some(({ type }) => type === 'moof')) {
    // The samples of other tracks would have to be found in every fragment. No camera writes such files.
    if (tracks.length > ours.length)
      throw new KithError('media-unreadable', {
        detail: 'It is fragmented and has more than picture and sound.',
      })
  } else {
    const ranges: Range[] = []
    for (const { box } of ours) ranges.push(...(await sampleRanges(file, box)))
    for (const { type, content, end } of boxes) {
      if (type === 'mdat') await blankAll(file, gapsBetween(ranges, { start: content, end }))
    }
  }
  for (const { box } of tracks.filter((track) => !ours.includes(track))) await blankBox(file, box)
  await blankWithin(file, root)
}

async function listTracks(file: VideoFile, movie: Box): Promise<{ id: number; box: Box }[]> {
  const tracks: { id: number; box: Box }[] = []
  for await (const box of boxesIn(file, movie.content, movie.end)) {
    if (box.type !== 'trak') continue
    const header = await contentOf(file, await findBox(file, box, ['tkhd']))
    // Behind version and flags stand two dates, of 64 bits in version 1.
    const at = header[0] === 1 ? 20 : 12
    tracks.push({ box, id: header.length >= at + 4 ? header.readUInt32BE(at) : 0 })
  }
  return tracks
}

async function blankWithin(file: VideoFile, parent: Box): Promise<void> {
  const names = kept[parent.type] ?? []
  const boxes: Box[] = []
  for await (const box of boxesIn(file, parent.content, parent.end)) boxes.push(box)
  for (const box of boxes) {
    if (!names.includes(box.type)) await blankBox(file, box)
    else if (box.type in kept) await blankWithin(file, box)
    else await blankFields(file, box)
  }
}

/** Makes a box one of free space. */
async function blankBox(file: VideoFile, { start, content, end }: Box): Promise<void> {
  await file.write(start + 4, Buffer.from('free', 'latin1'))
  await file.blank(content, end)
}

/** Blanks the fields of a kept box that tell of more than the picture. */
async function blankFields(file: VideoFile, box: Box): Promise<void> {
  if (['mvhd', 'tkhd', 'mdhd'].includes(box.type)) {
    const [version] = await file.read(box.content, 1)
    await blankPart(file, box, { start: 4, end: version === 1 ? 20 : 12 })
  }
  // The name of the handler is that of a camera or program.
  if (box.type === 'hdlr') await blankPart(file, box, { start: 24, end: Infinity })
  if (box.type === 'dref') await blankReferences(file, box)
  if (box.type === 'stsd') await blankDescriptions(file, box)
}

/** Data references can hold the path of a file on somebody's disk. */
async function blankReferences(file: VideoFile, box: Box): Promise<void> {
  for await (const reference of boxesIn(file, box.content + 8, box.end)) {
    await file.write(reference.content, Buffer.from([0, 0, 0, 1]))
    await blankPart(file, reference, { start: 4, end: Infinity })
  }
}

/** Descriptions of pictures have the name of their compressor, and can have boxes of any kind behind their fields. */
async function blankDescriptions(file: VideoFile, box: Box): Promise<void> {
  for await (const description of boxesIn(file, box.content + 8, box.end)) {
    const head = await file.read(description.content, 78)
    // 72 dots per inch, as the standard has it for every picture; sound has other fields there.
    if (head.length < 78 || head.readUInt32BE(28) !== 0x480000) continue
    await blankPart(file, description, { start: 42, end: 74 })
    for await (const child of boxesIn(file, description.content + 78, description.end))
      if (['uuid', 'udta', 'meta'].includes(child.type)) await blankBox(file, child)
  }
}

async function blankPart(file: VideoFile, box: Box, { start, end }: Range): Promise<void> {
  await blankAll(file, [{ start: box.content + start, end: Math.min(box.content + end, box.end) }])
}

async function blankAll(file: VideoFile, ranges: readonly Range[]): Promise<void> {
  for (const { start, end } of ranges) if (start < end) await file.blank(start, end)
}
