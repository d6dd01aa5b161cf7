export {
  kithFastify,
  type KithFastifyOptions,
  kithFastify as default,
  type SignInExchange,
} from './kith-fastify.ts'
export { requestIdOf } from './fastify-request.ts'
export { shutDownOnSignals, type ShutDown, type ShutdownOptions } from '@kith/http/node'
export { viewerOf } from './viewer.ts'
export type {
  AskingRequest,
  CookieOptions,
  HostViewer,
  KithHttpOptions,
  OperationId,
  ProbeOptions,
  RequestRecord,
  UploadLimits,
} from '@kith/http'
