import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import type { Viewer } from '../viewer.ts'
import type { AccessClaims } from './access-token.ts'
import { demandActor } from './actor.ts'
import { epochKey, roleKey } from './end-sessions.ts'
import { isOfAccount } from './session.ts'
import type { SessionRecord } from './session-store.ts'
import { createVerifiedTokens, type MetToken } from './verified-tokens.ts'

/** The dependencies of {@link createAuthenticate}. */
export type AuthenticateOptions = Pick<Core, 'accessTokens' | 'storage' | 'config' | 'revocations' | 'clock'>

/** Bounds the memory: an evicted token is verified again. */
const rememberedTokens = 20_000

/**
 * Creates the check of access tokens. A token is verified, and its session and account read, when this process first
 * sees it: so a logout also holds after a restart, when the denylist of the old process is gone, and ending all
 * sessions holds even if the process died before it could write the denylist. From then on it costs a lookup in memory,
 * its expiry and the denylist. After the lifetime of a token it is read again, whatever the clock says, since denylist
 * entries have expired by then; and each time while the denylist says that the role of the account has changed.
 */
export function createAuthenticate(
  options: AuthenticateOptions,
): (accessToken: string) => Viewer | Promise<Viewer> {
  const { accessTokens, storage, config, revocations, clock } = options
  const known = createVerifiedTokens({
    capacity: rememberedTokens,
    maxAgeMillis: config.sessions.accessTtlSeconds * 1000,
  })

  async function meet(accessToken: string): Promise<MetToken> {
    const claims = await accessTokens.verify(accessToken)
    const [session, user] = await Promise.all([
      storage.sessions.byId(claims.sessionId),
      storage.users.byId(claims.userId),
    ])
    if (!session || !user || session.revokedAt || !isOfAccount(session, user)) {
      // This process may know other tokens of the session, and hear of the end from the denylist later, or never.
      known.deleteSession(claims.sessionId)
      throw new KithError('session-revoked')
    }
    // A token without the actor was not written by us, or not for this session.
    if ((claims.actorId ?? null) !== session.actorId) throw new KithError('access-token-invalid')
    const actor = await demandActor(options, session, user)
    const met = Object.freeze({
      viewer: viewerOf(claims, { session, user }),
      expiresAt: claims.expiresAt,
      ended: [session.id, epochKey(user.id, session.epoch), ...actor.ended],
      changed: [roleKey(user.id), ...actor.changed],
    })
    known.set(accessToken, met)
    return met
  }

  function demandUnexpired(accessToken: string, { expiresAt }: MetToken): void {
    if (expiresAt > clock().getTime()) return
    known.delete(accessToken)
    throw new KithError('access-token-expired', { detail: 'Refresh the session.' })
  }

  /** Whether one of these is denied. Checked after the session was read, so that a logout in between is noticed. */
  function isDenied(keys: readonly string[]): boolean | Promise<boolean> {
    const answers = keys.map((key) => revocations.isRevoked(key))
    return answers.some((answer) => typeof answer === 'object') ? oneIsTrue(answers) : answers.includes(true)
  }

  /** Whether the denylist says so without a wait: then nothing is looked up. If it fails, the check afterwards fails. */
  function isKnownToHaveEnded({ ended }: MetToken): boolean {
    const hasEnded = isDenied(ended)
    if (typeof hasEnded === 'object') hasEnded.catch(() => {})
    return hasEnded === true
  }

  function admit(accessToken: string, met: MetToken): Viewer | Promise<Viewer> {
    demandUnexpired(accessToken, met)
    const hasEnded = isDenied(met.ended)
    if (typeof hasEnded === 'object') return hasEnded.then((ended) => demandLive(met, ended))
    return demandLive(met, hasEnded)
  }

  async function meetAndAdmit(accessToken: string): Promise<Viewer> {
    return await admit(accessToken, await meet(accessToken))
  }

  /**
   * A session that this process knows to have ended has ended, even if the denylist cannot say whether a role has
   * changed.
   */
  async function admitOnceAsked(
    accessToken: string,
    { met, hasChanged }: { met: MetToken; hasChanged: Promise<boolean> },
  ): Promise<Viewer> {
    try {
      if (await hasChanged) return await meetAndAdmit(accessToken)
    } catch (error) {
      await admit(accessToken, met)
      throw error
    }
    return await admit(accessToken, met)
  }

  return (accessToken) => {
    const met = known.get(accessToken)
    if (!met) return meetAndAdmit(accessToken)
    const hasChanged = isDenied(met.changed)
    if (typeof hasChanged === 'object') return admitOnceAsked(accessToken, { met, hasChanged })
    return hasChanged && !isKnownToHaveEnded(met) ? meetAndAdmit(accessToken) : admit(accessToken, met)
  }
}

/** The viewer: the role is that of the account; for a token of an earlier release, the session has the rest. */
function viewerOf(
  { userId, sessionId, provedAt, methods }: AccessClaims,
  { session, user }: { session: SessionRecord; user: UserRecord },
): Viewer {
  return Object.freeze({
    userId,
    sessionId,
    role: user.role,
    provedAt: provedAt ?? session.provedAt,
    methods: methods ?? Object.freeze([...session.methods]),
    ...(session.actorId !== null && { actorId: session.actorId }),
  })
}

function demandLive({ viewer }: MetToken, hasEnded: boolean): Viewer {
  if (hasEnded) throw new KithError('session-revoked')
  return viewer
}

/** Whether one of them is true. A rejection matters only if none is. */
async function oneIsTrue(answers: readonly (boolean | Promise<boolean>)[]): Promise<boolean> {
  const settled = await Promise.allSettled(answers.map(async (answer) => await answer))
  if (settled.some((each) => each.status === 'fulfilled' && each.value)) return true
  for (const each of settled) if (each.status === 'rejected') throw each.reason
  return false
}
