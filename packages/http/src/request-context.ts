import type { RequestHead } from './request-head.ts'
import type { RequestOrigin } from './request-record.ts'

/** What only the host knows of a request. */
export interface RequestContext extends RequestOrigin {
  /** The client's IP address by the host's own proxy setting. Without one, all clients share their limits. */
  address?: string | undefined
  /** The IP address of the other end of the connection: shows that a proxy is there which the host does not trust. */
  peerAddress?: string | undefined
  /**
   * Path and query as they stand on the request line, less what the host mounted Kith under. Without it, those of the
   * request's URL: for hosts whose own router sees nothing else.
   */
  target?: string | undefined
  /** Which of `KithHttp.paths` the host's router has chosen: the target has to lead there for Kith too. */
  route?: string | undefined
  /** The body, if a JSON parser of the host has read it already. */
  parsedBody?: unknown
}

/** A request that {@link KithHttp.handle} does not answer: of a route of the host, or one that its framework refused. */
export interface HostRequest extends RequestOrigin {
  head: RequestHead
  /** The template of its route, for the log: the path itself may hold a secret, as `/reset/<token>` does. */
  route?: string | null | undefined
  /** `kith`: a path of Kith, whose answers the pages of `allowedOrigins` may read. On others CORS is up to the host. @default 'host' */
  of?: 'kith' | 'host' | undefined
}
