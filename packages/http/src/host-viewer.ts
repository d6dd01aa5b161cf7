/** A request as the `viewer` option sees it. */
export interface AskingRequest {
  readonly method: string
  /** Its path and query; `null` where a guard was given no more than headers. */
  readonly target: string | null
  /** By any letter case. */
  readonly headers: { get(name: string): string | null }
}

/**
 * Says who is signed in by the app's own sign-in: the id of an account of Kith, or `null` for a guest. `host` is the request as the
 * framework has it, with whatever was put on it before.
 */
export type HostViewer<Host = unknown> = (
  asking: AskingRequest,
  host: Host,
) => string | null | Promise<string | null>
