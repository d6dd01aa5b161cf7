import { type SignIn, isOfAccount } from '../sessions/session.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import {
  type AccountInputs,
  type ChangePasswordInput,
  type DeleteAccountInput,
  type EditInput,
  type ImportInput,
  type RegisterInput,
  createAccountInputs,
  roleInput,
} from './account-inputs.ts'
import type { OwnUser } from '../profiles/user.ts'
import type { Core } from '../core.ts'
import { InvalidInputError, KithError, RetryLaterError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { networkKey } from '../sessions/client-address.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { confirmPassword } from '../sessions/login.ts'
import { openSession, renewSession } from '../sessions/open-session.ts'
import { createBreachCheck } from './breach-check.ts'
import { createExports } from './export-account.ts'
import { readLogin } from './identifiers.ts'
import { isOwnPassword, ownName } from './password-rules.ts'
import type { Identifier, UserChanges, UserRecord } from './user-store.ts'

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

/** Creates the accounts of one Kith instance. */
export function createAccounts(core: Core): Accounts {
  const { config, storage, passwords, clock, emit } = core
  const { users } = storage
  const presentOwn = (user: UserRecord): Promise<OwnUser> => core.presentUsers.presentOwn(user)
  const { minLength, forbiddenWords } = config.passwords
  const inputs = createAccountInputs({ ...config.accounts, minLength, forbiddenWords })
  const demandUnbreached = createBreachCheck(config, emit)

  function taken(names: readonly Identifier[]): KithError {
    if (!config.accounts.revealTaken) {
      return new InvalidInputError([], 'identifier-taken')
    }
    return new InvalidInputError(
      names.map((path) => ({ path, code: 'taken', message: 'This is already in use' })),
      'identifier-taken',
    )
  }

  async function create(user: UserRecord, event: 'account.registered' | 'account.imported'): Promise<void> {
    const told = { userId: user.id }
    const result = await users.create(
      user,
      clock(),
      core.rowsOf(event, () => told),
    )
    if (result.outcome === 'taken') throw taken(result.taken)
    emit(event, told)
  }

  /** When the hold of a username ends that is given up now. */
  function holdEnd(): Date | null {
    const { usernameHoldSeconds } = config.accounts
    return usernameHoldSeconds === 0 ? null : new Date(clock().getTime() + usernameHoldSeconds * 1000)
  }

  async function own(viewer: Viewer): Promise<UserRecord> {
    const user = await users.byId(viewer.userId)
    if (!user) throw new KithError('unauthenticated', { detail: 'This account no longer exists.' })
    return user
  }

  async function setBan(userId: string, bannedAt: Date | null): Promise<UserRecord> {
    // Those that a process which dies here leaves alive stay over when the ban is lifted.
    const changes = { bannedAt, endSessions: bannedAt !== null }
    const event = bannedAt ? 'account.banned' : 'account.unbanned'
    const rows = core.rowsOf(event, () => ({ userId }))
    const result = await users.update(userId, changes, undefined, rows)
    core.visibleFiles.forget()
    if (result.outcome !== 'updated') throw new KithError('account-not-found')
    return result.user
  }

  function record(input: Partial<UserRecord>): UserRecord {
    return {
      id: core.makeId(),
      username: input.username ?? null,
      email: input.email ?? null,
      emailVerifiedAt: input.emailVerifiedAt ?? null,
      phone: input.phone ?? null,
      phoneVerifiedAt: input.phoneVerifiedAt ?? null,
      name: input.name ?? '',
      bio: input.bio ?? '',
      passwordHash: input.passwordHash ?? null,
      bannedAt: null,
      role: 'member',
      sessionEpoch: 0,
      createdAt: input.createdAt ?? clock(),
    }
  }

  return {
    inputs,
    async register(input, client = {}) {
      await core.limits.byAddress('registerAttemptByAddress', client)
      const { password, deviceName, ...fields } = parseInput(inputs.register, input)
      await core.limits.byAddress('registerByAddress', client)
      const turn = { key: networkKey(client.address ?? '') }
      await demandUnbreached(password, { path: 'password', userId: null })
      const user = record({ ...present(fields), passwordHash: await passwords.hash(password, turn) })
      await create(user, 'account.registered')
      return await openSession(core, { user, client, deviceName, stillHolds: () => true })
    },
    async import(input) {
      const { emailVerified, phoneVerified, ...fields } = parseInput(inputs.import, input)
      if (fields.passwordHash !== null && !passwords.reads(fields.passwordHash)) {
        const message =
          'No verifier of `passwords.legacy` reads this hash, or its parameters are out of bounds'
        throw new InvalidInputError([{ path: 'passwordHash', code: 'malformed', message }])
      }
      if (fields.passwordHash !== null) await passwords.expect(fields.passwordHash)
      const user = record({
        ...present(fields),
        emailVerifiedAt: emailVerified ? clock() : null,
        phoneVerifiedAt: phoneVerified ? clock() : null,
      })
      await create(user, 'account.imported')
      return await presentOwn(user)
    },
    me: async (viewer) => await presentOwn(await own(viewer)),
    async find(login) {
      const user = await users.byLogin(readLogin(login))
      return user && (await presentOwn(user))
    },
    async edit(viewer, input, client = {}) {
      await core.limits.byAccount('changeByAccount', viewer.userId)
      const { currentPassword, ...fields } = parseInput(inputs.edit, input)
      const before = await own(viewer)
      const stillHolds =
        currentPassword === undefined
          ? null
          : await confirmPassword(core, { viewer, user: before, password: currentPassword, client })
      const changes: Omit<UserChanges, 'endSessions'> = present(fields)
      // Also those that are refused: otherwise whoever has an account could try which addresses others have.
      if (identifiers.some((name) => changes[name] !== undefined && changes[name] !== before[name]))
        await core.limits.byAccount('identifierByAccount', viewer.userId)
      if (changes.email !== undefined && changes.email !== before.email) changes.emailVerifiedAt = null
      if (changes.phone !== undefined && changes.phone !== before.phone) changes.phoneVerifiedAt = null
      const edited = { userId: viewer.userId, fields: Object.keys(present(fields)) }
      const result = await users.update(
        viewer.userId,
        { ...changes, endSessions: stillHolds !== null },
        { now: clock(), until: holdEnd() },
        core.rowsOf('account.edited', () => edited),
      )
      if (result.outcome === 'taken') throw taken(result.taken)
      if (result.outcome === 'needs-login') throw needsLogin()
      if (result.outcome === 'gone') throw new KithError('unauthenticated')
      emit('account.edited', edited)
      const signIn =
        stillHolds && (await renewSession(core, { viewer, user: result.user, client, stillHolds }))
      return { user: await presentOwn(result.user), signIn }
    },
    async changePassword(viewer, input, client = {}) {
      await core.limits.byAccount('passwordFormBySession', viewer.sessionId)
      const { currentPassword, newPassword } = parseInput(inputs.changePassword, input)
      const user = await own(viewer)
      if (isOwnPassword(newPassword, user, forbiddenWords))
        throw new InvalidInputError([{ path: 'newPassword', ...ownName }])
      await confirmPassword(core, { viewer, user, password: currentPassword, client })
      await demandUnbreached(newPassword, { path: 'newPassword', userId: user.id })
      const next = await passwords.hash(newPassword, { key: user.id, lane: 'first' })
      // A concurrent change or upgrade of the hash won; what was confirmed is no longer what is stored.
      const told = { userId: user.id }
      const rows = core.rowsOf('account.password-changed', () => told)
      const ended = await users.replacePassword(user.id, user.passwordHash, next, rows)
      if (!ended) throw new RetryLaterError('busy', 1)
      emit('account.password-changed', told)
      const stillHolds = (fresh: UserRecord): boolean => fresh.passwordHash === next
      const changed = { ...user, passwordHash: next, sessionEpoch: ended.endedEpoch + 1 }
      return await renewSession(core, { viewer, user: changed, client, stillHolds })
    },
    async delete(viewer, input, { holdUsername = true, client = {} } = {}) {
      await core.limits.byAccount('passwordFormBySession', viewer.sessionId)
      const { password } = parseInput(inputs.delete, input)
      const user = await own(viewer)
      await confirmPassword(core, { viewer, user, password, client })
      const told = { userId: user.id }
      const rows = core.rowsOf('account.deleted', () => told)
      const ended = await users.markDeleted(user.id, clock(), holdUsername ? holdEnd() : null, rows)
      core.visibleFiles.forget()
      try {
        await endSessions(core, { id: user.id, epoch: ended?.endedEpoch ?? user.sessionEpoch })
      } finally {
        // It is deleted, also where other processes could not be told now that its sessions are over.
        emit('account.deleted', told)
        core.clearing.account(viewer.userId)
      }
      await core.releasedMedia.removeOwned(viewer.userId)
    },
    export: createExports(core),
    async setRole(userId, role) {
      const changes = { role: parseInput(roleInput, role) }
      const told = { userId, role: changes.role }
      const rows = core.rowsOf('account.role-changed', () => told)
      const { outcome } = await users.update(userId, changes, undefined, rows)
      if (outcome !== 'updated') throw new KithError('account-not-found')
      emit('account.role-changed', told)
    },
    async requireRole(viewer, roles) {
      // A string has parts of names in it as well.
      if (!Array.isArray(roles)) throw new TypeError('roles must be an array')
      const [user, session] = await Promise.all([own(viewer), storage.sessions.byId(viewer.sessionId)])
      if (user.bannedAt) throw new KithError('account-banned')
      // A process that knows the token may not have heard yet that its session was ended by another.
      if (!session || session.revokedAt || !isOfAccount(session, user)) throw new KithError('session-revoked')
      if (roles.includes(user.role)) return
      throw new KithError('role-required', { detail: 'Ask an administrator of this app for the role.' })
    },
    async ban(userId) {
      const { sessionEpoch } = await setBan(userId, clock())
      try {
        await endSessions(core, { id: userId, epoch: sessionEpoch - 1 })
      } finally {
        emit('account.banned', { userId })
        core.clearing.ban(userId)
      }
    },
    async unban(userId) {
      await setBan(userId, null)
      emit('account.unbanned', { userId })
      core.clearing.ban(userId)
    },
  }
}

const identifiers: readonly Identifier[] = ['username', 'email', 'phone']

function needsLogin(): KithError {
  const message = 'An account keeps a username or an e-mail address to sign in with'
  return new InvalidInputError([{ path: 'email', code: 'required', message }])
}

/** The fields that were given. */
function present<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
