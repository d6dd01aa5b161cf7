import type { SignIn } from '../sessions/session.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import type {
  AccountInputs,
  ChangePasswordInput,
  DeleteAccountInput,
  EditInput,
  ImportInput,
  RegisterInput,
} from './account-inputs.ts'
import type { OwnUser } from '../profiles/user.ts'

/** What a change of one's own account answers. */
export interface Edited {
  user: OwnUser
  /** Where the password was given: a fresh session, since all others have ended; `null` where the sessions stay as they are. */
  signIn: SignIn | null
}

/** Everything about accounts. Each method checks its input; a wrong one throws `invalid-input`. */
export interface Accounts {
  /** The schemas of the inputs below, for transports and documents that derive from them. */
  readonly inputs: AccountInputs
  /** Creates an account and signs it in. @throws identifier-taken, rate-limited, busy */
  register(input: RegisterInput, client?: ClientInfo): Promise<SignIn>
  /** Creates an account from another system, with its password hash, without signing in. @throws identifier-taken */
  import(input: ImportInput): Promise<OwnUser>
  /** The viewer's own account. @throws unauthenticated */
  me(viewer: Viewer): Promise<OwnUser>
  /** The account with this username or e-mail, for the host's own use, or `null`. */
  find(login: string): Promise<OwnUser | null>
  /**
   * Changes the viewer's own account; identifiers only with the password. With a password every session ends, as by
   * {@link changePassword}, and `signIn` is a fresh one. @throws identifier-taken, wrong-password, account-locked, rate-limited
   */
  edit(viewer: Viewer, input: EditInput, client?: ClientInfo): Promise<Edited>
  /**
   * Replaces the password and ends every session, also the one that asks, of which a copy may be in other hands: the answer
   * is a fresh one for whoever asked. @throws wrong-password, account-locked, rate-limited
   */
  changePassword(viewer: Viewer, input: ChangePasswordInput, client?: ClientInfo): Promise<SignIn>
  /**
   * Deletes the viewer's own account and ends its sessions. Its username is held for `accounts.usernameHold`, unless the host
   * says `holdUsername: false`: for a registration that a later step of its own refused. @throws wrong-password, account-locked, rate-limited
   */
  delete(
    viewer: Viewer,
    input: DeleteAccountInput,
    options?: { holdUsername?: boolean | undefined; client?: ClientInfo | undefined },
  ): Promise<void>
  /**
   * Everything the viewer owns, as lines of JSON, each `{ type, … }`: the account, sessions, posts, uploads, likes, saves,
   * follows and followers. Read page by page, so its size does not matter. One at a time for each account; ending the
   * iteration early, as `break` does, ends it.
   * @throws unauthenticated, rate-limited, busy, all before the first line
   */
  export(viewer: Viewer): AsyncIterable<string>
  /**
   * Says what an account may do in the app: `member` (at first), `moderator`, `admin`, or a name of your own: lower-case letters,
   * digits and hyphens. Holds from the next request on, in every process. For the host, as the two below. @throws account-not-found
   */
  setRole(userId: string, role: string): Promise<void>
  /**
   * Lets a viewer pass whose account has one of these roles now, by a look at the account and the session: a role that was taken
   * away and a session that has ended count immediately, in every process.
   * @throws unauthenticated, account-banned, session-revoked, role-required
   */
  requireRole(viewer: Viewer, roles: readonly string[]): Promise<void>
  /** Suspends an account and ends its sessions. For the host: nothing over HTTP leads here. @throws account-not-found */
  ban(userId: string): Promise<void>
  /** Lifts a suspension. @throws account-not-found */
  unban(userId: string): Promise<void>
}
