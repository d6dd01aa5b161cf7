export { type KithExpress, kithExpress, type SignInExchange } from './kith-express.ts'
export { requestIdOf } from './request-id.ts'
export { viewerOf } from './viewer.ts'
export type { CookieOptions, KithHttpOptions, ProbeOptions, RequestRecord, UploadLimits } from '@kith/http'
