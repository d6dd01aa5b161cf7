import { settleReplacements } from './avatar.ts'
import type { Collections } from './collections.ts'
import type { Connection } from './connection.ts'
import { settleEdges } from './pending-edges.ts'
import { settlePosts } from './pending-posts.ts'

/** Finishes what a crash left on a server without transactions. */
export function recover({ longCall }: Connection): Promise<void> {
  return longCall('recover', async ({ collections, transactional }) => {
    if (!transactional) await settleAll(collections)
  })
}

/** The same on any server: one without transactions may have become a replica set since. */
export async function settleAll(collections: Collections): Promise<void> {
  await settleEdges(collections)
  await settlePosts(collections)
  await settleReplacements(collections)
}
