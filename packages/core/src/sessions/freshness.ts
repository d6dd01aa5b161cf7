import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { demandOwnSession } from './actor.ts'
import type { Viewer } from '../viewer.ts'

/**
 * Passes for a viewer who has recently proved to be the account: by signing in, or with `sessions.prove`. The host
 * itself, and the app's own authentication, have no session and pass. A token from before the proof is refused because
 * of its claim, so a copy of it gains nothing; one that is new enough passes only with its session. @throws
 * impersonated, session-revoked, proof-required
 */
export async function demandFresh(core: Core, viewer: Viewer, seconds: number): Promise<void> {
  const { userId, sessionId, provedAt, actorId } = viewer
  demandOwnSession({ actorId: actorId ?? null })
  if (sessionId === null) return
  const oldest = core.clock().getTime() - seconds * 1000
  // Tokens have it in whole seconds.
  if (provedAt && provedAt.getTime() + 999 < oldest) throw proofRequired()
  const session = await core.storage.sessions.byId(sessionId)
  if (!session || session.userId !== userId || session.revokedAt) throw new KithError('session-revoked')
  demandOwnSession(session)
  if (session.provedAt.getTime() < oldest) throw proofRequired()
}

function proofRequired(): KithError {
  return new KithError('proof-required', { detail: 'Confirm your identity, then try again.' })
}
