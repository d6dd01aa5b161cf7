export { auditStoreCases } from './audit-store.ts'
export {
  blobStoreCases,
  grantedBlobStoreCases,
  markedBlobStoreCases,
  publicBlobStoreCases,
  servedBlobStoreCases,
} from './blob-store.ts'
export { breachedPasswordsCases } from './breached-passwords.ts'
export { captionWriterCases } from './caption-writer.ts'
export { type Case, type RegisterTest, runCases } from './case.ts'
export { cheapPasswords } from './cheap-passwords.ts'
export { challengeCases } from './challenge.ts'
export type { ChallengeClient, ChallengeHost } from './challenge/challenge-host.ts'
export { codeStoreCases } from './code-store.ts'
export { credentialStoreCases } from './credential-store.ts'
export { directUploadsCases } from './direct-uploads.ts'
export type { DirectConditions, DirectHost } from './direct-uploads/direct-host.ts'
export {
  createReferenceHost,
  type ReferenceHost,
  type ReferenceHostOptions,
} from './direct-uploads/reference-host.ts'
export { edgeStoreCases } from './edge-store.ts'
export { factStoreCases, sharedFactStoreCases } from './fact-store.ts'
export { feedStoreCases } from './feed-store.ts'
export { hostCases } from './host.ts'
export { type HostDatabase, type HostTransaction, hostTransactionCases } from './host-transactions.ts'
export { guardHeader, type Host, type HostOptions, type HostServer } from './host/host.ts'
export { type Send, sendByFetch, sendByHttp, type WireAnswer, type WireRequest } from './host/wire.ts'
export { identityProviderCases } from './identity-provider.ts'
export type { IdentityBrowser, IdentityHost } from './identity-provider/identity-host.ts'
export { imageProcessorCases } from './image-processor.ts'
export { mediaStoreCases } from './media-store.ts'
export { messengerCases } from './messenger.ts'
export type { AcceptedMessage, MessengerHost, MessageService } from './messenger/messenger-host.ts'
export { outboxStoreCases } from './outbox-store.ts'
export type { Pair } from './pair.ts'
export { postStoreCases } from './post-store.ts'
export { rateLimitsCases } from './rate-limits.ts'
export { revocationsCases } from './revocations.ts'
export { type Miscounting, recountCases } from './recounting.ts'
export { runStorageCases, type StorageConditions } from './run-storage-cases.ts'
export { sessionEndCases } from './session-ends.ts'
export { sessionStoreCases } from './session-store.ts'
export { sharedRateLimitsCases } from './shared-rate-limits.ts'
export { sharedRevocationsCases } from './shared-revocations.ts'
export { storageCases } from './storage.ts'
export { userStoreCases } from './user-store.ts'
export { videoProcessorCases } from './video-processor.ts'
export {
  edgesWithoutTransactions,
  type Unpromised,
  unpromisedWithoutTransactions,
} from './without-transactions.ts'
