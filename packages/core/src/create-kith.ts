import type { Cluster } from 'node:cluster'
import { type Accounts, createAccounts } from './accounts/accounts.ts'
import { type Addresses, createAddresses } from './accounts/addresses.ts'
import type { Recovery } from './accounts/recovery.ts'
import type { Registration } from './accounts/registration.ts'
import { type Audit, createAudit } from './audit/audit.ts'
import { type Captions, createCaptions } from './captions/captions.ts'
import { type KithConfig, readOptions, type VisibleConfig } from './config.ts'
import { type Core, createCore } from './core.ts'
import { demandRuntime } from './demand-runtime.ts'
import { createCredentials, type Credentials } from './credentials/credentials.ts'
import { type BoundSessions, createBoundSessions } from './device-bound/bound-sessions.ts'
import { createFactors, type Factors } from './factors/factors.ts'
import type { Events } from './events.ts'
import { createFeed, type Feed } from './feed/feed.ts'
import { type AfterCommit, inTransaction } from './host-transaction.ts'
import { createFollows, type Follows } from './graph/follows.ts'
import { createLikes, type Likes } from './graph/likes.ts'
import { createSaves, type Saves } from './graph/saves.ts'
import { isJoined, looseNames } from './joined-stores.ts'
import { noteKith } from './known-kiths.ts'
import type { Health } from './health/health.ts'
import type { Readiness } from './health/ready.ts'
import { createUploads, type Uploads } from './media/uploads.ts'
import { createIdentities, type Identities } from './identities/identities.ts'
import type { KithOptions } from './options.ts'
import { createOperations } from './operations.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { AppFields, FieldsOf, FieldsSchema, OwnFieldsOf, RoleOf } from './own-fields/app-fields.ts'
import { createPasskeySignIn, type Passkeys } from './passkeys/passkey-sign-in.ts'
import { createPosts, type Posts } from './posts/posts.ts'
import { createProfiles, type Profiles } from './profiles/profiles.ts'
import type { Restored } from './sessions/restored.ts'
import { createSessions, type Sessions } from './sessions/sessions.ts'
import { type BackOffice, createBackOffice } from './accounts/back-office.ts'
import { type Approvals, createApprovals } from './sign-up/approvals.ts'
import { createInvitations, type Invitations } from './sign-up/invitations.ts'
import type { Storage, Stores } from './storage.ts'
import { observeFoundation } from './telemetry/observe-config.ts'
import { traceServices } from './telemetry/observe-port.ts'
import { createUpkeep, type Upkeep } from './upkeep/upkeep.ts'
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

/**
 * Creates a Kith. Performs no I/O until a service is called; call `kith.storage.migrate()` once at startup.
 * @throws TypeError for invalid options; the message names the option.
 */
export function createKith<
  Public extends FieldsSchema = FieldsSchema,
  Own extends FieldsSchema = FieldsSchema,
  OfPosts extends FieldsSchema = FieldsSchema,
  const Role extends string = string,
>(
  options: KithOptions<Public, Own, OfPosts, Role>,
): Kith<AppFields<FieldsOf<Public>, OwnFieldsOf<Own>, FieldsOf<OfPosts>, RoleOf<Role>>> {
  demandRuntime(process.versions)
  const foundation = observeFoundation({ config: readOptions(options), storage: options.storage })
  const { log, telemetry } = foundation.config
  if (isOfCluster() && !options.revocations) log.warn('process.alone', { message: aloneMessage })
  if (!options.revocations) noteKith(foundation.config)
  const { core, events } = createCore(foundation)
  const kith: Kith = {
    ...traceServices(createServices(core), telemetry),
    ...createOperations(core, options),
    events,
    storage: options.storage,
    viewerOf,
    within: (transaction) => createWithin(core, storesWithin(foundation.storage, transaction)),
    config: showConfig(core.config),
  }
  return Object.freeze(kith) as unknown as Kith<
    AppFields<FieldsOf<Public>, OwnFieldsOf<Own>, FieldsOf<OfPosts>, RoleOf<Role>>
  >
}

const aloneMessage =
  'This process is one of several (node:cluster), and `revocations` are those of this process alone: a logout counts in the ' +
  'others after up to 15 minutes. Give createKith the `revocations` and `rateLimits` of @kith/redis.'

type Services = Pick<
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

/** Services for users. */
function createServices(core: Core): Services {
  const people = createAccounts(core)
  const approvals = createApprovals(core)
  const sessions = createSessions(core)
  return {
    ...people,
    backOffice: createBackOffice(core, { accounts: people.accounts, approvals, sessions }),
    identities: createIdentities(core, people.accounts.inputs),
    addresses: createAddresses(core),
    factors: createFactors(core),
    credentials: createCredentials(core),
    passkeys: createPasskeySignIn(core, people.accounts.inputs),
    invitations: createInvitations(core),
    approvals,
    sessions,
    boundSessions: createBoundSessions(core),
    profiles: createProfiles(core),
    follows: createFollows(core),
    likes: createLikes(core),
    saves: createSaves(core),
    posts: createPosts(core),
    uploads: createUploads(core),
    captions: createCaptions(core),
    feed: createFeed(core),
    audit: createAudit(core),
    upkeep: createUpkeep(core),
  }
}

/** The services over a transaction of the app. */
function createWithin(core: Core, stores: Stores): WithinTransaction {
  const { committed, core: inside } = inTransaction(core, stores)
  const { uploads: _uploads, captions: _captions, upkeep: _upkeep, ...services } = createServices(inside)
  return Object.freeze({ ...traceServices(services, core.config.telemetry), committed })
}

function storesWithin(storage: Storage, transaction: unknown): Stores {
  if (!storage.within)
    throw new TypeError(
      'kith.within: this storage cannot join a transaction of the app; @kith/storage-postgres and @kith/storage-sqlite can',
    )
  if (!isJoined(storage, looseNames))
    throw new TypeError(
      'kith.within: `sessions` or `facts` is of another adapter, which is not in the transaction',
    )
  return storage.within(transaction)
}

/** Without secrets and private keys. */
function showConfig({ secrets: _secrets, sessions, ...others }: KithConfig): VisibleConfig {
  const { signingKeys: _signingKeys, ...visible } = sessions
  return Object.freeze({ ...others, sessions: Object.freeze(visible) })
}

/**
 * Whether this process is a worker of node:cluster, a module that loads slowly and is not loaded unless the process was
 * forked.
 */
function isOfCluster(): boolean {
  if (process.send === undefined) return false
  // The types describe the module as it is imported, with a default export.
  return (process.getBuiltinModule('node:cluster') as unknown as Cluster).isWorker
}
