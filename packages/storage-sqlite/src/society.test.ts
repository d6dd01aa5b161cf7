import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { BlobStore, Storage } from '@kith/core'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createSociety, type Deed, deeds, everydayDeeds, type Society } from '../../../test/society.ts'
import { createSqliteStorage } from './index.ts'

const people = 4
const folder = mkdtempSync(join(tmpdir(), 'kith-society-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A society with a clock and randomness of its own that are the same in every run. */
function inItsOwnTime(storage: Storage, blobs: BlobStore) {
  let now = Date.parse('2026-01-01T00:00:00Z')
  let state = 1
  const society = createSociety({
    storage,
    blobs,
    temporaryDirectory: folder,
    clock: () => new Date(now),
    random: (length) => Uint8Array.from({ length }, () => (state = (state * 48_271) % 2_147_483_647) & 0xff),
  })
  return { ...society, advance: (seconds: number) => void (now += seconds * 1000) }
}

/** Blobs whose keys can be counted. */
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

async function live(
  society: Society & { advance(seconds: number): void },
  history: Deed[],
): Promise<unknown[]> {
  const outcomes: unknown[] = []
  for (const each of [...arrivals, ...history]) {
    outcomes.push(await society.act(each))
    society.advance(1)
  }
  return outcomes
}

test('any history of a society reads the same from SQLite as from the memory reference', async () => {
  const property = fc.asyncProperty(fc.array(deed, { maxLength: 120, size: 'max' }), async (history) => {
    const database = new DatabaseSync(':memory:')
    const { blobs, keys } = countedBlobs()
    const storage = createSqliteStorage({ database })
    await storage.migrate()
    const [ours, reference] = [
      inItsOwnTime(storage, blobs),
      inItsOwnTime(createMemoryStorage(), createMemoryBlobs()),
    ]

    const outcomes = await live(ours, history)
    expect(outcomes.slice(0, people)).toEqual(
      arrivals.map(() => expect.objectContaining({ user: expect.anything() })),
    )
    expect(outcomes).toEqual(await live(reference, history))
    expect(await ours.readAll(people)).toEqual(await reference.readAll(people))
    for (const society of [ours, reference]) society.advance(90_000)
    expect(await ours.kith.upkeep.run()).toEqual(await reference.kith.upkeep.run())
    expect(await ours.readAll(people)).toEqual(await reference.readAll(people))
    expect((await ours.kith.upkeep.verifyCounts()).differences).toEqual([])
    const rows = database.prepare('SELECT id FROM kith_media ORDER BY id').all()
    expect(rows.map((row) => row['id'])).toEqual([...keys].sort())
    database.close()
  })
  await fc.assert(property, { numRuns: 80 })
})
