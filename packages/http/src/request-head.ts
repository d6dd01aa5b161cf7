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
