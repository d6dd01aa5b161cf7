import { KithError } from '@kith/core'
import { type Box, boxesIn, contentOf } from './iso-boxes.ts'
import type { VideoFile } from './video-file.ts'

/** Where tables are that say how many samples there are. */
const containers = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'moof', 'traf']

/** Pictures of four hours and a half at 60 a second; a number that is no more than a number in the file. */
const maxPictures = 1_000_000

/** The index is read into memory. */
const maxIndexBytes = 32 * 1024 * 1024

/**
 * Refuses an MP4 or MOV whose tables announce more than a video has. A few bytes can claim billions of samples, and
 * mediabunny would list them one by one.
 * @throws media-unreadable
 */
export async function checkIsoTables(file: VideoFile): Promise<void> {
  await check(file, { type: '', start: 0, content: 0, end: file.size })
}

async function check(file: VideoFile, parent: Box): Promise<void> {
  const tables = new Map<string, Buffer>()
  for await (const box of boxesIn(file, parent.content, parent.end)) {
    if (box.type === 'moov' || box.type === 'moof') demand(box.end - box.start <= maxIndexBytes)
    if (containers.includes(box.type)) await check(file, box)
    if (tableTypes.includes(box.type)) tables.set(box.type, await contentOf(file, box))
    if (box.type === 'stsz') checkSizes(await file.read(box.content, 12), box)
    if (box.type === 'trun') checkRun(await file.read(box.content, 8), box)
  }
  checkCounts((type) => tables.get(type) ?? Buffer.alloc(0))
}

const tableTypes = ['stts', 'ctts', 'stsc', 'stsz', 'stco', 'co64']

/** All tables of a track are about the same samples. Some writers miscount by a few. */
function checkCounts(table: (type: string) => Buffer): void {
  const samples = table('stsz').length >= 12 ? table('stsz').readUInt32BE(8) : 0
  const most = samples + Math.max(1000, samples / 10)
  const [times, offsets] = [samplesIn(table('stts')), samplesIn(table('ctts'))]
  demand(times <= most && offsets <= most)
  // Plain sound has one sample for each moment, millions in all, and no table of offsets: it is not listed one by one.
  demand(offsets === 0 || Math.max(times, offsets) <= maxPictures)
  const chunks = Math.max((table('stco').length - 8) / 4, (table('co64').length - 8) / 8, 0)
  demand(samplesInChunks(table('stsc'), chunks) <= most)
}

/** The samples of a table of pairs: how many, and something of each. */
function samplesIn(table: Buffer): number {
  let samples = 0
  for (let offset = 8; offset + 8 <= table.length; offset += 8) samples += table.readUInt32BE(offset)
  return samples
}

/** The samples of a table of runs: from which chunk on, counted from 1, a chunk has how many. */
function samplesInChunks(table: Buffer, chunks: number): number {
  let samples = 0
  for (let offset = 8; offset + 12 <= table.length; offset += 12) {
    const next = offset + 24 <= table.length ? table.readUInt32BE(offset + 12) : Math.floor(chunks) + 1
    const inRun = next - table.readUInt32BE(offset)
    // Runs that go backwards, or a run beyond the last chunk, would make up for others.
    demand(inRun >= 0 || offset + 24 > table.length)
    samples += Math.max(inRun, 1) * table.readUInt32BE(offset + 4)
  }
  return samples
}

function checkSizes(head: Buffer, { content, end }: Box): void {
  demand(head.length === 12)
  const isUniform = head.readUInt32BE(4) > 0
  demand(isUniform || head.readUInt32BE(8) * 4 + 12 <= end - content)
}

/** A run of a fragment has for each sample the fields that its flags name, and can name none. */
function checkRun(head: Buffer, { content, end }: Box): void {
  demand(head.length === 8)
  const [flags, samples] = [head.readUInt32BE(0), head.readUInt32BE(4)]
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => (flags & flag) !== 0).length
  demand(samples <= maxPictures && samples * fields * 4 + 8 <= end - content)
}

function demand(condition: boolean): void {
  if (!condition) throw new KithError('media-unreadable')
}
