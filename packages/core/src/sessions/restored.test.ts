import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createInstance } from '../../test/instance.ts'

test('a restored backup loses all sessions and codes, in steps, with their number in the report', async () => {
  const storage = createMemoryStorage()
  const limits: number[] = []
  const kept = { sessions: 700, codes: 3 }
  const purge = (of: keyof typeof kept) => async (before: Date, limit: number) => {
    expect(before.getUTCFullYear()).toBe(9999)
    limits.push(limit)
    const removed = Math.min(limit, kept[of])
    kept[of] -= removed
    return removed
  }
  const { kith } = createInstance({
    storage: {
      ...storage,
      sessions: { ...storage.sessions, purgeEnded: purge('sessions') },
      codes: { ...storage.codes, purgeEnded: purge('codes') },
    },
  })
  expect(await kith.restored()).toEqual({ sessions: 700, codes: 3 })
  expect(kept).toEqual({ sessions: 0, codes: 0 })
  expect(limits.length).toBeGreaterThan(3)
  expect(await kith.restored()).toEqual({ sessions: 0, codes: 0 })
})
