import { deepStrictEqual } from 'node:assert/strict'
import type { BlobStore, Storage } from '@kith/core/ports'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import fc from 'fast-check'
import { createSociety, type Deed, deeds, everydayDeeds, type Society } from './society.ts'

const people = 4

/** How many histories of a society are played, and with which settings. */
export interface LivedHistories {
  histories: number
  /** The maximum number of actions in a history. */
  deeds: number
  temporaryDirectory: string
  /** Provides an empty storage, and later the ids of all its media. */
  live(inStorage: (storage: Storage, mediaIds: () => Promise<string[]>) => Promise<void>): Promise<void>
}

/**
 * Lets random societies act in a storage and in the memory reference: every action has the same outcome in both, all reads are
 * equal before and after upkeep, no count is wrong, and there are blobs exactly for the known media.
 */
export async function demandLivesOfMemory(lived: LivedHistories): Promise<void> {
  const { histories, temporaryDirectory, live } = lived
  const property = fc.asyncProperty(fc.array(deed, { maxLength: lived.deeds, size: 'max' }), (history) =>
    live(async (storage, mediaIds) => {
      const { blobs, keys } = countedBlobs()
      const ours = inItsOwnTime({ storage, blobs, temporaryDirectory })
      const reference = inItsOwnTime({
        storage: createMemoryStorage(),
        blobs: createMemoryBlobs(),
        temporaryDirectory,
      })
      const outcomes = await actAll(ours, history)
      for (const outcome of outcomes.slice(0, people)) deepStrictEqual('user' in (outcome as object), true)
      deepStrictEqual(outcomes, await actAll(reference, history))
      deepStrictEqual(await ours.readAll(people), await reference.readAll(people))
      for (const society of [ours, reference]) society.advance(90_000)
      deepStrictEqual(await ours.kith.upkeep.run(), await reference.kith.upkeep.run())
      deepStrictEqual(await ours.readAll(people), await reference.readAll(people))
      deepStrictEqual((await ours.kith.upkeep.verifyCounts()).differences, [])
      deepStrictEqual((await mediaIds()).sort(), [...keys].sort())
    }),
  )
  // A difference is reported even if there is no time to shrink the history.
  await fc.assert(property, { numRuns: histories, interruptAfterTimeLimit: 30_000 + histories * 15_000 })
}

type OwnTime = Society & { advance(seconds: number): void }

/** A society with its own clock and randomness, which are the same in every run. */
function inItsOwnTime(parts: { storage: Storage; blobs: BlobStore; temporaryDirectory: string }): OwnTime {
  let now = Date.parse('2026-01-01T00:00:00Z')
  let state = 1
  const society = createSociety({
    ...parts,
    clock: () => new Date(now),
    random: (length) => Uint8Array.from({ length }, () => (state = (state * 48_271) % 2_147_483_647) & 0xff),
  })
  return { ...society, advance: (seconds) => void (now += seconds * 1000) }
}

/** Blobs whose keys can be listed. */
function countedBlobs(): { blobs: BlobStore; keys: Set<string> } {
  const [blobs, keys] = [createMemoryBlobs(), new Set<string>()]
  return {
    keys,
    blobs: {
      ...blobs,
      async put(key, bytes, meta) {
        await blobs.put(key, bytes, meta)
        keys.add(key)
      },
      async remove(key) {
        await blobs.remove(key)
        keys.delete(key)
      },
    },
  }
}

const deed: fc.Arbitrary<Deed> = fc.record({
  deed: fc.constantFrom(...deeds, ...everydayDeeds, ...everydayDeeds),
  who: fc.nat({ max: people - 1 }),
  whom: fc.nat({ max: people - 1 }),
  which: fc.nat({ max: 3 }),
})
const arrivals = Array.from({ length: people }, (_, who): Deed => ({
  deed: 'register',
  who,
  whom: 0,
  which: 0,
}))

async function actAll(society: OwnTime, history: Deed[]): Promise<unknown[]> {
  const outcomes: unknown[] = []
  for (const each of [...arrivals, ...history]) {
    outcomes.push(await society.act(each))
    society.advance(1)
  }
  return outcomes
}
