import { randomUUID } from 'node:crypto'
import type { Logger } from '@kith/core'

/** The part of a request that says who asks and from where. A Fetch `Request` is one. */
export interface RequestHead {
  readonly method: string
  readonly headers: { get(name: string): string | null }
  /** Its path and query, as they stand on the request line, where the host says. */
  readonly target?: string | undefined
  /** The request as the host has it, where that is another object: what the `viewer` option gets. */
  readonly host?: unknown
}

/** What the host knows of a request, for its record. */
export interface RequestOrigin {
  /** Its id, where the host has given it one: counts where no valid `x-request-id` came. */
  readonly id?: string | undefined
  /** The logger of this request, which adds what the host knows of it. Used where the app gave `createKith` none. */
  readonly logger?: Logger | undefined
  /** Whether nobody is there any more who could get the response. */
  hasLeft?(): boolean
}

/** A request to a route of Kith, as its host has it. */
export interface HttpRequest extends RequestHead, RequestOrigin {
  /** The client's IP address by the host's own proxy setting. Without one, all clients share their limits. */
  readonly address?: string | undefined
  /** The IP address of the other end of the connection: shows that a proxy is there which the host does not trust. */
  readonly peerAddress?: string | undefined
  /** The body, if a JSON parser of the host has read it already. */
  readonly parsedBody?: unknown
  /**
   * The chunks of the body, to be read once; `null` where there is none. A reader that stops lets go of the body. @throws TypeError
   * where something has read it already
   */
  body(): AsyncIterable<Uint8Array> | null
  /** Aborts when the client goes away before it has the response. */
  readonly signal: AbortSignal
}

/** A request that no route of Kith answers: to a route of the host, or one that its framework refused. */
export interface HostRequest extends RequestOrigin {
  readonly head: RequestHead
  /** The template of its route, for the log: the path itself may hold a secret, as `/reset/<token>` does. */
  readonly route?: string | null | undefined
  /** `kith`: a path of Kith. @default 'host' */
  readonly of?: 'kith' | 'host' | undefined
  /** When it began, by `performance.now()`. @default now */
  readonly started?: number | undefined
}

/** The request as the host has it: one object for all heads of one request. */
export function hostOf(head: RequestHead): object {
  return typeof head.host === 'object' && head.host !== null ? head.host : head
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a request with this method may change something (RFC 9110, 9.2.1). */
export function isUnsafe(method: string): boolean {
  return !safeMethods.has(method)
}

/** What an id may be: those of proxies are. Shorter than any token, since it is logged. */
const requestIdPattern = /^[\w.:=+/@-]{1,64}$/

/** The id of a request: that of its `x-request-id` if it is one, that of the host, or a new one. */
export function requestIdOf({ headers }: RequestHead, hostId?: string): string {
  const sent = headers.get('x-request-id')
  if (sent !== null && requestIdPattern.test(sent)) return sent
  return hostId !== undefined && requestIdPattern.test(hostId) ? hostId : randomUUID()
}
