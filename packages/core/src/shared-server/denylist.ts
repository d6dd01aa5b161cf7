import type { Entry } from './mirror.ts'

/** What was written after a position, and the position after it. */
export interface Written {
  readonly position: string
  readonly entries: readonly Entry[]
}

/** A connection of our own to a {@link Denylist}, which the follower uses alone. */
export interface DenylistLine {
  /** Where the denylist stands now. Rejects where the server may be behind another one. */
  position(): Promise<string>
  /** Every entry, in pages. What is written meanwhile may be missing, but comes after an earlier position. */
  pages(): AsyncIterable<readonly Entry[]>
  /**
   * Waits up to `waitMillis` for what is written after `position`. Rejects where it cannot be sure that it has everything that was
   * written until the call.
   */
  next(position: string, waitMillis: number): Promise<Written>
  /** As {@link Denylist.write}, over this connection. */
  write(entries: readonly Entry[]): Promise<void>
  /** Closes it. What is under way rejects. */
  close(): void
}

/** Revocations as a server keeps them for several processes. Ends are counted by its clock, from what is left of them. */
export interface Denylist {
  /** Adds entries, a thousand or so at most, or prolongs them. */
  write(entries: readonly Entry[]): Promise<void>
  isDenied(key: string): Promise<boolean>
  /** Opens a connection for one use: where it breaks it does not come back. */
  open(): DenylistLine
}
