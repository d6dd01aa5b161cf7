export { createKith, type Kith } from './create-kith.ts'
export type { HashCost, KithConfig, MediaConfig, VisibleConfig } from './config.ts'
export type {
  AccountOptions,
  KithOptions,
  LimitRule,
  MediaOptions,
  PasswordOptions,
  PostOptions,
  SessionOptions,
} from './options.ts'
export type { Duration } from './duration.ts'
export type { Clock, Random } from './id.ts'
export { type Keyset, type Page, type PageInput, pageInput } from './page.ts'
export type { MigrateOptions, MigrationProgress, PlannedStep, Storage } from './storage.ts'
export { type Checkable, isCheckable } from './health/check.ts'
export type { Health } from './health/health.ts'
export type { Readiness, ReadyPart } from './health/ready.ts'
export type { ClientInfo, Viewer } from './viewer.ts'
export {
  type ErrorCode,
  errorTable,
  type FieldError,
  InvalidInputError,
  isKithError,
  KithError,
  type KithErrorOptions,
  RefusedError,
  type RetryAdvice,
  type RetryLaterCode,
  RetryLaterError,
} from './errors.ts'
export type { Log, LogEntry, LogValue } from './log/log.ts'
export { type LineName, type LogLine, logLines } from './log/log-lines.ts'
export type { LogFields, LoggedError, Logger } from './log/logger.ts'
export { parseInput } from './input.ts'
export type { ClientPlace, Emit, Events, KithEventName, KithEvents, Listener } from './events.ts'
export { type Metric, type MetricName, metrics } from './telemetry/metrics.ts'
export {
  type Attributes,
  isObservable,
  type Observable,
  type Reading,
  silentTelemetry,
  type Telemetry,
} from './telemetry/telemetry.ts'
export type { Removal } from './upkeep/removal.ts'
export type { CountReport, Upkeep, UpkeepOptions } from './upkeep/upkeep.ts'
export type { UpkeepReport, UpkeepStep } from './upkeep/upkeep-report.ts'
export type { MediaProgress, MediaReport, MissingBlob, VerifyMediaOptions } from './upkeep/verify-media.ts'
export type { Adoption } from './media/media-place.ts'

export type { Accounts, Edited } from './accounts/accounts.ts'
export type {
  AccountInputs,
  AccountRules,
  ChangePasswordInput,
  DeleteAccountInput,
  EditInput,
  ImportInput,
  Presence,
  RegisterInput,
} from './accounts/account-inputs.ts'
export type { BreachedPasswords } from './accounts/breached-passwords.ts'
export { createPwnedPasswords, type PwnedPasswordsOptions } from './accounts/pwned-passwords.ts'
export { reservedUsernames } from './accounts/reserved-names.ts'
export {
  type LegacyHash,
  legacyBcrypt,
  legacyDigest,
  legacyPbkdf2,
  legacyScrypt,
} from './accounts/legacy-hash.ts'
export type {
  CreateUserResult,
  Identifier,
  Login,
  UpdateUserResult,
  UserChanges,
  UsernameHold,
  UserRecord,
  UserStore,
} from './accounts/user-store.ts'

export type { Sessions } from './sessions/sessions.ts'
export type { Restored, RestoreReport } from './sessions/restored.ts'
export type { Session, SignIn, Tokens } from './sessions/session.ts'
export { type LoginInput, loginInput } from './sessions/session-inputs.ts'
export type { JwksDocument } from './sessions/access-token.ts'
export { generateSigningKey, type SigningAlgorithm, type SigningKey } from './sessions/signing-keys.ts'
export { defaultLimits, type LimitName } from './sessions/limits.ts'
export type { HitResult, Limit, RateLimits } from './sessions/rate-limits.ts'
export type { Revocations } from './sessions/revocations.ts'
export type { Rotation, RotationResult, SessionRecord, SessionStore } from './sessions/session-store.ts'

export {
  type BlobMeta,
  type BlobPage,
  type BlobStore,
  type ByteRange,
  type GrantedBlobStore,
  type GrantTerms,
  isBlobKey,
  type ListedBlob,
  type MarkedBlobStore,
  type ServedBlob,
  type ServedBlobStore,
  type ServedFile,
} from './media/blob-store.ts'
export type { ImageHeader, ImageMeasures, ImageProcessor, WrittenRendition } from './media/image-processor.ts'
export type { VideoMeasures, VideoProcessor } from './media/video-processor.ts'
export {
  type MediaKind,
  type MediaType,
  mediaTypes,
  type Rendition,
  type RenditionForm,
  type RenditionFormat,
  renditionPixels,
} from './media/media.ts'
export { sniff } from './media/sniff.ts'
export { inTemporaryFolder, sweepTemporaryFolders } from './media/temporary-folder.ts'
export type {
  CaptionAnswer,
  CaptionFailure,
  CaptionFailureReason,
  CaptionRequest,
  CaptionUsage,
  CaptionWriter,
} from './captions/caption-writer.ts'
export { CaptionsUnavailableError } from './captions/captions-unavailable.ts'
export { cleanSuggestions } from './captions/clean-suggestions.ts'
export { createFallbackCaptions, type FallbackEntry } from './captions/fallback-captions.ts'
export { createSketchCaptions, type SketchOptions } from './captions/sketch-captions.ts'

export { type Captions, type SuggestInput, suggestInput } from './captions/captions.ts'
export type { Image } from './media/image.ts'
export { drawDefaultAvatar } from './media/default-avatar.ts'
export { isGranted, isMarked, isServed } from './media/blob-store.ts'
export type { DirectUploads, SignedUpload, UploadLimits, UploadTerms } from './media/direct-uploads.ts'
export type {
  MediaAttachment,
  MediaClaim,
  MediaMeasures,
  MediaRecord,
  MediaStore,
  MediaUse,
} from './media/media-store.ts'
export { type SignUploadInput, signUploadInput, type Upload } from './media/upload.ts'
export type { Uploads } from './media/uploads.ts'
export type { VisibleFile } from './media/visible-files.ts'

export type { Author, OwnUser, User } from './profiles/user.ts'
export type { Profiles } from './profiles/profiles.ts'

export {
  type CountDifference,
  type EdgeCounts,
  type EdgeKind,
  edgeKinds,
  type EdgeRecord,
  type EdgeSide,
  type EdgeStore,
  type RecountResult,
} from './graph/edge-store.ts'
export type { Follows, FollowState } from './graph/follows.ts'
export type { Likes, LikeState } from './graph/likes.ts'
export type { Saves } from './graph/saves.ts'

export type { Post, PostMediaView } from './posts/post.ts'
export type { CreatePostInput, EditPostInput, PostInputs } from './posts/post-inputs.ts'
export type { CreatePostResult, PostMedia, PostRecord, PostStore } from './posts/post-store.ts'
export type { Posts } from './posts/posts.ts'
export type { Feed } from './feed/home.ts'
export type { FeedStore } from './feed/feed-store.ts'

export { systemCode, toSystemError } from './system-errors.ts'
export { demandFact, factLimits, type FactStore } from './facts.ts'
