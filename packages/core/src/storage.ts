import type { FactStore } from './facts.ts'
import type { FeedStore } from './feed/feed-store.ts'
import type { EdgeStore } from './graph/edge-store.ts'
import type { MediaStore } from './media/media-store.ts'
import type { PostStore } from './posts/post-store.ts'
import type { SessionStore } from './sessions/session-store.ts'
import type { UserStore } from './accounts/user-store.ts'

/**
 * Everything Kith keeps. An adapter returns plain objects that implement these ports; nothing happens at its
 * construction. `@kith/conformance` holds the cases that every implementation passes.
 */
export interface Storage {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly edges: EdgeStore
  readonly posts: PostStore
  readonly media: MediaStore
  readonly feed: FeedStore
  readonly facts: FactStore
  /** Brings the schema up to date. Idempotent; safe to call at every start and from several processes at once. */
  migrate(): Promise<void>
  /**
   * Finishes changes that a crash cut off between their steps, or undoes them. Where each change is one step there are none.
   * Idempotent; harms no change that is under way, and may run in several processes at once.
   */
  recover(): Promise<void>
  /**
   * Finds out whether the stores can be used now: rejects where they would, as before {@link migrate}, and says what to do.
   * Resolves with `null`, or with what somebody should see to. Asks anew each time, reads next to nothing and changes nothing.
   */
  check(): Promise<string | null>
  /** Lets go of what the adapter itself opened; a client that the caller passed in stays open. Idempotent. */
  close(): Promise<void>
}
