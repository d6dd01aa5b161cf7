/** What only the host knows of a request. */
export interface RequestContext {
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
