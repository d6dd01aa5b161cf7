import { type Budget, demand, tooComplex } from './budget.ts'
import type { Track } from './iso-tracks.ts'
import type { Range } from './video-file.ts'

/** PCM sound with 16 channels of 32 bits. */
const maxFrameBytes = 64

/** Four and a half hours at 60 pictures a second. */
const maxPictures = 1_000_000

/**
 * Checks that the tables of a track describe the same samples: a few bytes can claim billions, and mediabunny would
 * list them one by one. Some writers are off by a few.
 * @throws media-unreadable, media-too-complex
 */
export function checkTables({ table }: Track): void {
  const sizes = table('stsz')
  const samples = sizes.length >= 12 ? sizes.readUInt32BE(8) : 0
  const most = samples + Math.max(1000, samples / 10)
  const [times, offsets] = [samplesIn(table('stts')), samplesIn(table('ctts'))]
  demand(times <= most && offsets <= most)
  // PCM sound has one sample per time step, millions in total, and no table of offsets: it is not listed one by one.
  if (offsets > 0 && Math.max(times, offsets) > maxPictures) throw tooComplex()
  const chunks = Math.max((table('stco').length - 8) / 4, (table('co64').length - 8) / 8, 0)
  demand(samplesInChunks(table('stsc'), chunks) <= most)
}

/** The samples of a table of pairs: a number, and a value for each. */
function samplesIn(table: Buffer): number {
  let samples = 0
  for (let offset = 8; offset + 8 <= table.length; offset += 8) samples += table.readUInt32BE(offset)
  return samples
}

/** The samples of a table of runs: from which chunk on, counted from 1, a chunk has how many. */
function samplesInChunks(table: Buffer, chunks: number): number {
  let samples = 0
  for (let offset = 8; offset + 12 <= table.length; offset += 12) {
    const next = offset + 24 <= table.length ? table.readUInt32BE(offset + 12) : chunks + 1
    const inRun = next - table.readUInt32BE(offset)
    // Runs that go backwards, or a run beyond the last chunk, would make up for others.
    demand(inRun >= 0 || offset + 24 > table.length)
    samples += Math.max(inRun, 1) * table.readUInt32BE(offset + 4)
  }
  return samples
}

/** The places of a track's samples: each one, or one range for each chunk of them. */
export function sampleRanges(track: Track, by: 'sample' | 'chunk', budget: Budget): Range[] {
  const { table } = track
  const runs = table('stsc')
  const sizes = table('stsz')
  const uniform = entry(sizes, 1)
  // QuickTime writes sample sizes of 1 for PCM sound, regardless of the real size (QuickTime File Format, sound sample
  // descriptions).
  const least = uniform > 0 && uniform <= maxFrameBytes ? bytesPerFrame(track) : 0
  const runCount = entry(runs, 1)
  const ranges: Range[] = []
  let sample = 0
  let run = 0
  for (const [chunk, start] of chunkOffsets(table).entries()) {
    budget.spend('frame')
    // A run says from which chunk on, counted from 1, a chunk has how many samples.
    while (run + 1 < runCount && entry(runs, 2 + (run + 1) * 3) <= chunk + 1) run++
    const count = entry(runs, 3 + run * 3)
    if (uniform > 0 && by === 'chunk') {
      ranges.push({ start, end: start + count * Math.max(uniform, least) })
    } else {
      budget.spend('frame', count)
      demand(uniform > 0 || (sample + count) * 4 + 12 <= sizes.length)
      let at = start
      for (let index = 0; index < count; index++) {
        const size = uniform > 0 ? uniform : entry(sizes, 3 + sample + index)
        if (by === 'sample') ranges.push({ start: at, end: at + size })
        at += size
      }
      if (by === 'chunk') ranges.push({ start, end: at })
    }
    sample += count
  }
  return ranges
}

function chunkOffsets(table: Track['table']): number[] {
  const [short, long] = [table('stco'), table('co64')]
  if (long.length === 0) return Array.from({ length: entry(short, 1) }, (_, index) => entry(short, 2 + index))
  return Array.from({ length: entry(long, 1) }, (_, index) => Number(long.readBigUInt64BE(8 + index * 8)))
}

/** The 32-bit number at a position of a table; its version and flags are the first. */
function entry(table: Buffer, index: number): number {
  return table.length >= index * 4 + 4 ? table.readUInt32BE(index * 4) : 0
}

/** The bytes of one PCM frame, across all channels. */
function bytesPerFrame({ descriptions }: Track): number {
  const [description = Buffer.alloc(0)] = descriptions
  if (description.length < 28) return 0
  const [version, channels, bits] = [8, 16, 18].map((at) => description.readUInt16BE(at))
  const described = version === 1 && description.length >= 44 ? description.readUInt32BE(36) : 0
  return Math.max(described, Math.ceil(((channels ?? 0) * (bits ?? 0)) / 8))
}
