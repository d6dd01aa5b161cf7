export {
  kithFastify,
  type KithFastifyOptions,
  kithFastify as default,
  type SignInExchange,
} from './kith-fastify.ts'
export { viewerOf } from './viewer.ts'
export type { CookieOptions, KithHttpOptions, ProbeOptions, UploadLimits } from '@kith/http'
