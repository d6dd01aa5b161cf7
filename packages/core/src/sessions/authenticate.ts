import { KithError } from '../errors.ts'
import type { Clock } from '../id.ts'
import type { Viewer } from '../viewer.ts'
import type { UserStore } from '../accounts/user-store.ts'
import type { AccessClaims, AccessTokens } from './access-token.ts'
import { epochKey } from './end-sessions.ts'
import type { Revocations } from './revocations.ts'
import { isOfAccount } from './session.ts'
import type { SessionStore } from './session-store.ts'
import { createVerifiedTokens, type MetClaims } from './verified-tokens.ts'

/** What {@link createAuthenticate} depends on. */
export interface AuthenticateOptions {
  accessTokens: AccessTokens
  sessions: SessionStore
  users: UserStore
  /** How long tokens last: for no longer one is known without another look. */
  ttlSeconds: number
  revocations: Revocations
  clock: Clock
}

/** Keeps memory bounded: a token that is forgotten is verified again. */
const rememberedTokens = 20_000

/**
 * Creates the check of access tokens. A token is verified, and its session and account looked up, when this process sees it for
 * the first time: so a logout also holds after a restart, when the denylist of the old process is gone, and what ended all sessions
 * holds although the process died before it could say so. From then on it costs a look-up in memory, its expiry and the denylist.
 * After the life of a token it is looked up again, whatever the clock says: entries of the denylist have gone by then.
 */
export function createAuthenticate(
  options: AuthenticateOptions,
): (accessToken: string) => Viewer | Promise<Viewer> {
  const { accessTokens, sessions, users, revocations, clock } = options
  const known = createVerifiedTokens({ capacity: rememberedTokens, maxAgeMillis: options.ttlSeconds * 1000 })

  async function meet(accessToken: string): Promise<MetClaims> {
    const claims = await accessTokens.verify(accessToken)
    const [session, user] = await Promise.all([sessions.byId(claims.sessionId), users.byId(claims.userId)])
    if (!session || !user || session.revokedAt || !isOfAccount(session, user)) {
      // Of its other tokens this process may know some, and learn of the end from the denylist later, or never.
      known.deleteSession(claims.sessionId)
      throw new KithError('session-revoked')
    }
    const met = Object.freeze({ ...claims, epochKey: epochKey(user.id, session.epoch) })
    known.set(accessToken, met)
    return met
  }

  /** Asked after the session was read, so that a logout between the two is seen. */
  function admit(accessToken: string, claims: MetClaims): MetClaims | Promise<MetClaims> {
    if (claims.expiresAt <= clock().getTime()) {
      known.delete(accessToken)
      throw new KithError('access-token-expired', { detail: 'Refresh the session.' })
    }
    const ofSession = revocations.isRevoked(claims.sessionId)
    const ofEpoch = revocations.isRevoked(claims.epochKey)
    if (typeof ofSession === 'object' || typeof ofEpoch === 'object')
      return oneIsTrue([ofSession, ofEpoch]).then((isDenied) => demandLive(claims, isDenied))
    return demandLive(claims, ofSession || ofEpoch)
  }

  return (accessToken) => {
    const claims = known.get(accessToken)
    return claims ? admit(accessToken, claims) : meet(accessToken).then((met) => admit(accessToken, met))
  }
}

function demandLive(claims: MetClaims, isDenied: boolean): MetClaims {
  if (isDenied) throw new KithError('session-revoked')
  return claims
}

/** Whether one of them is true. Only where none is does it matter that another could not be had. */
async function oneIsTrue(answers: readonly (boolean | Promise<boolean>)[]): Promise<boolean> {
  const settled = await Promise.allSettled(answers.map(async (answer) => await answer))
  if (settled.some((each) => each.status === 'fulfilled' && each.value)) return true
  for (const each of settled) if (each.status === 'rejected') throw each.reason
  return false
}
