import { randomUUID } from 'node:crypto'
import type { Logger } from '@kith/core'

/** The part of a request that identifies the caller. A Fetch `Request` is one. */
export interface RequestHead {
  readonly method: string
  readonly headers: { get(name: string): string | null }
  /** Its path and query, as on the request line, if the host provides it. */
  readonly target?: string | undefined
  /** The host's request, if that is another object: passed to the `viewer` option. */
  readonly host?: unknown
}

/** What the host knows about a request, for its record. */
export interface RequestOrigin {
  /** Its id, if the host has assigned one: used if there is no valid `x-request-id`. */
  readonly id?: string | undefined
  /** The logger of this request, with the host's fields. Used if `createKith` got none. */
  readonly logger?: Logger | undefined
  /** Whether the client is gone and can no longer get the response. */
  hasLeft?(): boolean
}

/** A request to a route of Kith, as its host provides it. */
export interface HttpRequest extends RequestHead, RequestOrigin {
  /** The client's IP address by the host's own proxy setting. Without one, all clients share their limits. */
  readonly address?: string | undefined
  /** The IP address of the other end of the connection: reveals a proxy that the host does not trust. */
  readonly peerAddress?: string | undefined
  /** The body, if a JSON parser of the host has already read it. */
  readonly parsedBody?: unknown
  /**
   * The chunks of the body, to be read once; `null` if there is none. A reader that stops releases the body. @throws
   * TypeError if something has already read it
   */
  body(): AsyncIterable<Uint8Array> | null
  /** Aborts when the client goes away before it has the response. */
  readonly signal: AbortSignal
}

/** A request that no route of Kith handles: to a route of the host, or refused by its framework. */
export interface HostRequest extends RequestOrigin {
  readonly head: RequestHead
  /** The template of its route, for the log: the path itself may contain a secret, as in `/reset/<token>`. */
  readonly route?: string | null | undefined
  /** `kith`: a path of Kith. @default 'host' */
  readonly of?: 'kith' | 'host' | undefined
  /** When it started, by `performance.now()`. @default now */
  readonly started?: number | undefined
}

/** The host's request: the same object for all heads of one request. */
export function hostOf(head: RequestHead): object {
  return typeof head.host === 'object' && head.host !== null ? head.host : head
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a request with this method may change something (RFC 9110, 9.2.1). */
export function isUnsafe(method: string): boolean {
  return !safeMethods.has(method)
}

/** Allowed characters of an id, as proxies use them. Shorter than any token, since it is logged. */
const requestIdPattern = /^[\w.:=+/@-]{1,64}$/

/** The id of a request: a valid `x-request-id`, that of the host, or a new one. */
export function requestIdOf({ headers }: RequestHead, hostId?: string): string {
  const sent = headers.get('x-request-id')
  if (sent !== null && requestIdPattern.test(sent)) return sent
  return hostId !== undefined && requestIdPattern.test(hostId) ? hostId : randomUUID()
}
