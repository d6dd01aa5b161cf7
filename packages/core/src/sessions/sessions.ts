import type { VerifyAddressInput } from '../accounts/addresses.ts'
import type { AccountLookup } from '../accounts/recovery.ts'
import type { CodeSent, ResendInput } from '../codes/codes.ts'
import { type CodeLoginInput, loginByCode, sendSignInCode } from './code-sign-in.ts'
import { demandUnbanned, withoutEndedBan } from '../accounts/bans.ts'
import type { HostCause } from '../cause.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import { type Page, type PageInput, pageInput, readPage } from '../page.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import type { JwksDocument } from './access-token.ts'
import { createAuthenticate } from './authenticate.ts'
import { type Duration, durationSeconds } from '../duration.ts'
import { type FactorLoginInput, loginByFactor } from '../factors/second-factor.ts'
import { demandFresh } from './freshness.ts'
import { sendProofCode } from './proof-code.ts'
import { prove, type ProveInput } from './prove.ts'
import { denyTokens, endAllSessions, endOtherSessions, endOwnSession, endSession } from './end-sessions.ts'
import { impersonate, type ImpersonateInput } from './impersonation.ts'
import { login, type LoginInput } from './login.ts'
import { openSession } from './open-session.ts'
import { refresh } from './refresh.ts'
import { isOfAccount, type Proved, type Refreshed, type Session, type SignIn, toSession } from './session.ts'

/** Everything about sessions. */
export interface Sessions<Fields extends AppFields = AppFields> {
  /**
   * Signs in with username or email.
   * @throws invalid-credentials, account-banned, approval-required, challenge-required, challenge-unavailable,
   * account-locked, rate-limited, busy
   */
  login(input: LoginInput, client?: ClientInfo): Promise<SignIn<Fields>>
  /**
   * Sends a sign-in code and a link to an email address or phone number of an account, if it exists: the caller cannot
   * tell whether it does.
   * @throws invalid-input, not-configured, rate-limited
   */
  sendCode(input: AccountLookup, client?: ClientInfo): Promise<CodeSent>
  /**
   * Signs in with such a code. This confirms an unconfirmed email address or phone number; then everything that opened
   * the account before is removed: password, sessions and credentials. @throws code-invalid, account-banned,
   * rate-limited
   */
  loginByCode(input: CodeLoginInput, client?: ClientInfo): Promise<SignIn<Fields>>
  /**
   * Completes a sign-in that was refused with `second-factor-required`. @throws code-invalid, factor-invalid, account-banned,
   * rate-limited
   */
  loginByFactor(input: FactorLoginInput, client?: ClientInfo): Promise<SignIn<Fields>>
  /**
   * Sends a code to the confirmed email address or phone number of the viewer, for {@link Sessions.prove}. It works in
   * this session only. It is never sent for an account with an authenticator app, which a mailbox does not replace, nor
   * while a former mailbox or phone can take the account back.
   * @throws invalid-input, unauthenticated, session-revoked, impersonated, code-not-sent, not-configured, rate-limited
   */
  sendProofCode(viewer: Viewer, input: VerifyAddressInput, client?: ClientInfo): Promise<CodeSent>
  /**
   * Records that the viewer has just proved to be the account, with the password, a second factor or a code that was
   * sent, and renews the tokens. For a session bound to a key of its device they are `null`: only that key renews them.
   * @throws wrong-password, factor-invalid, code-invalid, account-locked, rate-limited
   */
  prove(viewer: Viewer, input: ProveInput, client?: ClientInfo): Promise<Proved>
  /**
   * Passes if the viewer has signed in, or proved to be the account, within this time; `sessions.freshFor` if absent.
   * @throws session-revoked, proof-required
   */
  requireFresh(viewer: Viewer, maxAge?: Duration): Promise<void>
  /** Sends a requested code again, with other digits. @throws invalid-input, rate-limited */
  resendCode(input: ResendInput, client?: ClientInfo): Promise<CodeSent>
  /**
   * Exchanges a refresh token for new tokens; does not return the account. Concurrent calls with one token, and calls
   * within the grace period after, get the same successor; an older token ends the session. So does, without an alarm,
   * a token that is newer than the session in storage: a backup was restored.
   * @throws refresh-token-invalid, refresh-token-expired, refresh-token-reused, session-revoked, device-proof-required,
   * rate-limited
   */
  refresh(refreshToken: string, client?: ClientInfo): Promise<Refreshed>
  /**
   * The viewer of this access token. A token seen before costs no query and no signature check.
   * @throws access-token-invalid, access-token-expired, session-revoked
   */
  authenticate(accessToken: string): Promise<Viewer>
  /**
   * The same without a promise if there is nothing to wait for, as with a token seen before: it returns the viewer, or
   * throws. For guards, which run before every request.
   */
  authenticateNow(accessToken: string): Viewer | Promise<Viewer>
  /**
   * Opens a session for an account after the host's own check: a third-party sign-in, a passkey, a second factor, a
   * link in an email. For the host: it requires no password, and no limit counts it. @throws account-not-found,
   * account-banned
   */
  open(userId: string, client?: ClientInfo): Promise<SignIn<Fields>>
  /** Ends the viewer's session, if there is one. Idempotent. */
  logout(viewer: Viewer, client?: ClientInfo): Promise<void>
  /**
   * Ends the session of an access token. Idempotent: if it had ended before its tokens are denied again, so that a
   * retry completes an attempt that failed halfway.
   * @throws access-token-invalid, access-token-expired
   */
  logoutByAccessToken(accessToken: string, client?: ClientInfo): Promise<void>
  /**
   * Ends the session of a refresh token, even if the access token has expired. Idempotent; ignores an invalid token.
   */
  logoutByRefreshToken(refreshToken: string, client?: ClientInfo): Promise<void>
  /**
   * Whether a refresh token is of a session in which an admin acts as an account, even if it has expired or the session
   * has ended.
   */
  isImpersonated(refreshToken: string): Promise<boolean>
  /**
   * Ends all sessions of the viewer; with `exceptCurrent` all but the current one. @throws proof-required,
   * rate-limited, counted by the session
   */
  logoutEverywhere(
    viewer: Viewer,
    options?: { exceptCurrent?: boolean | undefined; client?: ClientInfo | undefined },
  ): Promise<void>
  /**
   * The live sessions of the viewer, or for the host those of the account with this id, newest first.
   * @throws invalid-cursor, account-not-found if an id was given
   */
  list(who: Viewer | string, input?: PageInput): Promise<Page<Session>>
  /**
   * Ends one of the viewer's sessions; any but the current one requires a fresh proof. @throws session-not-found,
   * proof-required, rate-limited, counted by the session
   */
  revoke(viewer: Viewer, sessionId: string, client?: ClientInfo): Promise<void>
  /**
   * Ends all sessions of an account. For the host, like the next one; `by` names the administrator. Idempotent. @throws
   * account-not-found
   */
  endAll(userId: string, cause?: HostCause): Promise<void>
  /** Ends one session of an account. @throws session-not-found */
  end(userId: string, sessionId: string, cause?: HostCause): Promise<void>
  /**
   * Opens a session in which an admin acts as another account (option `sessions.impersonation`). It is marked: `act` in
   * the access token, `viewer.actorId`, the session list, events and the audit log. It may do what the owner may,
   * except for changes to how the account signs in, its exports, its deletion and its other sessions; it ends soon,
   * regardless of refreshes, and with the session, the role or a ban of the admin. The admin must have signed in, or
   * proved to be the account, within `sessions.freshFor`.
   * @throws not-configured, invalid-input, role-required, proof-required, account-not-found, account-banned,
   * not-impersonable, impersonated, rate-limited
   */
  impersonate(admin: Viewer, input: ImpersonateInput, client?: ClientInfo): Promise<SignIn<Fields>>
  /** The public keys of the access tokens, for other services to verify them; `null` if tokens are HS256. */
  jwks(): JwksDocument | null
}

/** Creates the sessions of one Kith instance. */
export function createSessions(core: Core): Sessions {
  const { storage, accessTokens, refreshTokens, clock } = core

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

  const authenticateNow = createAuthenticate(core)

  return {
    login: (input, client = {}) => login(core, input, client),
    sendCode: (input, client = {}) => sendSignInCode(core, input, client),
    loginByCode: (input, client = {}) => loginByCode(core, input, client),
    loginByFactor: (input, client = {}) => loginByFactor(core, input, client),
    sendProofCode: (viewer, input, client = {}) => sendProofCode(core, viewer, { input, client }),
    prove: (viewer, input, client = {}) => prove(core, viewer, { input, client }),
    async requireFresh(viewer, maxAge) {
      const { freshForSeconds } = core.config.sessions
      const seconds = maxAge === undefined ? freshForSeconds : durationSeconds(maxAge, 'requireFresh')
      await demandFresh(core, viewer, seconds)
    },
    resendCode: (input, client = {}) => core.codes.resend(input, client),
    refresh: (refreshToken, client = {}) => refresh(core, refreshToken, client),
    authenticate: async (accessToken) => await authenticateNow(accessToken),
    authenticateNow,
    async open(userId, client = {}) {
      const found = await storage.users.byId(userId)
      if (!found) throw new KithError('account-not-found')
      const user = await withoutEndedBan(core, found)
      demandUnbanned(user)
      const holds = {
        stillHolds: () => true,
        methods: [],
        byHost: true,
      } as const
      return await openSession(core, { user, client, deviceName: undefined, ...holds })
    },
    async logout(viewer, client = {}) {
      const { userId, sessionId } = viewer
      if (sessionId !== null) await endSession(core, { id: sessionId, userId }, { cause: { viewer, client } })
    },
    async logoutByAccessToken(accessToken, client = {}) {
      const { sessionId: id, userId, actorId } = await accessTokens.verify(accessToken)
      await endSession(
        core,
        { id, userId },
        { cause: { viewer: { userId, sessionId: id, actorId }, client } },
      )
    },
    isImpersonated: (refreshToken) => refreshTokens.isImpersonated(refreshToken),
    async logoutByRefreshToken(refreshToken, client = {}) {
      const claims = await refreshTokens.verify(refreshToken).catch(() => null)
      if (!claims) return
      const session = await storage.sessions.byId(claims.sessionId)
      // Upkeep may have removed it since an attempt that ended it and could not report that.
      if (!session) return await denyTokens(core, [claims.sessionId])
      const { actorId } = session
      const viewer = { userId: session.userId, sessionId: session.id, ...(actorId !== null && { actorId }) }
      await endSession(core, session, { cause: { viewer, client } })
    },
    async logoutEverywhere(viewer, { exceptCurrent = false, client = {} } = {}) {
      await core.limits.byViewer('revokeBySession', viewer)
      await demandFresh(core, viewer, core.config.sessions.freshForSeconds)
      const { userId, sessionId } = viewer
      if (exceptCurrent && sessionId !== null) await endOtherSessions(core, { userId, sessionId, client })
      else await endAllSessions(core, userId, { viewer, client })
    },
    async list(who, input = {}) {
      if (typeof who !== 'string') return await list(who.userId, who.sessionId, input)
      await demandAccount(who)
      return await list(who, null, input)
    },
    async revoke(viewer, sessionId, client = {}) {
      await core.limits.byViewer('revokeBySession', viewer)
      if (sessionId !== viewer.sessionId)
        await demandFresh(core, viewer, core.config.sessions.freshForSeconds)
      const session = { id: sessionId, userId: viewer.userId }
      const ended = await endOwnSession(core, session, { viewer, client })
      if (!ended) throw new KithError('session-not-found')
    },
    async endAll(userId, cause = {}) {
      if (!(await endAllSessions(core, userId, cause))) throw new KithError('account-not-found')
    },
    async end(userId, sessionId, cause = {}) {
      if (!(await endOwnSession(core, { id: sessionId, userId }, cause)))
        throw new KithError('session-not-found')
    },
    impersonate: (admin, input, client = {}) => impersonate(core, admin, { input, client }),
    jwks: () => accessTokens.jwks(),
  }
}
