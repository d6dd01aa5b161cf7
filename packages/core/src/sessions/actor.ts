import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { Viewer } from '../viewer.ts'
import { epochKey, roleKey } from './end-sessions.ts'
import type { SessionRecord } from './session-store.ts'
import { isOfAccount } from './session.ts'

/**
 * Refuses an admin who acts as the account. A viewer that a host has made anew does not say so, so its session is looked up as well.
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

/** What an admin's part of a session is decided by. */
export type ActorSite = Pick<Core, 'storage' | 'config' | 'clock'>

/** What the tokens of a session are denied under. */
export interface DeniedBy {
  /** They have ended. */
  ended: readonly string[]
  /** They are looked up again. */
  changed: readonly string[]
}

const byNobody: DeniedBy = Object.freeze({ ended: [], changed: [] })

/**
 * Lets a session pass that its owner has opened, or an admin whose own session goes on, and who is not banned and has the role still, while
 * the account has one that may be acted as. Returns what ends it besides. @throws session-revoked
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
  if (actorSessionId !== null && !isLive(site, own, actor)) throw new KithError('session-revoked')
  return {
    ended: own ? [own.id, epochKey(actor.id, own.epoch)] : [epochKey(actor.id, actor.sessionEpoch)],
    changed: [roleKey(actor.id)],
  }
}

function isLive({ clock }: ActorSite, session: SessionRecord | null, user: UserRecord): boolean {
  return session !== null && !session.revokedAt && session.expiresAt > clock() && isOfAccount(session, user)
}
