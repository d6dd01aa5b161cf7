import type { KithConfig } from '../config.ts'
import type { Storage } from '../storage.ts'
import type { Removal } from './removal.ts'

/** Finishes removals, batch by batch. Each step can be repeated, so what was cut off is taken up again by upkeep. */
export interface Purge {
  /** Removes what is left of a removed post. */
  post(removal: Removal): Promise<void>
  /** Removes what is left of an account that is marked deleted, all but the blobs of its media. */
  account(removal: Removal): Promise<void>
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

/** Creates it. */
export function createPurge(storage: Storage, { clock }: KithConfig): Purge {
  const { users, sessions, posts, edges, media } = storage

  async function untilDone(step: () => Promise<number>): Promise<void> {
    while ((await step()) > 0);
  }

  async function postIdsOf(authorId: string): Promise<string[]> {
    const ids: string[] = []
    for (;;) {
      const found = await posts.byAuthor(authorId, { limit: purgeBatch, before: ids.at(-1) ?? null })
      ids.push(...found.map((post) => post.id))
      if (found.length < purgeBatch) return ids
    }
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
      // Its own posts and nobody else's; what is removed between these steps is found by upkeep.
      const ids = await postIdsOf(id)
      await untilDone(() => posts.removeAll(id, purgeBatch))
      await untilDone(() => edges.drop(id, purgeBatch))
      await media.releaseAll(id)
      for (const postId of ids) await post({ id: postId, purged: false })
      await users.purge(id, again(purged))
    },
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
