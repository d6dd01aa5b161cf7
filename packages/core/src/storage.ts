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

/** One step of a migration that was not taken yet. */
export interface PlannedStep {
  readonly name: string
  /** How much there is to do, about: rows, or 1; 0 where an earlier step has to be taken to know. */
  readonly total: number
}

/** How far one step of a migration has come. */
export interface MigrationProgress {
  readonly step: string
  readonly done: number
  readonly total: number
}

/** How a migration is run. */
export interface MigrateOptions {
  /**
   * Called as each step begins, goes on and ends, where `done` is `total`. What it throws ends the migration there, which
   * the next call takes up again.
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
 * Everything Kith keeps. An adapter returns plain objects that implement these ports; nothing happens at its
 * construction. `@kith/conformance` holds the cases that every implementation passes.
 */
export interface Storage extends Stores {
  /**
   * Brings the schema up to date, in steps that are short for those who use the storage meanwhile. Idempotent; safe to call
   * at every start and from several processes concurrently; goes on where a crash, or `progress`, has ended it.
   * @throws `storage-failed` where a newer release has changed the schema so that this one cannot use it.
   */
  migrate(options?: MigrateOptions): Promise<void>
  /**
   * The steps that {@link migrate} would take, in their order; none where the schema is up to date. Changes nothing, and
   * rejects where `migrate` would refuse to begin.
   */
  plan(): Promise<readonly PlannedStep[]>
  /**
   * Finds out whether the stores can be used now: rejects where they would, as before {@link migrate}, and says what to do.
   * Resolves with `null`, or with what somebody should see to. Asks anew each time, reads next to nothing and changes nothing.
   */
  check(): Promise<string | null>
  /**
   * The stores on a transaction that the caller has begun and will end: what they write is there for others from its commit on, and never
   * after a rollback. Each verb keeps its promise within it, and one that rejects has changed nothing, so the caller may go on.
   * An adapter whose engine has no transactions that an app can hold leaves it out.
   * @throws TypeError for what is no transaction of the engine, or none that was begun
   */
  within?(transaction: unknown): Stores
  /** Lets go of what the adapter itself opened; a client that the caller passed in stays open. Idempotent. */
  close(): Promise<void>
}
