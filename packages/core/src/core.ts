import type { Passwords } from './accounts/password.ts'
import type { KithConfig } from './config.ts'
import type { Emit } from './events.ts'
import type { Clock, MakeId } from './id.ts'
import type { AccessTokens } from './sessions/access-token.ts'
import type { Attempts } from './sessions/attempts.ts'
import type { DeviceTokens } from './sessions/device-token.ts'
import type { Grace } from './sessions/grace.ts'
import type { RefreshTokens } from './sessions/refresh-token.ts'
import type { Revocations } from './sessions/revocations.ts'
import type { MediaPlace } from './media/media-place.ts'
import type { MissingFiles } from './media/missing-files.ts'
import type { VisibleFiles } from './media/visible-files.ts'
import type { People } from './profiles/people.ts'
import type { PresentPosts } from './posts/present-posts.ts'
import type { Steps } from './steps.ts'
import type { Clearing } from './upkeep/clearing.ts'
import type { Purge } from './upkeep/purge.ts'
import type { ReleasedMedia } from './upkeep/released-media.ts'
import type { Storage } from './storage.ts'

/** What the services of one Kith instance share. */
export interface Core {
  readonly config: KithConfig
  readonly storage: Storage
  readonly revocations: Revocations
  readonly passwords: Passwords
  readonly attempts: Attempts
  readonly accessTokens: AccessTokens
  readonly refreshTokens: RefreshTokens
  readonly deviceTokens: DeviceTokens
  readonly grace: Grace
  readonly people: People
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
}
