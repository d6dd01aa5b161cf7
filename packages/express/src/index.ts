export { type KithExpress, kithExpress, type SignInExchange } from './kith-express.ts'
export { viewerOf } from './viewer.ts'
export type { CookieOptions, KithHttpOptions, ProbeOptions, UploadLimits } from '@kith/http'
