import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { Viewer } from '../viewer.ts'
import { epochKey, roleKey } from './end-sessions.ts'
import type { SessionRecord } from './session-store.ts'
import { isLive } from './session.ts'

/**
 * Refuses an admin who acts as the account. A viewer that the host has created does not carry this, so its session is
 * looked up as well.
 * @throws impersonated
 */
export async function demandOwner(core: Core, { sessionId, actorId }: Viewer): Promise<void> {
  if (actorId !== undefined) throw refusal()
  if (sessionId === null || !core.config.sessions.impersonation) return
  demandOwnSession(await core.storage.sessions.byId(sessionId))
}

/** @throws impersonated */
export function demandOwnSession(session: Pick<SessionRecord, 'actorId'> | null): void {
  if (session?.actorId) throw refusal()
}

function refusal(): KithError {
  return new KithError('impersonated', { detail: 'Only the owner of the account can do this.' })
}

/** What decides about an admin's session. */
export type ActorSite = Pick<Core, 'storage' | 'config' | 'clock'>

/** The denylist keys of a session's tokens. */
export interface DeniedBy {
  /** If denied, they have ended. */
  ended: readonly string[]
  /** If denied, they are looked up again. */
  changed: readonly string[]
}

const byNobody: DeniedBy = Object.freeze({ ended: [], changed: [] })

/**
 * Passes for a session of the owner, or of an admin whose own session is live, who is not banned and still has the
 * role, while the account has a role that may be acted as. Returns what else ends it. @throws session-revoked
 */
export async function demandActor(
  site: ActorSite,
  session: SessionRecord,
  { role }: Pick<UserRecord, 'role'>,
): Promise<DeniedBy> {
  const { actorId, actorSessionId } = session
  if (actorId === null) return byNobody
  const { users, sessions } = site.storage
  const [actor, own] = await Promise.all([
    users.byId(actorId),
    actorSessionId === null ? null : sessions.byId(actorSessionId),
  ])
  const { impersonation } = site.config.sessions
  const mayAct = impersonation?.by.includes(actor?.role ?? '') && impersonation.as.includes(role)
  if (!actor || actor.bannedAt || !mayAct) throw new KithError('session-revoked')
  if (actorSessionId !== null && !isLive(own, actor, site.clock())) throw new KithError('session-revoked')
  return {
    ended: own ? [own.id, epochKey(actor.id, own.epoch)] : [epochKey(actor.id, actor.sessionEpoch)],
    changed: [roleKey(actor.id)],
  }
}
