export type { AuditStore } from '../audit/audit-store.ts'
export type { BreachedPasswords } from '../accounts/breached-passwords.ts'
export type { LegacyHash } from '../accounts/legacy-hash.ts'
export type {
  CreateUserResult,
  EndedEpoch,
  Identifier,
  IdentifierTexts,
  Login,
  StoredAge,
  UpdateUserResult,
  UserChanges,
  UserFilter,
  UsernameHold,
  UserRecord,
  UserSearchResult,
  UserStore,
} from '../accounts/user-store.ts'
export type {
  Challenge,
  ChallengeContext,
  Checking,
  Posing,
  Puzzle,
  Solved,
} from '../challenges/challenge.ts'
export type {
  CaptionAnswer,
  CaptionFailure,
  CaptionFailureReason,
  CaptionRequest,
  CaptionUsage,
  CaptionWriter,
} from '../captions/caption-writer.ts'
export type { CodeRecord, CodeRenewal, CodeStore, CodeTry, ConsumeCodeResult } from '../codes/code-store.ts'
export type {
  AddCredentialResult,
  CredentialRecord,
  CredentialStep,
  CredentialStore,
  RemovedCredential,
  RemoveCredentialResult,
  WaysIn,
} from '../credentials/credential-store.ts'
export { demandFact, factLimits, type FactStore } from '../facts.ts'
export type { FeedStore } from '../feed/feed-store.ts'
export {
  type AddEdgeResult,
  type CountDifference,
  type EdgeCounts,
  type EdgeEnds,
  edgeEnds,
  type EdgeKind,
  edgeKinds,
  type EdgeRecord,
  type EdgeSide,
  type EdgeStore,
  type FollowResult,
  type NamedFollow,
  type RecountResult,
} from '../graph/edge-store.ts'
export { type Checkable, isCheckable } from '../health/check.ts'
export type { ForeignIdentity, IdentityChecks, IdentityProvider } from '../identities/identity-provider.ts'
export {
  type BlobMark,
  type BlobMeta,
  type BlobPage,
  type BlobStore,
  type ByteRange,
  type GrantedBlobStore,
  type GrantTerms,
  isBlobKey,
  isMarked,
  type ListedBlob,
  type MarkedBlobStore,
  type PublicBlobStore,
  type ServedBlob,
  type ServedBlobStore,
  type ServedFile,
} from '../media/blob-store.ts'
export {
  type Message,
  type MessageContents,
  type MessageKind,
  MessageRefused,
  type Messenger,
} from '../messages/messenger.ts'
export type { DirectUploads, SignedUpload, UploadLimits, UploadTerms } from '../media/direct-uploads.ts'
export type {
  ImageHeader,
  ImageMeasures,
  ImageProcessor,
  WrittenRendition,
} from '../media/image-processor.ts'
export type {
  AttachResult,
  MediaAttachment,
  MediaClaim,
  MediaMeasures,
  MediaRecord,
  MediaStore,
  MediaUse,
} from '../media/media-store.ts'
export {
  type MediaKind,
  type MediaType,
  mediaTypes,
  type Rendition,
  type RenditionForm,
  type RenditionFormat,
  renditionPixels,
} from '../media/media-type.ts'
export type { VideoMeasures, VideoProcessor } from '../media/video-processor.ts'
export type {
  OutboxBacklog,
  OutboxBatch,
  OutboxClaim,
  OutboxQueue,
  OutboxReceipt,
  OutboxRow,
  OutboxRows,
  OutboxStore,
} from '../outbox/outbox-store.ts'
export { changedUser } from '../accounts/changed-user.ts'
export type { Keyset } from '../page.ts'
export {
  type FieldChanges,
  fieldsMaxBytes,
  type Json,
  mergeFields,
  type StoredFields,
} from '../own-fields/stored-fields.ts'
export { fromAgeText, fromFieldsText, toAgeText, toFieldsText } from '../own-fields/stored-texts.ts'
export type {
  ExpectedCreation,
  NewPasskey,
  PasskeyAssertion,
  PasskeyCreation,
  PasskeyVerifier,
  VerifiedAssertion,
} from '../passkeys/passkey-verifier.ts'
export type { CreatePostResult, PostChanges, PostMedia, PostRecord, PostStore } from '../posts/post-store.ts'
export type { HitResult, Limit, RateLimits } from '../sessions/rate-limits.ts'
export type { Revocations } from '../sessions/revocations.ts'
export type {
  Binding,
  Rotation,
  RotationResult,
  SessionChange,
  SessionRecord,
  SessionStore,
} from '../sessions/session-store.ts'
export { joinStores } from '../joined-stores.ts'
export type { MigrateOptions, MigrationProgress, PlannedStep, Storage, Stores } from '../storage.ts'
export { type Metric, type MetricName, metrics } from '../telemetry/metrics.ts'
export {
  type Attributes,
  isObservable,
  type Observable,
  type Reading,
  type Telemetry,
} from '../telemetry/telemetry.ts'
