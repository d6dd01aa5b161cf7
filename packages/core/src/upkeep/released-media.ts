import type { KithConfig } from '../config.ts'
import type { MediaPlace } from '../media/media-place.ts'
import { JobStopped, type Steps } from '../steps.ts'
import type { Stores } from '../storage.ts'

/** Removes the blobs of released media, and then their rows. */
export interface ReleasedMedia {
  /**
   * Removes those of these media that are released: what one request has released. At most a few, concurrently, waiting
   * no longer than a second; upkeep does the rest. Never fails.
   */
  removeOwn(ids: readonly string[]): Promise<void>
  /** The same for some media of an account that is gone, after releasing those. Never fails. */
  removeOwned(ownerId: string): Promise<void>
  /**
   * Removes everything that is no longer used, in steps, and returns how many; `progress` is called for each batch.
   * What cannot be removed is skipped and logged, and `fail` is called once. Only one sweep runs at a time in a
   * process: a call that finds one running waits for it and returns 0.
   */
  sweep(report?: Partial<SweepReport>): Promise<number>
}

interface SweepReport {
  progress: (removed: number) => void
  fail: (error: unknown) => void
}

/** How many a request removes: as many as a post may have. */
const ownLimit = 10
/** How long a request waits for them. */
const ownMillis = 1_000
/** How many removals of requests may be running in a process, with a slow host. */
const ownAtOnce = 50
/** How many media of an account that is gone its deletion releases; the rest is released in the background. */
const ownReleases = 100
/** Few enough for one step, whatever a row costs. */
const sweepBatch = 50
const sweepAtOnce = 8
/** A sweep gives up when nothing could be removed for this long: then the host is down, and each call waits for it. */
const fruitlessMillis = 60_000

/** Unattached uploads are kept for a day. */
export const unattachedSeconds = 86_400

/** Creates what removes released media. */
export function createReleasedMedia(
  { media }: Stores,
  config: KithConfig,
  { steps, place }: { steps: Steps; place: MediaPlace },
): ReleasedMedia {
  const { clock, log } = config
  const { blobs } = config.media
  let underWay = 0
  let sweeping: Promise<number> | null = null

  async function remove(id: string): Promise<void> {
    // If the place is the wrong one, the blob is in another, and is removed when that is back.
    await place.demand()
    await blobs?.remove(id)
    await steps.once(() => media.forget(id))
  }

  async function removeCounted(id: string): Promise<void> {
    underWay++
    try {
      await remove(id)
    } catch (error) {
      log.warn('media.not-removed', { error, fields: { blobs: 1 } })
    } finally {
      underWay--
    }
  }

  async function releasedAmong(ids: readonly string[]): Promise<string[]> {
    const found = ids.length > 0 ? await media.byIds(ids.slice(0, ownLimit)) : []
    // The blob of a medium that never became ready may still be on the way.
    return found.filter(({ state, measures }) => state === 'released' && measures).map(({ id }) => id)
  }

  async function sweepAll({ progress, fail }: SweepReport): Promise<number> {
    // Otherwise each blob would be looked up in the wrong place.
    await place.demand()
    const before = new Date(clock().getTime() - unattachedSeconds * 1000)
    let removed = 0
    let lastRemoval = performance.now()
    let after: string | null = null

    const errors: unknown[] = []

    async function removeOne(id: string): Promise<void> {
      if (isFruitless()) return
      try {
        await remove(id)
        removed++
        lastRemoval = performance.now()
      } catch (error) {
        if (error instanceof JobStopped) throw error
        errors.push(error)
      }
    }
    const isFruitless = (): boolean => performance.now() - lastRemoval > fruitlessMillis

    function finish(): number {
      const [first] = errors
      // One line, however many they are.
      if (errors.length > 0) {
        log.warn('media.not-removed', { error: first, fields: { blobs: errors.length } })
        fail(first)
      }
      return removed
    }

    for (;;) {
      const ids: string[] = await steps.once(() => media.sweep(before, sweepBatch, after))
      // A store that does not continue after `after` returns the same ids again.
      if (after !== null && ids.includes(after)) return finish()
      await inParallel(ids, sweepAtOnce, removeOne)
      progress(removed)
      after = ids.at(-1) ?? null
      if (ids.length < sweepBatch || isFruitless()) return finish()
    }
  }

  async function removeOwn(find: () => Promise<readonly string[]>): Promise<void> {
    try {
      const own = await releasedAmong(await find())
      const removals = own.slice(0, Math.max(0, ownAtOnce - underWay)).map(removeCounted)
      await atMost(ownMillis, Promise.all(removals))
    } catch (error) {
      log.warn('media.not-looked-up', { error })
    }
  }

  return {
    removeOwn: (ids) => removeOwn(() => Promise.resolve(ids)),
    removeOwned: (ownerId) =>
      removeOwn(async () => {
        const found = await media.byOwner(ownerId, { limit: ownLimit, before: null })
        await media.releaseAll(ownerId, ownReleases)
        return found.map(({ id }) => id)
      }),
    async sweep({ progress = () => {}, fail = () => {} } = {}) {
      if (sweeping) {
        await sweeping.catch(() => {})
        return 0
      }
      sweeping = sweepAll({ progress, fail })
      try {
        return await sweeping
      } finally {
        sweeping = null
      }
    },
  }
}

async function inParallel<Item>(
  items: readonly Item[],
  concurrency: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values()
  async function work(): Promise<void> {
    for (const item of left) await act(item)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}

/** Waits for work that never rejects, but no longer than the given time. */
async function atMost(millis: number, work: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, millis)
  await Promise.race([work, late])
  clearTimeout(timer)
}
