export {
  kithFastify,
  type KithFastifyOptions,
  kithFastify as default,
  type SignInExchange,
} from './kith-fastify.ts'
export { viewerOf } from './viewer.ts'
export type { CookieOptions, KithHttpOptions, UploadLimits } from '@kith/http'
