import type { ClientInfo, Viewer } from './viewer.ts'

/** Who causes a change. */
export interface Cause {
  /** Absent for the host; `null` for somebody unknown, or Kith itself. */
  viewer?: Viewer | null | undefined
  /** The administrator by whom the host does it. */
  by?: Viewer | undefined
  /** From where. */
  client?: ClientInfo | undefined
}

/** By whom the host does something, and from where: it stands in the audit log and in the event. */
export interface HostCause {
  /** The administrator who asked for it, as a guard of a route found them. */
  by?: Viewer | undefined
  client?: ClientInfo | undefined
}

/** Who did something to the account of another: by a verb of the host, or while acting as that account. `null` for all others. */
export function actorOf({ viewer, by }: Cause): { userId: string; sessionId: string | null } | null {
  if (by) return { userId: by.actorId ?? by.userId, sessionId: by.sessionId }
  if (viewer?.actorId === undefined) return null
  return { userId: viewer.actorId, sessionId: viewer.sessionId }
}
