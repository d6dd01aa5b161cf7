import type { Accounts } from './accounts/accounts.ts'
import type { Addresses } from './accounts/addresses.ts'
import type { Recovery } from './accounts/recovery.ts'
import type { Registration } from './accounts/registration.ts'
import type { Audit } from './audit/audit.ts'
import type { Captions } from './captions/captions.ts'
import type { VisibleConfig } from './config.ts'
import type { Credentials } from './credentials/credentials.ts'
import type { BoundSessions } from './device-bound/bound-sessions.ts'
import type { Factors } from './factors/factors.ts'
import type { Events } from './events.ts'
import type { Feed } from './feed/feed.ts'
import type { AfterCommit } from './host-transaction.ts'
import type { Follows } from './graph/follows.ts'
import type { Likes } from './graph/likes.ts'
import type { Saves } from './graph/saves.ts'
import type { Health } from './health/health.ts'
import type { Readiness } from './health/ready.ts'
import type { Uploads } from './media/uploads.ts'
import type { Identities } from './identities/identities.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { AppFields } from './own-fields/app-fields.ts'
import type { Passkeys } from './passkeys/passkey-sign-in.ts'
import type { Posts } from './posts/posts.ts'
import type { Profiles } from './profiles/profiles.ts'
import type { Restored } from './sessions/restored.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { BackOffice } from './accounts/back-office.ts'
import type { Approvals } from './sign-up/approvals.ts'
import type { Invitations } from './sign-up/invitations.ts'
import type { Storage } from './storage.ts'
import type { Upkeep } from './upkeep/upkeep.ts'
import { type Viewer, viewerOf } from './viewer.ts'

/** One Kith: its services over one storage. `Fields` lists the app's own fields. */
export interface Kith<Fields extends AppFields = AppFields> {
  readonly accounts: Accounts<Fields>
  /** Registration that confirms an email address or phone number with a code. */
  readonly registration: Registration<Fields>
  /** Forgotten passwords. */
  readonly recovery: Recovery
  /** Confirms and changes email addresses and phone numbers with codes. */
  readonly addresses: Addresses
  /** Authenticator apps and recovery codes. */
  readonly factors: Factors
  /** Sign-in, registration and re-authentication with passkeys. */
  readonly passkeys: Passkeys<Fields>
  /** The credentials of accounts, besides passwords. */
  readonly credentials: Credentials
  /** Sign-in with other providers. */
  readonly identities: Identities<Fields>
  /** Invitations to create an account. */
  readonly invitations: Invitations
  /** Accounts that wait for approval. */
  readonly approvals: Approvals<Fields>
  /** How administrators manage other accounts. */
  readonly backOffice: BackOffice<Fields>
  readonly sessions: Sessions<Fields>
  /** Sessions bound to a key of their device. */
  readonly boundSessions: BoundSessions
  readonly profiles: Profiles<Fields>
  readonly follows: Follows<Fields>
  readonly likes: Likes<Fields>
  readonly saves: Saves<Fields>
  readonly posts: Posts<Fields>
  readonly uploads: Uploads
  readonly captions: Captions
  readonly feed: Feed<Fields>
  readonly events: Events
  /** Events stored in one step with their causes, for those that must not be lost. See docs/events.md. */
  readonly outbox: Outbox
  /** Security events of accounts. See docs/audit.md. */
  readonly audit: Audit
  readonly upkeep: Upkeep
  /** Ends every session. Call it once after restoring a backup. */
  readonly restored: Restored
  readonly storage: Storage
  /**
   * The services on a transaction of the app's own database, which the app begins and ends, so that the app's rows and
   * those of Kith are committed together or not at all. `transaction` is what the storage supports: a `pg` client or
   * postgres.js transaction on which the app has begun one, or an open SQLite database. See docs/own-tables.md.
   * @throws TypeError if the storage does not support this transaction
   */
  within(transaction: unknown): WithinTransaction<Fields>
  /**
   * The viewer with which the host acts as an account: `kith.posts.create(kith.viewerOf(userId), …)`. Reads nothing.
   */
  viewerOf(userId: string): Viewer
  /** The health of this process. Depends on nothing else, so it works when everything else is down. */
  health(): Health
  /**
   * Whether every dependency can be used: the storage, with the schema of this release, the blobs, the revocations and
   * the limits. Never rejects; takes at most 2 seconds. Calls share one result, at most a second old.
   */
  ready(): Promise<Readiness>
  /** The options in use, with defaults, without anything that must not be logged. */
  readonly config: VisibleConfig
  /**
   * Resolves once the cleanup of all deletions, bans and expired bans that this process has marked so far is done and
   * pending messages were tried. You never have to wait for it: upkeep finishes what a process does not. Never rejects.
   */
  settled(): Promise<void>
  /**
   * Makes `ready()` report that this process is shutting down; everything keeps working. A server calls it first when
   * it has to stop.
   */
  drain(): void
  /**
   * Stops jobs after the current step, then closes everything passed in that can be closed: media processes,
   * messengers, connections that adapters opened themselves, and the storage last. Your own clients and handles stay
   * open. Nothing works afterwards. Idempotent.
   */
  close(): Promise<void>
}

/** The services on a transaction of the app, without those that store files or run jobs. */
export type WithinTransaction<Fields extends AppFields = AppFields> = Pick<
  Kith<Fields>,
  Exclude<keyof Services, 'uploads' | 'captions' | 'upkeep'>
> &
  AfterCommit

/** Services for users. */
export type Services = Pick<
  Kith,
  | 'accounts'
  | 'registration'
  | 'recovery'
  | 'addresses'
  | 'factors'
  | 'credentials'
  | 'passkeys'
  | 'identities'
  | 'invitations'
  | 'approvals'
  | 'backOffice'
  | 'sessions'
  | 'boundSessions'
  | 'profiles'
  | 'follows'
  | 'likes'
  | 'saves'
  | 'posts'
  | 'uploads'
  | 'captions'
  | 'feed'
  | 'audit'
  | 'upkeep'
>
