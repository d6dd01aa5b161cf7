import type { Entry } from './mirror.ts'

/** What was written after a position, and the position after it. */
export interface Written {
  readonly position: string
  readonly entries: readonly Entry[]
}

/** A separate connection to a {@link Denylist}, used only by the follower. */
export interface DenylistLine {
  /** The current position of the denylist. Rejects if the server may be behind another one. */
  position(): Promise<string>
  /** Every entry, in pages. Entries written meanwhile may be missing, but follow after an earlier position. */
  pages(): AsyncIterable<readonly Entry[]>
  /**
   * Waits up to `waitMillis` for entries after `position`. Rejects if it cannot be sure that it has everything that was
   * written until the call.
   */
  next(position: string, waitMillis: number): Promise<Written>
  /** As {@link Denylist.write}, over this connection. */
  write(entries: readonly Entry[]): Promise<void>
  /** Closes it. Pending calls reject. */
  close(): void
}

/** Revocations on a server that several processes share. Ends are measured by its clock, from the remaining time. */
export interface Denylist {
  /** Adds entries, at most a thousand or so, or prolongs them. */
  write(entries: readonly Entry[]): Promise<void>
  isDenied(key: string): Promise<boolean>
  /** Opens a connection for one use: it does not reconnect. */
  open(): DenylistLine
}
