import { demand } from './budget.ts'
import type { Track } from './iso-tracks.ts'

/**
 * Clears unused entries in the tables of a track, in place: sizes, times and offsets of nonexistent samples and chunks
 * could be any text.
 */
export function cleanTables({ table, descriptions }: Track, fileSize: number): void {
  const [runs, sizes] = [table('stsc'), table('stsz')]
  const [short, long] = [table('stco'), table('co64')]
  const width = long.length > 0 ? 8 : 4
  const offsets = long.length > 0 ? long : short
  const chunks = Math.max(0, Math.floor((offsets.length - 8) / width))
  cleanRuns(runs, { chunks, descriptions: descriptions.length })
  let samples = 0
  let run = 8
  for (let chunk = 1; chunk <= chunks; chunk++) {
    while (run + 24 <= runs.length && runs.readUInt32BE(run + 12) <= chunk) run += 12
    const count = run + 12 <= runs.length ? runs.readUInt32BE(run + 4) : 0
    const at = 8 + (chunk - 1) * width
    if (count === 0) offsets.fill(0, at, at + width)
    else demand((width === 8 ? Number(offsets.readBigUInt64BE(at)) : offsets.readUInt32BE(at)) <= fileSize)
    samples += count
  }
  if (long.length > 0) short.fill(0, Math.min(8, short.length))
  const isUniform = sizes.length >= 8 && sizes.readUInt32BE(4) > 0
  if (chunks > 0 && !isUniform) sizes.fill(0, Math.min(12 + samples * 4, sizes.length))
  for (const type of chunks > 0 ? ['stts', 'ctts'] : []) cleanPairs(table(type), samples)
}

/** Runs begin with existing chunks, and refer to one of the descriptions. */
function cleanRuns(runs: Buffer, { chunks, descriptions }: { chunks: number; descriptions: number }): void {
  for (let at = 8; at + 12 <= runs.length; at += 12) {
    if (runs.readUInt32BE(at) > chunks) {
      runs.writeUInt32BE(chunks + 1, at)
      runs.writeUInt32BE(0, at + 4)
    }
    if (runs.readUInt32BE(at + 8) > descriptions) runs.writeUInt32BE(1, at + 8)
  }
}

/** Entries for samples after the last one. */
function cleanPairs(pairs: Buffer, samples: number): void {
  let told = 0
  for (let at = 8; at + 8 <= pairs.length; at += 8) {
    if (told >= samples) pairs.writeUInt32BE(0, at + 4)
    told += pairs.readUInt32BE(at)
  }
}
