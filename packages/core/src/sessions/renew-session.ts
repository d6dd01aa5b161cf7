import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { endSessions } from './end-sessions.ts'
import { openSession } from './open-session.ts'
import type { SignIn } from './session.ts'

/** A password that was given again inside a session. */
export interface Renewal {
  viewer: Viewer
  /** As it is after the step that raised its epoch. */
  user: UserRecord
  client: ClientInfo
  /** Whether the account, read again, still has the password that was given. */
  stillHolds(user: UserRecord): boolean | Promise<boolean>
}

/**
 * Ends every session of an account, also the one that asks, of which a copy may be in other hands, and opens a fresh one for
 * whoever has just given the password.
 */
export async function renewSession(core: Core, { viewer, user, ...opening }: Renewal): Promise<SignIn> {
  const asking = await core.storage.sessions.byId(viewer.sessionId)
  await endSessions(core, { id: user.id, epoch: user.sessionEpoch - 1 })
  return await openSession(core, { ...opening, user, deviceName: asking?.deviceName ?? undefined })
}
