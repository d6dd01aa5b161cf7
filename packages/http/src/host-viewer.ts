/** A request as the `viewer` option sees it. */
export interface AskingRequest {
  readonly method: string
  /** Its path and query; `null` if a guard only got headers. */
  readonly target: string | null
  /** Case-insensitive. */
  readonly headers: { get(name: string): string | null }
}

/**
 * Returns who is signed in through the app's own sign-in: the id of a Kith account, or `null` for a guest. `host` is
 * the framework's request, with anything that was added to it before.
 */
export type HostViewer<Host = unknown> = (
  asking: AskingRequest,
  host: Host,
) => string | null | Promise<string | null>
