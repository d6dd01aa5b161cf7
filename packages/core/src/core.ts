import { type AccountInputs, createAccountInputs } from './accounts/account-inputs.ts'
import { createPasswords, type Passwords } from './accounts/password.ts'
import type { KithConfig } from './config.ts'
import { createEvents, type Emit, type Events } from './events.ts'
import { createDemandChallenge, type DemandChallenge } from './challenges/demand-challenge.ts'
import { type Codes, createCodes } from './codes/codes.ts'
import { type Clock, createIds, type MakeId } from './id.ts'
import { createStoredFactors, type StoredFactors } from './factors/stored-factors.ts'
import { createMediaPlace, type MediaPlace } from './media/media-place.ts'
import { createMissingFiles, type MissingFiles } from './media/missing-files.ts'
import { createVisibleFiles, type VisibleFiles } from './media/visible-files.ts'
import { createOutgoing, type Outgoing } from './messages/outgoing.ts'
import { type AskPolicy, createAskPolicy } from './policies.ts'
import { createPostInputs, type PostInputs } from './posts/post-inputs.ts'
import { createPresentPosts, type PresentPosts } from './posts/present-posts.ts'
import { createPresentUsers, type PresentUsers } from './profiles/present-users.ts'
import { createRowsOf, type RowsOf } from './outbox/outbox-rows.ts'
import { type AccessTokens, createAccessTokens } from './sessions/access-token.ts'
import { type Limits, createLimits } from './sessions/limits.ts'
import { createDeviceTokens, type DeviceTokens } from './sessions/device-token.ts'
import { createGrace, type Grace } from './sessions/grace.ts'
import { createLivedTime, type LivedTime } from './sessions/lived-time.ts'
import { createRefreshTokens, type RefreshTokens } from './sessions/refresh-token.ts'
import type { Revocations } from './sessions/revocations.ts'
import { createSteps, type Steps } from './steps.ts'
import type { Storage, Stores } from './storage.ts'
import { countEvents } from './telemetry/count-events.ts'
import { type Clearing, createClearing } from './upkeep/clearing.ts'
import { createPurge, type Purge } from './upkeep/purge.ts'
import { createReleasedMedia, type ReleasedMedia } from './upkeep/released-media.ts'

/** What the services of one Kith instance share. */
export interface Core {
  readonly config: KithConfig
  readonly storage: Stores
  readonly revocations: Revocations
  /** The schemas of callers' input, which take a while to build. */
  readonly inputs: { readonly accounts: AccountInputs; readonly posts: PostInputs }
  readonly passwords: Passwords
  readonly limits: Limits
  readonly outgoing: Outgoing
  readonly codes: Codes
  readonly demandChallenge: DemandChallenge
  readonly factors: StoredFactors
  readonly askPolicy: AskPolicy
  readonly accessTokens: AccessTokens
  readonly refreshTokens: RefreshTokens
  readonly deviceTokens: DeviceTokens
  readonly grace: Grace
  readonly presentUsers: PresentUsers
  readonly presentPosts: PresentPosts
  readonly visibleFiles: VisibleFiles
  readonly steps: Steps
  readonly mediaPlace: MediaPlace
  readonly missingFiles: MissingFiles
  readonly purge: Purge
  readonly clearing: Clearing
  readonly releasedMedia: ReleasedMedia
  readonly makeId: MakeId
  readonly clock: Clock
  readonly emit: Emit
  readonly rowsOf: RowsOf
}

/** Creates what the services share. */
export function createCore({ config, storage }: { config: KithConfig; storage: Storage }): {
  core: Core
  events: Events
} {
  const { log, random, revocations, telemetry } = config
  const { minLength, forbiddenWords } = config.passwords
  const time = createLivedTime(config.clock)
  const { clock } = time
  const { events, emit: raise } = createEvents(clock, log)
  const emit = countEvents(raise, telemetry)
  const makeId = createIds(clock, random)
  const steps = createSteps()
  const purge = createPurge(storage, clock, steps)
  const shared = {
    config,
    clock,
    emit,
    makeId,
    revocations,
    steps,
    purge,
    inputs: {
      accounts: createAccountInputs({
        ...config.accounts,
        minLength,
        forbiddenWords,
        challenged: config.challenge !== null,
      }),
      posts: createPostInputs(config.posts),
    },
    rowsOf: createRowsOf(config, { makeId, clock }),
    passwords: createPasswords(config.passwords, { random, facts: storage.facts, log, emit, telemetry }),
    limits: createLimits({ ...config, clock }, { secret: config.secrets[0] ?? '', emit }),
    askPolicy: createAskPolicy(config.policies),
    ...createTokens(config, time),
    clearing: createClearing({ purge, storage, log }),
    outgoing: createOutgoing({ config, storage, clock, makeId, steps }),
  }
  return { core: onStorage(shared, storage), events }
}

/** What reads and writes a storage, created for each storage; the rest is shared. */
export function onStorage(shared: Omit<Core, keyof StorageParts>, storage: Stores): Core {
  const { config, steps, emit } = shared
  const mediaPlace = createMediaPlace(storage, config)
  const presentUsers = createPresentUsers(storage, config)
  const codes = createCodes({ ...shared, storage })
  const parts: StorageParts = {
    storage,
    mediaPlace,
    presentUsers,
    presentPosts: createPresentPosts(storage, presentUsers, config),
    visibleFiles: createVisibleFiles(storage),
    missingFiles: createMissingFiles(storage, mediaPlace, { log: config.log, emit }),
    releasedMedia: createReleasedMedia(storage, config, { steps, place: mediaPlace }),
    factors: createStoredFactors({ ...shared, storage }),
    codes,
    demandChallenge: createDemandChallenge({ ...shared, codes }),
  }
  return { ...shared, ...parts }
}

type StorageParts = Pick<
  Core,
  | 'storage'
  | 'mediaPlace'
  | 'presentUsers'
  | 'presentPosts'
  | 'visibleFiles'
  | 'missingFiles'
  | 'releasedMedia'
  | 'factors'
  | 'codes'
  | 'demandChallenge'
>

/** What signs users in and keeps them signed in. */
function createTokens(
  { secrets, sessions, random }: KithConfig,
  time: LivedTime,
): Pick<Core, 'accessTokens' | 'refreshTokens' | 'deviceTokens' | 'grace'> {
  const { clock } = time
  const { issuer, audience, accessTtlSeconds, graceSeconds } = sessions
  const own = { secrets, issuer, audience, clock }
  return {
    accessTokens: createAccessTokens({ ...sessions, secrets, ttlSeconds: accessTtlSeconds, clock, random }),
    refreshTokens: createRefreshTokens(own),
    deviceTokens: createDeviceTokens({ ...own, random }),
    grace: createGrace(graceSeconds, time),
  }
}
