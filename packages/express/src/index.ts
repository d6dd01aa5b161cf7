export { type KithExpress, kithExpress, type SignInExchange } from './kith-express.ts'
export { requestIdOf } from './express-request.ts'
export { viewerOf } from './viewer.ts'
export { shutDownOnSignals, type ShutDown, type ShutdownOptions } from '@kith/http/node'
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
