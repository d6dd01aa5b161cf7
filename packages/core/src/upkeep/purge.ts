import type { KithConfig } from '../config.ts'
import type { Storage } from '../storage.ts'
import type { Removal } from './removal.ts'

/**
 * Finishes removals, batch by batch. Each step can be repeated, so what was cut off is taken up again by upkeep. A request
 * makes so many steps and leaves the rest to upkeep: a post may have any number of likes.
 */
export interface Purge {
  /** Removes what is left of a removed post. */
  post(removal: Removal, steps?: Steps): Promise<void>
  /** Removes what is left of an account that is marked deleted, all but the blobs of its media. */
  account(removal: Removal, steps?: Steps): Promise<void>
  /** Hides the edges of an account that is banned, shows those of one that is not, drops those of one that is gone. */
  settle(id: string): Promise<void>
}

/** How many steps are left; each makes it fewer. */
export interface Steps {
  left: number
}

/** The steps of one request: some 50,000 likes and follows, or 50 posts. */
export function stepsOfRequest(): Steps {
  return { left: 100 }
}

/** How many rows one step touches: short enough not to keep others waiting. */
export const purgeBatch = 500

/**
 * How long after the first purge comes the second. Whoever adds something to what is about to go writes first and looks
 * then whether it is still there; if he dies in between, the second purge takes away what he wrote. No call lasts as long.
 */
const secondPurgeSeconds = 3_600

/** Creates it. */
export function createPurge(storage: Storage, { clock }: KithConfig): Purge {
  const { users, sessions, posts, edges, media } = storage

  /** Whether it was done within the steps that were left. */
  async function untilDone(steps: Steps, step: () => Promise<number>): Promise<boolean> {
    while (steps.left-- > 0) if ((await step()) === 0) return true
    return false
  }

  function again(purged: boolean): Date | null {
    return purged ? null : new Date(clock().getTime() + secondPurgeSeconds * 1000)
  }

  async function post({ id, purged }: Removal, steps = allSteps()): Promise<void> {
    if (await untilDone(steps, () => edges.drop(id, purgeBatch))) await posts.purge(id, again(purged))
  }

  return {
    post,
    async account({ id, purged }, steps = allSteps()) {
      await sessions.revokeAll(id, clock(), null)
      await media.releaseAll(id)
      // Its own posts and nobody else's. Those that are not among these, upkeep finds by themselves.
      const own = await posts.byAuthor(id, { limit: purgeBatch, before: null })
      const done =
        (await untilDone(steps, () => posts.removeAll(id, purgeBatch))) &&
        (await untilDone(steps, () => edges.drop(id, purgeBatch)))
      if (!done) return
      await users.purge(id, again(purged))
      for (const { id: postId } of own) await post({ id: postId, purged: false }, steps)
    },
    async settle(id) {
      // Whoever bans or lifts a ban meanwhile does the same, so each step follows the account as it is now, and the last
      // word is a look at the account that finds nothing left to do.
      let settled: boolean | null = null
      for (;;) {
        const user = await users.byId(id)
        if (!user) return void (await untilDone(allSteps(), () => edges.drop(id, purgeBatch)))
        const banned = user.bannedAt !== null
        if (settled === banned) return
        const changed = await edges.setHidden(id, banned, purgeBatch)
        settled = changed === 0 ? banned : null
      }
    },
  }
}

function allSteps(): Steps {
  return { left: Infinity }
}
