import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { demandActor } from '../sessions/actor.ts'
import { isOfAccount } from '../sessions/session.ts'
import type { Viewer } from '../viewer.ts'
import { demandUnbanned, withoutEndedBan } from './bans.ts'
import type { UserRecord } from './user-store.ts'

/**
 * Passes if the viewer's account and session are currently valid. Reads both: this process may not know yet that
 * another one has ended the session. @throws unauthenticated, account-banned, session-revoked
 */
export async function admit(core: Core, { userId, sessionId }: Viewer): Promise<UserRecord> {
  const { users, sessions } = core.storage
  const [found, session] = await Promise.all([
    users.byId(userId),
    sessionId === null ? null : sessions.byId(sessionId),
  ])
  if (!found) throw new KithError('unauthenticated', { detail: sessionId === null ? unknown : gone })
  const user = await withoutEndedBan(core, found)
  demandUnbanned(user)
  if (sessionId === null) return user
  if (!session || session.revokedAt || session.expiresAt <= core.clock() || !isOfAccount(session, user))
    throw new KithError('session-revoked')
  await demandActor(core, session, user)
  return user
}

const gone = 'This account no longer exists.'
const unknown = 'The signed-in user has no account here: it was removed, or not created yet.'
