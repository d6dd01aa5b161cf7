import type { KithConfig } from '../config.ts'
import type { Steps } from '../steps.ts'
import type { Storage } from '../storage.ts'
import type { Removal } from './removal.ts'

/** Finishes removals in short steps. Each step can be repeated, so upkeep goes on where something was cut off. */
export interface Purge {
  /** Removes what is left of a removed post. */
  post(removal: Removal): Promise<void>
  /** Removes what is left of an account that is marked deleted, all but the blobs of its media. */
  account(removal: Removal): Promise<void>
  /** Hides the edges of an account that is banned, shows those of one that is not, drops those of one that is gone. */
  settle(id: string): Promise<void>
}

/**
 * How long after the first purge comes the second. Whoever adds something to what is about to go writes first and looks
 * then whether it is still there; if he dies in between, the second purge takes away what he wrote. No call lasts as long.
 */
const secondPurgeSeconds = 3_600

/** Of so many posts of an account the likes go with it; those of more, upkeep finds by themselves. */
const mostOwnPosts = 20_000

/** Creates it. */
export function createPurge(storage: Storage, { clock }: KithConfig, steps: Steps): Purge {
  const { users, sessions, posts, edges, media } = storage

  function again(purged: boolean): Date | null {
    return purged ? null : new Date(clock().getTime() + secondPurgeSeconds * 1000)
  }

  const dropEdges = (id: string): Promise<void> =>
    steps.run(async (limit) => (await edges.drop(id, limit)) > 0)

  async function post({ id, purged }: Removal): Promise<void> {
    await dropEdges(id)
    await steps.once(() => posts.purge(id, again(purged)))
  }

  /** Whether the account is banned; `null` if it is gone. */
  async function isBanned(id: string): Promise<boolean | null> {
    const user = await users.byId(id)
    return user && user.bannedAt !== null
  }

  /** Hides or shows edges while the account says so. Resolves to whether none is left. */
  async function turnEdges(id: string, hidden: boolean): Promise<boolean> {
    let changed = 0
    await steps.run(async (limit) => {
      changed = await edges.setHidden(id, hidden, limit)
      return changed > 0 && (await isBanned(id)) === hidden
    })
    return changed === 0
  }

  return {
    post,
    async account({ id, purged }) {
      await steps.once(() => sessions.revokeAll(id, clock(), null))
      await steps.run(async (limit) => (await media.releaseAll(id, limit)) > 0)
      const own: string[] = []
      await steps.run(async (limit) => {
        const removed = await posts.removeAll(id, limit)
        own.push(...removed.slice(0, mostOwnPosts - own.length))
        return removed.length > 0
      })
      await dropEdges(id)
      await steps.once(() => users.purge(id, again(purged)))
      for (const postId of own) await post({ id: postId, purged: false })
    },
    async settle(id) {
      // Whoever bans or lifts a ban meanwhile does the same, so each step follows the account as it is now, and the last
      // word is a look at the account that finds nothing left to do.
      let settled: boolean | null = null
      for (;;) {
        const banned = await steps.once(() => isBanned(id))
        if (banned === null) return await dropEdges(id)
        if (banned === settled) return
        settled = (await turnEdges(id, banned)) ? banned : null
      }
    },
  }
}
