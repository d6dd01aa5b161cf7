import type { Page, PageInput } from '../page.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import type { JwksDocument } from './access-token.ts'
import type { LoginInput } from './session-inputs.ts'
import type { Session, SignIn } from './session.ts'

/** Everything about sessions. */
export interface Sessions {
  /** Signs in by username or e-mail. @throws invalid-credentials, account-banned, account-locked, rate-limited, busy */
  login(input: LoginInput, client?: ClientInfo): Promise<SignIn>
  /**
   * Trades a refresh token for new tokens. Concurrent calls with one token, and calls within the grace after, get the
   * same successor; a token older than that ends the session. So does, without an alarm, one that is newer than the session in
   * storage: a backup was restored.
   * @throws refresh-token-invalid, refresh-token-expired, refresh-token-reused, session-revoked, rate-limited
   */
  refresh(refreshToken: string, client?: ClientInfo): Promise<SignIn>
  /**
   * Who holds this access token. A token seen before costs no query and no signature check.
   * @throws access-token-invalid, access-token-expired, session-revoked
   */
  authenticate(accessToken: string): Promise<Viewer>
  /** Ends the viewer's session. Idempotent. */
  logout(viewer: Viewer): Promise<void>
  /**
   * Ends the session that an access token belongs to. Idempotent: where it had ended before its tokens are denied once
   * more, so that trying again helps after an attempt that failed halfway.
   * @throws access-token-invalid, access-token-expired
   */
  logoutByAccessToken(accessToken: string): Promise<void>
  /** Ends the session that a refresh token belongs to, also where the access token has expired. Idempotent; an invalid token does nothing. */
  logoutByRefreshToken(refreshToken: string): Promise<void>
  /** Ends all sessions of the viewer; with `exceptCurrent` all others. @throws rate-limited, counted by the session */
  logoutEverywhere(viewer: Viewer, options?: { exceptCurrent?: boolean | undefined }): Promise<void>
  /** The viewer's live sessions, newest first. @throws invalid-cursor */
  list(viewer: Viewer, input?: PageInput): Promise<Page<Session>>
  /** Ends one of the viewer's sessions. @throws session-not-found, rate-limited, counted by the session */
  revoke(viewer: Viewer, sessionId: string): Promise<void>
  /**
   * The live sessions of any account, newest first. For the host, as the next two: nothing over HTTP leads here.
   * @throws account-not-found, invalid-cursor
   */
  of(userId: string, input?: PageInput): Promise<Page<Session>>
  /** Ends all sessions of an account. Idempotent. @throws account-not-found */
  endAll(userId: string): Promise<void>
  /** Ends one session of an account. @throws session-not-found */
  end(userId: string, sessionId: string): Promise<void>
  /** The public keys of the access tokens, for other services to verify them; `null` where tokens are HS256. */
  jwks(): JwksDocument | null
}
