export type { MediaJob, MediaVerbs } from './media-job.ts'
export type { MediaProcesses } from './media-processes.ts'
export {
  createMediaWork,
  type MediaLimits,
  type MediaWorkChoices,
  type MediaWorkOptions,
} from './media-work.ts'
export { moduleBeside } from './module-beside.ts'
export { serveMediaJobs } from './serve-media-jobs.ts'
export { addressInputs } from '../accounts/addresses.ts'
export { backOfficeBan, backOfficeRole } from '../accounts/back-office.ts'
export { lookupInput } from '../accounts/recovery.ts'
export { type CallBudget, type CallBudgetOptions, type CallCause, createCallBudget } from '../call-budget.ts'
export { suggestInput } from '../captions/captions.ts'
export { cleanSuggestions } from '../captions/clean-suggestions.ts'
export { codeInput, resendInput } from '../codes/codes.ts'
export { credentialNameInput } from '../credentials/credentials.ts'
export { type Duration, durationAdvice, readDuration } from '../duration.ts'
export {
  createFairQueue,
  type FairQueue,
  type FairQueueOptions,
  type QueueLoad,
  type Turn,
} from '../fair-queue.ts'
export { factorInputs } from '../factors/factors.ts'
export { factorLoginInput } from '../factors/second-factor.ts'
export { isOwnPath } from '../identities/own-path.ts'
export { parseInput } from '../input.ts'
export { type LineName, type LogLine, logLines } from '../log/log-lines.ts'
export { createLog, type Log, type LogEntry, type LogValue } from '../log/log.ts'
export {
  countAttempt,
  type Counted as CountedAttempt,
  type Window as CountedWindow,
} from '../sessions/windows.ts'
export { demandBlobKey } from '../media/blob-store.ts'
export { copied, counted, type OwnBytes } from '../media/counted.ts'
export { drawDefaultAvatar } from '../media/default-avatar.ts'
export type { DecodeHeic, HeicDecoder, HeicFile } from '../media/heic-decoder.ts'
export { extensionOf } from '../media/media-type.ts'
export { sniff } from '../media/sniff.ts'
export { inTemporaryFolder, sweepTemporaryFolders } from '../media/temporary-folder.ts'
export { signUploadInput } from '../media/upload-shape.ts'
export { createMemoryRateLimits } from '../memory/memory-rate-limits.ts'
export { createOneAtATime, type OneAtATime } from '../one-at-a-time.ts'
export { optionError, type OptionProblems } from '../option-problems.ts'
export { pageInput } from '../page.ts'
export { codeLoginInput } from '../sessions/code-sign-in.ts'
export { loginInput } from '../sessions/login.ts'
export { impersonationReason } from '../sessions/impersonation.ts'
export { proveInput } from '../sessions/prove.ts'
export type { Denylist, DenylistLine, Written as WrittenEntries } from '../shared-server/denylist.ts'
export type { Entry as DenylistEntry } from '../shared-server/mirror.ts'
export { createReach, type Reach, type ReachOptions } from '../shared-server/reach.ts'
export {
  type Counters as SharedCounters,
  createSharedRateLimits,
  type SharedRateLimitsParts,
} from '../shared-server/shared-rate-limits.ts'
export {
  createSharedRevocations,
  type SharedRevocations,
  type SharedRevocationsParts,
} from '../shared-server/shared-revocations.ts'
export { checkWhenUnreachable, type WhenUnreachable } from '../shared-server/when-unreachable.ts'
export { invitationInput, lookInput } from '../sign-up/invitations.ts'
export { createSingleFlight, type SingleFlight } from '../single-flight.ts'
export { systemCode, toSystemError } from '../system-errors.ts'
export { silentTelemetry } from '../telemetry/telemetry.ts'
export { eachWithin, type Patience, within } from '../within.ts'
