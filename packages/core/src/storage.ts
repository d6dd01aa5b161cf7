import type { AuditStore } from './audit/audit-store.ts'
import type { CodeStore } from './codes/code-store.ts'
import type { CredentialStore } from './credentials/credential-store.ts'
import type { FactStore } from './facts.ts'
import type { FeedStore } from './feed/feed-store.ts'
import type { EdgeStore } from './graph/edge-store.ts'
import type { MediaStore } from './media/media-store.ts'
import type { OutboxStore } from './outbox/outbox-store.ts'
import type { PostStore } from './posts/post-store.ts'
import type { SessionStore } from './sessions/session-store.ts'
import type { UserStore } from './accounts/user-store.ts'

/** One step of a migration that is still to be done. */
export interface PlannedStep {
  readonly name: string
  /** The approximate size: a number of rows, or 1; 0 if it is known only after an earlier step. */
  readonly total: number
}

/** The progress of one step of a migration. */
export interface MigrationProgress {
  readonly step: string
  readonly done: number
  readonly total: number
}

/** How a migration is run. */
export interface MigrateOptions {
  /**
   * Called when each step begins, progresses and ends, where `done` is `total`. If it throws, the migration ends there,
   * and the next call resumes it.
   */
  progress?: ((progress: MigrationProgress) => void) | undefined
}

/** The stores that the services read and write. */
export interface Stores {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly edges: EdgeStore
  readonly posts: PostStore
  readonly media: MediaStore
  readonly feed: FeedStore
  readonly facts: FactStore
  readonly outbox: OutboxStore
  readonly messages: OutboxStore
  readonly audit: AuditStore
  readonly codes: CodeStore
  readonly credentials: CredentialStore
}

/**
 * Everything that Kith stores. An adapter returns plain objects that implement these ports, without I/O at
 * construction. `@kith/conformance` has the test cases that every implementation passes.
 */
export interface Storage extends Stores {
  /**
   * Brings the schema up to date, in short steps that do not block others. Idempotent; safe to call at every start and
   * from several processes concurrently; resumes where a crash, or `progress`, has ended it.
   * @throws `storage-failed` if a newer release has changed the schema so that this one cannot use it.
   */
  migrate(options?: MigrateOptions): Promise<void>
  /**
   * The pending steps of {@link migrate}, in order; empty if the schema is up to date. Changes nothing, and rejects if
   * `migrate` would refuse to begin.
   */
  plan(): Promise<readonly PlannedStep[]>
  /**
   * Checks whether the stores can be used now: rejects if not, for example before {@link migrate}, and says what to do.
   * Resolves to `null`, or to a warning for operators. Checks again on each call, reads next to nothing and changes
   * nothing.
   */
  check(): Promise<string | null>
  /**
   * The stores on a transaction that the caller has begun and will end: what they write is visible to others from its
   * commit on, and never after a rollback. Each verb keeps its promise within it, and one that rejects has changed
   * nothing, so the caller may continue. Adapters for engines without transactions that an app can hold leave it out.
   * @throws TypeError for anything that is not a transaction of the engine, or one that was not begun
   */
  within?(transaction: unknown): Stores
  /** Closes what the adapter itself opened; a client that the caller passed in stays open. Idempotent. */
  close(): Promise<void>
}
