import cluster from 'node:cluster'
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
import { createSessions } from './sessions/create-sessions.ts'
import { createDeviceTokens } from './sessions/device-token.ts'
import { createRefreshTokens } from './sessions/refresh-token.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { Storage } from './storage.ts'
import { createPurge } from './upkeep/purge.ts'
import { createReleasedMedia } from './upkeep/released-media.ts'
import { createUpkeep, type Upkeep } from './upkeep/upkeep.ts'

const aloneWarning =
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
  readonly storage: Storage
  /** The options it runs by, with their defaults, and without what must not get into a log. */
  readonly config: VisibleConfig
  /** Says by `ready()` that this process is leaving, and goes on working: what a server does first when it is to stop. */
  drain(): void
  /**
   * Closes what it was given and can be closed: media processes, connections that adapters opened themselves, and the
   * storage last. Clients and handles that are yours stay open. Nothing works afterwards. Idempotent.
   */
  close(): Promise<void>
}

/**
 * Creates a Kith. Nothing is read or written until a service is called; call `kith.storage.migrate()` once at start.
 * @throws TypeError for options that cannot work; the message names the option.
 */
export function createKith(options: KithOptions): Kith {
  const config = readOptions(options)
  const { clock, random, logger, revocations } = config
  const { storage } = options
  const { issuer, audience } = config.sessions
  const ownTokens = { secrets: config.secrets, issuer, audience, clock }
  if (cluster.isWorker && !options.revocations) logger.warn(aloneWarning)
  const { events, emit } = createEvents(clock, logger)
  const mediaPlace = createMediaPlace(storage, config)
  const people = createPeople(storage, config.media)
  const core: Core = {
    config,
    storage,
    revocations,
    passwords: createPasswords(config.passwords, { random, logger }),
    attempts: createAttempts(config, config.secrets[0] ?? ''),
    accessTokens: createAccessTokens({
      ...config.sessions,
      secrets: config.secrets,
      ttlSeconds: config.sessions.accessTtlSeconds,
      clock,
      random,
    }),
    refreshTokens: createRefreshTokens(ownTokens),
    deviceTokens: createDeviceTokens({ ...ownTokens, random }),
    people,
    presentPosts: createPresentPosts(storage, people, config.media),
    visibleFiles: createVisibleFiles(storage),
    mediaPlace,
    missingFiles: createMissingFiles(storage, mediaPlace, { logger, emit }),
    purge: createPurge(storage, config),
    releasedMedia: createReleasedMedia(storage, config, mediaPlace),
    makeId: createIds(clock, random),
    clock,
    emit,
  }
  const { drain, close } = createClosing(config, storage)
  const { secrets: _secrets, passwords: _passwords, sessions, ...others } = config
  const { signingKeys: _signingKeys, ...visibleSessions } = sessions
  return Object.freeze({
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
    events,
    upkeep: createUpkeep(core),
    storage,
    drain,
    close,
    config: Object.freeze({ ...others, sessions: Object.freeze(visibleSessions) }),
  })
}
