import type { FeedStore } from '../feed/feed-store.ts'
import { type MemoryState, pageOf } from './memory-state.ts'

/** The feed, read straight from posts and follows. */
export function createMemoryFeedStore({ users, posts, edges }: MemoryState): FeedStore {
  return {
    async home(userId, keyset) {
      const followed = [...edges.values()].filter((edge) => edge.kind === 'follow' && edge.from === userId)
      const authors = new Set([userId, ...followed.map((edge) => edge.to)])
      const isShown = (authorId: string) => authors.has(authorId) && users.get(authorId)?.bannedAt === null
      return pageOf(
        [...posts.values()].filter((post) => isShown(post.authorId)),
        keyset,
      )
    },
  }
}
