export { blobStoreCases, servedBlobStoreCases } from './blob-store.ts'
export { type Case, type RegisterTest, runCases } from './case.ts'
export { edgeStoreCases } from './edge-store.ts'
export { feedStoreCases } from './feed-store.ts'
export { mediaStoreCases } from './media-store.ts'
export { postStoreCases } from './post-store.ts'
export { rateLimitsCases } from './rate-limits.ts'
export { revocationsCases } from './revocations.ts'
export { sessionStoreCases } from './session-store.ts'
export { storageCases } from './storage.ts'
export { userStoreCases } from './user-store.ts'
export { cheapPasswords } from './journeys/cheap-passwords.ts'
export { createFetchHost } from './journeys/fetch-host.ts'
export type { Journey } from './journeys/journey.ts'
export type {
  JourneyConditions,
  JourneyHost,
  JourneyMedia,
  JourneyServer,
  JourneySetup,
  MountOptions,
} from './journeys/journey-host.ts'
export { journeys } from './journeys/journeys.ts'
export { runJourneys } from './journeys/run-journeys.ts'
export { type Send, sendByFetch, sendByHttp, type WireAnswer, type WireRequest } from './journeys/wire.ts'
