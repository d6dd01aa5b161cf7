export { type KithExpress, kithExpress, type SignInExchange } from './kith-express.ts'
export { viewerOf } from './viewer.ts'
export type { CookieOptions, KithHttpOptions, UploadLimits } from '@kith/http'
