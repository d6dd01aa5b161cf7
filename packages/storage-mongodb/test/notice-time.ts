import type * as nodeTimers from 'node:timers/promises'
import { afterAll, vi } from 'vitest'

/** The 10 seconds that `migrate()` gives processes of earlier releases to notice are noted here and not waited for. Import it first. */
export const noticed: number[] = []

vi.mock('node:timers/promises', async (original) => {
  const timers = await original<typeof nodeTimers>()
  async function setTimeout(millis: number): Promise<void> {
    if (millis < 10_000) await timers.setTimeout(millis)
    else noticed.push(millis)
  }
  return { ...timers, setTimeout }
})

// Files of one worker share their modules: those that were loaded before know nothing of this, and later ones need not.
vi.resetModules()
afterAll(() => {
  vi.doUnmock('node:timers/promises')
  vi.resetModules()
})
