import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { Viewer } from '../viewer.ts'

/**
 * Lets a viewer pass who has proved to be the account not longer ago than this: by signing in, or by `sessions.prove`. The host itself,
 * and a sign-in of the app's own, have no session and pass. @throws session-revoked, proof-required
 */
export async function demandFresh(core: Core, { userId, sessionId }: Viewer, seconds: number): Promise<void> {
  if (sessionId === null) return
  const session = await core.storage.sessions.byId(sessionId)
  if (!session || session.userId !== userId || session.revokedAt) throw new KithError('session-revoked')
  if (core.clock().getTime() - session.provedAt.getTime() <= seconds * 1000) return
  throw new KithError('proof-required', { detail: 'Prove who you are again, and repeat the call.' })
}
