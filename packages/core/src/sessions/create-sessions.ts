import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { pageInput, readPage } from '../page.ts'
import { createAuthenticate } from './authenticate.ts'
import { denyTokens, endOwnSession, endSession, endSessions } from './end-sessions.ts'
import { login } from './login.ts'
import { refresh } from './refresh.ts'
import { toSession } from './session.ts'
import type { Sessions } from './sessions.ts'

/** Creates the sessions of one Kith instance. */
export function createSessions(core: Core): Sessions {
  const { storage, revocations, accessTokens, refreshTokens, clock } = core

  return {
    login: (input, client = {}) => login(core, input, client),
    refresh: (refreshToken, client = {}) => refresh(core, refreshToken, client),
    authenticate: createAuthenticate({ accessTokens, sessions: storage.sessions, revocations, clock }),
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
      await endSessions(core, viewer.userId, exceptCurrent ? viewer.sessionId : null)
    },
    async list(viewer, input = {}) {
      return await readPage(
        {
          name: 'sessions',
          read: (keyset) => storage.sessions.list(viewer.userId, clock(), keyset),
          present: async (rows) => rows.map((session) => toSession(session, viewer.sessionId)),
        },
        parseInput(pageInput, input),
      )
    },
    async revoke(viewer, sessionId) {
      await core.attempts.byAccount('revokeBySession', viewer.sessionId)
      const ended = await endOwnSession(core, { id: sessionId, userId: viewer.userId })
      if (!ended) throw new KithError('session-not-found')
    },
    jwks: () => accessTokens.jwks(),
  }
}
