import type { Cluster } from 'node:cluster'
import type { Accounts } from './accounts/accounts.ts'
import { createAccounts } from './accounts/create-accounts.ts'
import { createPasswords } from './accounts/password.ts'
import { type Captions, createCaptions } from './captions/captions.ts'
import { createClosing } from './close.ts'
import { readOptions, type VisibleConfig } from './config.ts'
import type { Core } from './core.ts'
import { createEvents, type Events } from './events.ts'
import { createFeed, type Feed } from './feed/home.ts'
import { createFollows, type Follows } from './graph/follows.ts'
import { createLikes, type Likes } from './graph/likes.ts'
import { createSaves, type Saves } from './graph/saves.ts'
import { createHealth, type Health } from './health/health.ts'
import { createReady, type Readiness } from './health/ready.ts'
import { createIds } from './id.ts'
import { createMediaPlace } from './media/media-place.ts'
import { createMissingFiles } from './media/missing-files.ts'
import { createUploads, type Uploads } from './media/uploads.ts'
import { createVisibleFiles } from './media/visible-files.ts'
import type { KithOptions } from './options.ts'
import { createPosts, type Posts } from './posts/posts.ts'
import { createPresentPosts } from './posts/present-posts.ts'
import { createPeople } from './profiles/people.ts'
import { createProfiles, type Profiles } from './profiles/profiles.ts'
import { createAccessTokens } from './sessions/access-token.ts'
import { createAttempts } from './sessions/attempts.ts'
import { createDeviceTokens } from './sessions/device-token.ts'
import { createGrace } from './sessions/grace.ts'
import { createLivedTime } from './sessions/lived-time.ts'
import { createRefreshTokens } from './sessions/refresh-token.ts'
import { createRestored, type Restored } from './sessions/restored.ts'
import { createSessions, type Sessions } from './sessions/sessions.ts'
import type { Storage } from './storage.ts'
import { createSteps } from './steps.ts'
import { countEvents } from './telemetry/count-events.ts'
import { observeFoundation } from './telemetry/observe-config.ts'
import { traceServices } from './telemetry/observe-port.ts'
import { createClearing } from './upkeep/clearing.ts'
import { createPurge } from './upkeep/purge.ts'
import { createReleasedMedia } from './upkeep/released-media.ts'
import { createUpkeep, type Upkeep } from './upkeep/upkeep.ts'

const aloneMessage =
  'This process is one of several (node:cluster), and `revocations` are those of this process alone: a logout counts in the ' +
  'others after up to 15 minutes. Give createKith the `revocations` and `rateLimits` of @kith/redis.'

/** One Kith: its services over one storage. */
export interface Kith {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly profiles: Profiles
  readonly follows: Follows
  readonly likes: Likes
  readonly saves: Saves
  readonly posts: Posts
  readonly uploads: Uploads
  readonly captions: Captions
  readonly feed: Feed
  readonly events: Events
  readonly upkeep: Upkeep
  /** Call it once after a backup was restored: it ends every session. */
  readonly restored: Restored
  readonly storage: Storage
  /** What this process says of itself. Asks nothing else, so it answers where everything else is down. */
  health(): Health
  /**
   * Whether everything that it stands on can be used: the storage at the schema of this release, the blobs, the revocations and
   * the limits. Never rejects; takes 2 seconds at most. Calls share one answer, and it is at most a second old.
   */
  ready(): Promise<Readiness>
  /** The options it runs by, with their defaults, and without what must not get into a log. */
  readonly config: VisibleConfig
  /**
   * Resolves when what deletions, bans and ends of bans of this process have marked by now is cleared away behind them. Nothing has
   * to wait for it: what a process does not finish, upkeep finishes. Never rejects.
   */
  settled(): Promise<void>
  /** Says by `ready()` that this process is leaving, and goes on working: what a server does first when it is to stop. */
  drain(): void
  /**
   * Stops jobs after the step under way, then closes what it was given and can be closed: media processes, connections that adapters opened themselves, and the
   * storage last. Clients and handles that are yours stay open. Nothing works afterwards. Idempotent.
   */
  close(): Promise<void>
}

/**
 * Creates a Kith. Nothing is read or written until a service is called; call `kith.storage.migrate()` once at start.
 * @throws TypeError for options that cannot work; the message names the option.
 */
export function createKith(options: KithOptions): Kith {
  const { config, storage } = observeFoundation({ config: readOptions(options), storage: options.storage })
  const { random, log, revocations, telemetry } = config
  const time = createLivedTime(config.clock)
  const { clock } = time
  const { issuer, audience } = config.sessions
  const ownTokens = { secrets: config.secrets, issuer, audience, clock }
  if (isOfCluster() && !options.revocations) log.warn('process.alone', { message: aloneMessage })
  const { events, emit: raise } = createEvents(clock, log)
  const emit = countEvents(raise, telemetry)
  const mediaPlace = createMediaPlace(storage, config)
  const people = createPeople(storage, config.media)
  const steps = createSteps()
  const purge = createPurge(storage, config, steps)
  const core: Core = {
    config,
    storage,
    revocations,
    passwords: createPasswords(config.passwords, { random, facts: storage.facts, log, emit, telemetry }),
    attempts: createAttempts({ ...config, clock }, { secret: config.secrets[0] ?? '', emit }),
    accessTokens: createAccessTokens({
      ...config.sessions,
      secrets: config.secrets,
      ttlSeconds: config.sessions.accessTtlSeconds,
      clock,
      random,
    }),
    refreshTokens: createRefreshTokens(ownTokens),
    deviceTokens: createDeviceTokens({ ...ownTokens, random }),
    grace: createGrace(config.sessions.graceSeconds, time),
    people,
    presentPosts: createPresentPosts(storage, people, config.media),
    visibleFiles: createVisibleFiles(storage),
    steps,
    purge,
    clearing: createClearing(purge, log),
    mediaPlace,
    missingFiles: createMissingFiles(storage, mediaPlace, { log, emit }),
    releasedMedia: createReleasedMedia(storage, config, { steps, place: mediaPlace }),
    makeId: createIds(clock, random),
    clock,
    emit,
  }
  const closing = createClosing(config, storage, steps)
  const { secrets: _secrets, passwords, sessions, ...others } = config
  const { memoryKiB = 19_456, iterations = 2, parallelism = 1 } = passwords
  const { signingKeys: _signingKeys, ...visibleSessions } = sessions
  const services = {
    accounts: createAccounts(core),
    sessions: createSessions(core),
    profiles: createProfiles(core),
    follows: createFollows(core),
    likes: createLikes(core),
    saves: createSaves(core),
    posts: createPosts(core),
    uploads: createUploads(core),
    captions: createCaptions(core),
    feed: createFeed(core),
    upkeep: createUpkeep(core),
  }
  return Object.freeze({
    ...traceServices(services, telemetry),
    events,
    restored: createRestored(storage, steps),
    storage: options.storage,
    health: createHealth({
      passwords: core.passwords,
      images: config.media.images,
      videos: config.media.videos,
    }),
    ready: createReady({
      parts: {
        storage: options.storage,
        blobs: mediaPlace.check ? mediaPlace : (options.media?.blobs ?? null),
        revocations: options.revocations ?? null,
        rateLimits: options.rateLimits ?? null,
      },
      isDraining: closing.isDraining,
      log,
    }),
    settled: core.clearing.settled,
    drain: closing.drain,
    close: closing.close,
    config: Object.freeze({
      ...others,
      passwords: Object.freeze({ memoryKiB, iterations, parallelism }),
      sessions: Object.freeze(visibleSessions),
    }),
  })
}

/** Whether this process is a worker of node:cluster, which loads slowly and is not loaded where nobody has forked this process. */
function isOfCluster(): boolean {
  if (process.send === undefined) return false
  // The types describe the module as it is imported, with a default export.
  return (process.getBuiltinModule('node:cluster') as unknown as Cluster).isWorker
}
