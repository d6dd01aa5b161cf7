import type { Keyset } from '../page.ts'
import type { PostRecord } from '../posts/post-store.ts'

/** Reads the home feed. */
export interface FeedStore {
  /**
   * Live posts of the user and of those the user follows, newest first; none of a deleted or banned author. Consistent
   * with the follows and posts at the moment of the call. Its cost is bounded: it hardly grows with the number
   * followed.
   */
  home(userId: string, keyset: Keyset): Promise<PostRecord[]>
}
