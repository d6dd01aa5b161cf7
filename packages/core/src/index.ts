export type {
  AccountInputs,
  Age,
  AgeInput,
  ChangePasswordInput,
  CreateAccountInput,
  DeleteAccountInput,
  EditInput,
  ImportInput,
  Presence,
  NewcomerInput,
  RegisterInput,
  ShadowInput,
  SignUp,
  UpdateAccountInput,
} from './accounts/account-inputs.ts'
export type { Accounts, Edited } from './accounts/accounts.ts'
export type { Addresses, ChangeAddressInput, VerifyAddressInput } from './accounts/addresses.ts'
export type { BanInput } from './accounts/bans.ts'
export type { HostAccounts, UpdateAccountOptions } from './accounts/host-accounts.ts'
export type { Puzzle } from './challenges/challenge.ts'
export type { ImportOptions, ImportResult } from './accounts/import-all.ts'
export type { AccountFilter } from './accounts/list-accounts.ts'
export { legacyBcrypt, legacyDigest, legacyPbkdf2, legacyScrypt } from './accounts/legacy-hash.ts'
export { createPwnedPasswords, type PwnedPasswordsOptions } from './accounts/pwned-passwords.ts'
export type { AccountLookup, Recovery, ResetPasswordInput } from './accounts/recovery.ts'
export type { Registration } from './accounts/registration.ts'
export { reservedUsernames } from './accounts/reserved-names.ts'
export type { Audit } from './audit/audit.ts'
export { type AuditAction, auditActions, type AuditActor, type AuditEntry } from './audit/audit-entries.ts'
export type { HostCause } from './cause.ts'
export type { Captions, SuggestInput } from './captions/captions.ts'
export { createFallbackCaptions, type FallbackEntry } from './captions/fallback-captions.ts'
export { createSketchCaptions, type SketchOptions } from './captions/sketch-captions.ts'
export type { CodeInput, CodeSent, ResendInput } from './codes/codes.ts'
export type { VisibleConfig } from './config.ts'
export { createKith } from './create-kith.ts'
export type { Kith, WithinTransaction } from './kith.ts'
export type { Credential } from './credentials/credential-view.ts'
export type { Credentials } from './credentials/credentials.ts'
export type { Duration } from './duration.ts'
export type { DurableEventName, OutboxEvent } from './durable-events.ts'
export { type ErrorCode, errorTable, type RetryLaterCode } from './error-table.ts'
export {
  AccountBannedError,
  ChallengeRequiredError,
  type AnyKithError,
  type Ban,
  CaptionsUnavailableError,
  InvalidInputError,
  type FactorChallenge,
  isAccountBanned,
  isChallengeRequired,
  isInvalidInput,
  isKithError,
  isPasskeyUnknown,
  isRetryLater,
  isSecondFactorRequired,
  KithError,
  type KithErrorOptions,
  PasskeyUnknownError,
  RefusedError,
  type RetryAdvice,
  RetryLaterError,
  SecondFactorRequiredError,
  type UnknownCredential,
} from './errors.ts'
export {
  type ClientPlace,
  durability,
  type Events,
  type EventStamp,
  type KithEventName,
  type KithEvents,
  type Listener,
} from './events.ts'
export type { ConfirmTotpInput, Factors, TotpEnrolment } from './factors/factors.ts'
export type { FactorLoginInput } from './factors/second-factor.ts'
export type { Feed } from './feed/feed.ts'
export {
  type FieldError,
  type FieldErrorCode,
  type FieldErrorParameters,
  fieldErrorTable,
} from './field-errors.ts'
export type { Follows, FollowState } from './graph/follows.ts'
export type { Likes, LikeState } from './graph/likes.ts'
export type { Saves } from './graph/saves.ts'
export type { Health } from './health/health.ts'
export type { Readiness, ReadyPart } from './health/ready.ts'
export type { Clock, Random } from './id.ts'
export type { Identities, IdentityBeginner } from './identities/identities.ts'
export type {
  BeginIdentityInput,
  CompleteIdentityInput,
  DetailsNeeded,
  FinishIdentityInput,
  IdentityBegun,
  IdentityFinished,
} from './identities/identity-inputs.ts'
export type { LogFields, LoggedError, Logger } from './log/logger.ts'
export type { Image } from './media/image.ts'
export type { Adoption } from './media/media-place.ts'
export type { SignUploadInput, Upload } from './media/upload-shape.ts'
export type { Uploads } from './media/uploads.ts'
export type { VisibleFile } from './media/visible-files.ts'
export type {
  AccountOptions,
  AuditOptions,
  ImpersonationOptions,
  InvitationOptions,
  KithOptions,
  LimitRule,
  MediaOptions,
  MessageOptions,
  OutboxOptions,
  PasswordOptions,
  PostOptions,
  SessionOptions,
} from './options.ts'
export type { DeliveryReport } from './outbox/delivery.ts'
export type { DeliverOptions, Outbox, OutboxHandler } from './outbox/outbox.ts'
export type {
  AppFields,
  RoleOf,
  ChangedFields,
  FieldsOf,
  FieldsSchema,
  FieldTypes,
  OpenFields,
  OpenOwnFields,
  OwnFieldsOf,
  UnknownFields,
} from './own-fields/app-fields.ts'
export type {
  ConfirmPasskeyInput,
  PasskeyCreationInput,
  PasskeyInputs,
  PasskeyLoginInput,
  PasskeyProof,
} from './passkeys/passkey-inputs.ts'
export type { Passkeys, PasskeySignals, PasskeyStep } from './passkeys/passkey-sign-in.ts'
export type {
  PasskeyCreationOptions,
  PasskeyDescriptor,
  PasskeyRequestOptions,
} from './passkeys/passkey-verifier.ts'
export type { Page, PageInput } from './page.ts'
export type {
  ChangingPolicyName,
  Policies,
  Policy,
  PolicyCall,
  PolicyInputs,
  PolicyName,
  Verdict,
} from './policies.ts'
export type { CreatePostInput, EditPostInput, PostInputs } from './posts/post-inputs.ts'
export type { Post, PostMediaView } from './posts/post.ts'
export type { Posts } from './posts/posts.ts'
export type { Profiles } from './profiles/profiles.ts'
export type { BackOffice, BackOfficeBan } from './accounts/back-office.ts'
export type { Approvals } from './sign-up/approvals.ts'
export type {
  Invitation,
  InvitationInput,
  Invitations,
  InvitationView,
  NewInvitation,
} from './sign-up/invitations.ts'
export type { Author, HostUser, OwnUser, SignedInUser, User } from './profiles/user.ts'
export type { BoundRefresh, BoundSession, BoundSessions } from './device-bound/bound-sessions.ts'
export type { JwksDocument } from './sessions/access-token.ts'
export type { CodeLoginInput } from './sessions/code-sign-in.ts'
export { defaultLimits, type LimitName } from './sessions/default-limits.ts'
export type { LoginInput } from './sessions/login.ts'
export type { ImpersonateInput } from './sessions/impersonation.ts'
export type { ProveInput } from './sessions/prove.ts'
export type { Restored, RestoreReport } from './sessions/restored.ts'
export type { Proved, Refreshed, Session, SignIn, Tokens } from './sessions/session.ts'
export type { Sessions } from './sessions/sessions.ts'
export { generateSigningKey, type SigningAlgorithm, type SigningKey } from './sessions/signing-keys.ts'
export type { UpkeepReport, UpkeepStep } from './upkeep/upkeep-report.ts'
export type { CountReport, Upkeep, UpkeepOptions } from './upkeep/upkeep.ts'
export type { MediaProgress, MediaReport, MissingBlob, VerifyMediaOptions } from './upkeep/verify-media.ts'
export type { ClientInfo, Viewer } from './viewer.ts'
