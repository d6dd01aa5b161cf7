import type { ClientInfo, Viewer } from './viewer.ts'

/** Who caused a change. */
export interface Cause {
  /** Absent for the host; `null` if unknown, or for Kith itself. */
  viewer?: Viewer | null | undefined
  /** The administrator on whose behalf the host acts. */
  by?: Viewer | undefined
  /** Where the call came from. */
  client?: ClientInfo | undefined
}

/** On whose behalf the host does something, and from where; recorded in the audit log and in the event. */
export interface HostCause {
  /** The administrator who made the request, as found by the guard of the route. */
  by?: Viewer | undefined
  client?: ClientInfo | undefined
}

/**
 * Who changed the account of another: an administrator, through a verb of the host or while acting as that account.
 * `null` for everyone else.
 */
export function actorOf({ viewer, by }: Cause): { userId: string; sessionId: string | null } | null {
  if (by) return { userId: by.actorId ?? by.userId, sessionId: by.sessionId }
  if (viewer?.actorId === undefined) return null
  return { userId: viewer.actorId, sessionId: viewer.sessionId }
}
