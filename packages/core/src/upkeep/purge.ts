import type { KithConfig } from '../config.ts'
import type { Storage } from '../storage.ts'
import type { Removal } from './removal.ts'

/** Finishes removals, batch by batch. Each step can be repeated, so what was cut off is taken up again by upkeep. */
export interface Purge {
  /** Removes what is left of a removed post. */
  post(removal: Removal): Promise<void>
  /** Removes what is left of an account that is marked deleted. */
  account(removal: Removal): Promise<void>
  /** Removes the blobs and rows of released media. Answers how many. */
  media(): Promise<number>
  /** Hides the edges of an account that is banned, shows those of one that is not, drops those of one that is gone. */
  settle(id: string): Promise<void>
}

/** How many rows one step touches: short enough not to keep others waiting. */
export const purgeBatch = 500

/**
 * How long after the first purge comes the second. Whoever adds something to what is about to go writes first and looks
 * then whether it is still there; if he dies in between, the second purge takes away what he wrote. No call lasts as long.
 */
const secondPurgeSeconds = 3_600

/** Unattached uploads are kept for a day. */
export const unattachedSeconds = 86_400

/** Creates it. */
export function createPurge(storage: Storage, { clock, media: { blobs }, logger }: KithConfig): Purge {
  const { users, sessions, posts, edges, media } = storage

  async function untilDone(step: () => Promise<number>): Promise<number> {
    let total = 0
    for (;;) {
      const done = await step()
      total += done
      if (done === 0) return total
    }
  }

  async function removeBlobs(): Promise<number> {
    const before = new Date(clock().getTime() - unattachedSeconds * 1000)
    let failed = 0
    const removed = await untilDone(async () => {
      const ids = await media.sweep(before, purgeBatch)
      let done = 0
      for (const id of ids) {
        try {
          await blobs?.remove(id)
          await media.forget(id)
          done++
        } catch (error) {
          failed++
          logger.warn('a blob could not be removed; the next upkeep tries again', error)
        }
      }
      return failed > 0 ? 0 : done
    })
    return removed
  }

  function again(purged: boolean): Date | null {
    return purged ? null : new Date(clock().getTime() + secondPurgeSeconds * 1000)
  }

  async function post({ id, purged }: Removal): Promise<void> {
    await untilDone(() => edges.drop(id, purgeBatch))
    await posts.purge(id, again(purged))
  }

  return {
    post,
    async account({ id, purged }) {
      await sessions.revokeAll(id, clock(), null)
      await untilDone(() => posts.removeAll(id, purgeBatch))
      await untilDone(() => edges.drop(id, purgeBatch))
      await media.releaseAll(id)
      await untilDone(async () => {
        const removed = await posts.toPurge(clock(), purgeBatch)
        for (const removal of removed) await post(removal)
        return removed.length
      })
      await removeBlobs()
      await users.purge(id, again(purged))
    },
    media: removeBlobs,
    async settle(id) {
      // Whoever bans or lifts a ban meanwhile does the same, so each step follows the account as it is now, and the last
      // word is a look at the account that finds nothing left to do.
      let settled: boolean | null = null
      for (;;) {
        const user = await users.byId(id)
        if (!user) return void (await untilDone(() => edges.drop(id, purgeBatch)))
        const banned = user.bannedAt !== null
        if (settled === banned) return
        const changed = await edges.setHidden(id, banned, purgeBatch)
        settled = changed === 0 ? banned : null
      }
    },
  }
}
