import { randomUUID } from 'node:crypto'

/** The part of a request that says who asks and from where. A Fetch `Request` is one. */
export interface RequestHead {
  readonly method: string
  readonly headers: { get(name: string): string | null }
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a request with this method may change something (RFC 9110, 9.2.1). */
export function isUnsafe(method: string): boolean {
  return !safeMethods.has(method)
}

/** What an id may be: those of proxies are. Shorter than any token, since it is logged. */
export const requestIdPattern: RegExp = /^[\w.:=+/@-]{1,64}$/

/** The id of a request: that of its `x-request-id` if it is one, that of the host, or a new one. */
export function requestIdOf({ headers }: RequestHead, hostId?: string): string {
  const sent = headers.get('x-request-id')
  if (sent !== null && requestIdPattern.test(sent)) return sent
  return hostId !== undefined && requestIdPattern.test(hostId) ? hostId : randomUUID()
}
