import type { Clock } from '../id.ts'
import type { Steps } from '../steps.ts'
import type { Stores } from '../storage.ts'

/** Finishes removals in short steps. Each step can be repeated, so upkeep continues after an interruption. */
export interface Purge {
  /** Removes what is left of a removed post. */
  post(id: string): Promise<void>
  /** Removes what is left of an account that is marked deleted, all but the blobs of its media. */
  account(id: string): Promise<void>
  /** Hides the edges of a banned account, shows those of one that is not, removes those of one that is gone. */
  settle(id: string): Promise<void>
}

/** For this many posts of an account the likes are removed with it; upkeep finds those of the rest separately. */
const mostOwnPosts = 20_000

/** Creates the purge of one Kith instance. */
export function createPurge(storage: Stores, clock: Clock, steps: Steps): Purge {
  const { users, sessions, posts, edges, media, codes } = storage

  const dropEdges = (id: string): Promise<void> =>
    steps.run(async (limit) => (await edges.drop(id, limit)) > 0)

  async function post(id: string): Promise<void> {
    await dropEdges(id)
    await steps.once(() => posts.purge(id))
  }

  /** Whether the account is banned; `null` if it is gone. */
  async function isBanned(id: string): Promise<boolean | null> {
    const user = await users.byId(id)
    return user && user.bannedAt !== null
  }

  /** Hides or shows edges while the account's state requires it. Resolves to whether none is left. */
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
    async account(id) {
      await steps.once(() => sessions.revokeAll(id, clock(), null))
      await steps.run(async (limit) => (await media.releaseAll(id, limit)) > 0)
      const own: string[] = []
      await steps.run(async (limit) => {
        const removed = await posts.removeAll(id, limit)
        own.push(...removed.slice(0, mostOwnPosts - own.length))
        return removed.length > 0
      })
      await dropEdges(id)
      await steps.once(() => codes.removeOf(id))
      await steps.once(() => users.purge(id))
      for (const postId of own) await post(postId)
    },
    async settle(id) {
      // A concurrent ban or unban does the same, so each step follows the current state of the account, and the last
      // read of the account finds nothing left to do.
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
