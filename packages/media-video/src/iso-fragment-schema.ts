import { type Budget, demand, tooComplex } from './budget.ts'
import type { Leaf, Schema } from './iso-cleaning.ts'
import { cleanNumbers, fixed, maxSmall, versioned } from './iso-fields.ts'

/** Text read as a number is larger. */
const maxDefault = 2 ** 29 - 1
/** The flags of a sample (ISO 14496-12, 8.8.3.1) about dependencies: 16 bits are a degradation priority. */
const sampleFlags = 0x0fff_0000

/** The defaults of a track's samples. */
export const trackDefaults: Leaf = fixed(24, (content) => {
  content.fill(0, 0, 4)
  cleanNumbers(content, { at: 4, count: 2, limit: maxSmall })
  cleanNumbers(content, { at: 12, count: 2, limit: maxDefault })
  cleanFlags(content, 20)
})

/** The allowed contents of a `moof`. */
export const fragmentSchema: Schema = {
  mfhd: fixed(8, (content) => {
    content.fill(0, 0, 4)
    cleanNumbers(content, { at: 4, count: 1, limit: maxSmall })
  }),
  traf: {
    within: {
      tfhd: cleanHeader,
      tfdt: versioned([8, 12], (content, isLong) => {
        content.fill(0, 1, 4)
        if (isLong) demand(content.readUInt32BE(4) < 2 ** 21)
      }),
      trun: cleanRun,
    },
  },
}

/** The flags of a header: each but the last two has a field. */
const header = {
  base: 1,
  description: 2,
  duration: 8,
  size: 0x10,
  flags: 0x20,
  empty: 0x10000,
  baseIsFragment: 0x20000,
}

function cleanHeader(content: Buffer): number {
  demand(content.length >= 8 && content.readUInt32BE(4) <= maxSmall)
  const set = keepFlags(content, Object.values(header))
  let at = 8
  const next = (flag: number, bytes: number): number | null => {
    if (!(set & flag)) return null
    at += bytes
    demand(at <= content.length)
    return at - bytes
  }
  const base = next(header.base, 8)
  if (base !== null) demand(content.readUInt32BE(base) < 2 ** 21)
  const description = next(header.description, 4)
  if (description !== null) cleanNumbers(content, { at: description, count: 1, limit: 255 })
  for (const flag of [header.duration, header.size]) {
    const place = next(flag, 4)
    if (place !== null) cleanNumbers(content, { at: place, count: 1, limit: maxDefault })
  }
  const flags = next(header.flags, 4)
  if (flags !== null) cleanFlags(content, flags)
  return at
}

/** Half an hour of sound. */
const maxSamplesOfRun = 100_000

const run = { offset: 1, firstFlags: 4, duration: 0x100, size: 0x200, flags: 0x400, time: 0x800 }
const perSample = [run.duration, run.size, run.flags, run.time]

/** A run has as many fields per sample as its flags indicate, possibly none. */
function cleanRun(content: Buffer, budget: Budget): number | null {
  demand(content.length >= 8)
  const count = content.readUInt32BE(4)
  // mediabunny lists the samples of a fragment one by one.
  if (count > maxSamplesOfRun) throw tooComplex()
  budget.spend('frame', count)
  const set = keepFlags(content, Object.values(run))
  const fields = perSample.filter((flag) => (set & flag) !== 0)
  const firstFlags = set & run.offset ? 12 : 8
  const head = firstFlags + (set & run.firstFlags ? 4 : 0)
  const length = head + count * fields.length * 4
  demand(length <= content.length)
  if (set & run.firstFlags) cleanFlags(content, firstFlags)
  const place = fields.indexOf(run.flags)
  if (place >= 0)
    for (let at = head + place * 4; at < length; at += fields.length * 4) cleanFlags(content, at)
  return length
}

/** Clears unknown flags of a box, and returns the set ones. */
function keepFlags(content: Buffer, known: readonly number[]): number {
  demand((content[0] ?? 2) <= 1)
  const set = content.readUIntBE(1, 3) & known.reduce((sum, flag) => sum | flag, 0)
  content.writeUIntBE(set, 1, 3)
  return set
}

function cleanFlags(content: Buffer, at: number): void {
  content.writeUInt32BE(content.readUInt32BE(at) & sampleFlags, at)
}
