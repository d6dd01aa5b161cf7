import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { type Page, type PageInput, pageInput, readPage } from '../page.ts'
import { createAuthenticate } from './authenticate.ts'
import { denyTokens, endAllSessions, endOtherSessions, endOwnSession, endSession } from './end-sessions.ts'
import { login } from './login.ts'
import { isOfAccount } from './open-session.ts'
import { refresh } from './refresh.ts'
import { type Session, toSession } from './session.ts'
import type { Sessions } from './sessions.ts'

/** Creates the sessions of one Kith instance. */
export function createSessions(core: Core): Sessions {
  const { storage, revocations, accessTokens, refreshTokens, clock } = core

  async function list(userId: string, currentId: string | null, input: PageInput): Promise<Page<Session>> {
    const user = await storage.users.byId(userId)
    return await readPage(
      {
        name: 'sessions',
        read: (keyset) => storage.sessions.list(userId, clock(), keyset),
        present: async (rows) =>
          rows.map((session) => (isOfAccount(session, user) ? toSession(session, currentId) : null)),
      },
      parseInput(pageInput, input),
    )
  }

  async function demandAccount(userId: string): Promise<void> {
    if (!(await storage.users.byId(userId))) throw new KithError('account-not-found')
  }

  return {
    login: (input, client = {}) => login(core, input, client),
    refresh: (refreshToken, client = {}) => refresh(core, refreshToken, client),
    authenticate: createAuthenticate({
      accessTokens,
      sessions: storage.sessions,
      users: storage.users,
      ttlSeconds: core.config.sessions.accessTtlSeconds,
      revocations,
      clock,
    }),
    async logout(viewer) {
      await endSession(core, { id: viewer.sessionId, userId: viewer.userId })
    },
    async logoutByAccessToken(accessToken) {
      const { sessionId: id, userId } = await accessTokens.verify(accessToken)
      await endSession(core, { id, userId })
    },
    async logoutByRefreshToken(refreshToken) {
      const claims = await refreshTokens.verify(refreshToken).catch(() => null)
      if (!claims) return
      const session = await storage.sessions.byId(claims.sessionId)
      // Upkeep may have removed it since an attempt that ended it and could not say so.
      await (session ? endSession(core, session) : denyTokens(core, [claims.sessionId]))
    },
    async logoutEverywhere(viewer, { exceptCurrent = false } = {}) {
      await core.attempts.byAccount('revokeBySession', viewer.sessionId)
      if (exceptCurrent) await endOtherSessions(core, viewer)
      else await endAllSessions(core, viewer.userId)
    },
    list: (viewer, input = {}) => list(viewer.userId, viewer.sessionId, input),
    async revoke(viewer, sessionId) {
      await core.attempts.byAccount('revokeBySession', viewer.sessionId)
      const ended = await endOwnSession(core, { id: sessionId, userId: viewer.userId })
      if (!ended) throw new KithError('session-not-found')
    },
    async of(userId, input = {}) {
      await demandAccount(userId)
      return await list(userId, null, input)
    },
    async endAll(userId) {
      if (!(await endAllSessions(core, userId))) throw new KithError('account-not-found')
    },
    async end(userId, sessionId) {
      if (!(await endOwnSession(core, { id: sessionId, userId }))) throw new KithError('session-not-found')
    },
    jwks: () => accessTokens.jwks(),
  }
}
