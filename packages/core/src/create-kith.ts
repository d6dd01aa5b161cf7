import type { Cluster } from 'node:cluster'
import { createAccounts } from './accounts/accounts.ts'
import { createAddresses } from './accounts/addresses.ts'
import { createAudit } from './audit/audit.ts'
import { createCaptions } from './captions/captions.ts'
import { type KithConfig, readOptions, type VisibleConfig } from './config.ts'
import { type Core, createCore } from './core.ts'
import { demandRuntime } from './demand-runtime.ts'
import { createCredentials } from './credentials/credentials.ts'
import { createBoundSessions } from './device-bound/bound-sessions.ts'
import { createFactors } from './factors/factors.ts'
import { createFeed } from './feed/feed.ts'
import { inTransaction } from './host-transaction.ts'
import { createFollows } from './graph/follows.ts'
import { createLikes } from './graph/likes.ts'
import { createSaves } from './graph/saves.ts'
import { isJoined, looseNames } from './joined-stores.ts'
import type { Kith, Services, WithinTransaction } from './kith.ts'
import { noteKith } from './known-kiths.ts'
import { createUploads } from './media/uploads.ts'
import { createIdentities } from './identities/identities.ts'
import type { KithOptions } from './options.ts'
import { createOperations } from './operations.ts'
import type { AppFields, FieldsOf, FieldsSchema, OwnFieldsOf, RoleOf } from './own-fields/app-fields.ts'
import { createPasskeySignIn } from './passkeys/passkey-sign-in.ts'
import { createPosts } from './posts/posts.ts'
import { createProfiles } from './profiles/profiles.ts'
import { createSessions } from './sessions/sessions.ts'
import { createBackOffice } from './accounts/back-office.ts'
import { createApprovals } from './sign-up/approvals.ts'
import { createInvitations } from './sign-up/invitations.ts'
import type { Storage, Stores } from './storage.ts'
import { observeFoundation } from './telemetry/observe-config.ts'
import { traceServices } from './telemetry/observe-port.ts'
import { createUpkeep } from './upkeep/upkeep.ts'
import { viewerOf } from './viewer.ts'

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
