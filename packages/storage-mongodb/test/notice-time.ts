import type * as nodeTimers from 'node:timers/promises'
import { afterAll, vi } from 'vitest'

/** Records the 10 seconds that `migrate()` gives processes of earlier releases, instead of waiting for them. Import it first. */
export const noticed: number[] = []

vi.mock('node:timers/promises', async (original) => {
  const timers = await original<typeof nodeTimers>()
  async function setTimeout(millis: number): Promise<void> {
    if (millis < 10_000) await timers.setTimeout(millis)
    else noticed.push(millis)
  }
  return { ...timers, setTimeout }
})

// Files of one worker share their modules: those that were loaded before are not affected, and later ones need not be.
vi.resetModules()
// eslint-disable-next-line no-restricted-syntax -- it forgets this module too, so the next file that imports it loads it again
afterAll(() => {
  vi.doUnmock('node:timers/promises')
  vi.resetModules()
})
