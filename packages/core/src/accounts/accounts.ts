import type { SignIn } from '../sessions/session.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import {
  type AccountInputs,
  type ChangePasswordInput,
  type DeleteAccountInput,
  type EditInput,
  type RegisterInput,
} from './account-inputs.ts'
import type { AppFields, UnknownFields } from '../own-fields/app-fields.ts'
import { storedFields, unread } from '../own-fields/stored-fields.ts'
import type { OwnUser } from '../profiles/user.ts'
import type { Core } from '../core.ts'
import { noticeRows } from '../messages/notices.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import { InvalidInputError, KithError, RetryLaterError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { networkKey } from '../sessions/client-address.ts'
import { confirmOwner } from '../sessions/login.ts'
import { openSession, renewSession } from '../sessions/open-session.ts'
import {
  changeAccount,
  changedIdentifiers,
  identifiers,
  deleteAccount,
  newAccount,
  present,
  saveAccount,
} from './account-steps.ts'
import { admit } from './admit.ts'
import { createBreachCheck } from './breach-check.ts'
import { createExports } from './export-account.ts'
import { createHostAccounts, type HostAccounts } from './host-accounts.ts'
import { demandNoOwnName } from './host-passwords.ts'
import { createRecovery, type Recovery } from './recovery.ts'
import { createRegistration, type Registration } from './registration.ts'
import type { UserRecord } from './user-store.ts'

/** What a change of one's own account returns. */
export interface Edited<Fields extends AppFields = AppFields> {
  user: OwnUser<Fields>
  /** A fresh session if the password was sent, since all others have ended; `null` if the sessions are unchanged. */
  signIn: SignIn<Fields> | null
}

/** Everything about accounts. Each method validates its input; invalid input throws `invalid-input`. */
export interface Accounts<Fields extends AppFields = AppFields> extends HostAccounts<Fields> {
  /** The schemas of the inputs below, for transports and generated documents. */
  readonly inputs: AccountInputs
  /**
   * Creates an account and signs it in. If the app approves accounts, it has to wait, and the call throws
   * `approval-required`.
   * @throws invalid-input, identifier-taken, sign-up-closed, invitation-invalid, approval-required, challenge-required,
   * challenge-unavailable, policy-refused, rate-limited, busy
   */
  register(input: RegisterInput<Fields>, client?: ClientInfo): Promise<SignIn<Fields>>
  /** The viewer's own account. @throws unauthenticated */
  me(viewer: Viewer): Promise<OwnUser<Fields>>
  /**
   * Changes the viewer's own account; identifiers require the password. With a password every session ends, as in
   * {@link changePassword}, and `signIn` is a fresh one. @throws identifier-taken, wrong-password, account-locked,
   * rate-limited
   */
  edit(viewer: Viewer, input: EditInput<Fields>, client?: ClientInfo): Promise<Edited<Fields>>
  /**
   * Replaces the password and ends every session, including the caller's, in case it was copied: the caller gets a
   * fresh one. @throws wrong-password, account-locked, rate-limited
   */
  changePassword(viewer: Viewer, input: ChangePasswordInput, client?: ClientInfo): Promise<SignIn<Fields>>
  /**
   * Deletes the viewer's own account and ends its sessions. Its username is held for `accounts.usernameHold`, unless
   * the host passes `holdUsername: false`: for a registration that a later step of the host's own refused. @throws
   * wrong-password, account-locked, rate-limited
   */
  delete(
    viewer: Viewer,
    input: DeleteAccountInput,
    options?: { holdUsername?: boolean | undefined; client?: ClientInfo | undefined },
  ): Promise<void>
  /**
   * Everything the viewer owns, as lines of JSON, each `{ type, … }`: the account, sessions, posts, uploads, audit log
   * entries, likes, saves, follows and followers. Read page by page, so the size does not matter. One export at a time
   * per account; ending the iteration early, for example with `break`, ends it.
   * @throws unauthenticated, proof-required, rate-limited, busy, all before the first line
   */
  export(viewer: Viewer): AsyncIterable<string>
  /**
   * Passes if the viewer's account currently has one of these roles. Reads the account and the session, so a removed
   * role and an ended session count immediately, in every process.
   * @throws unauthenticated, account-banned, session-revoked, role-required
   */
  requireRole(viewer: Viewer, roles: readonly Fields['role'][]): Promise<void>
  /**
   * Passes if the viewer's account and session are currently valid; reads both. For viewers authenticated by the host's
   * own sign-in, or a while ago, as on an open socket. @throws unauthenticated, account-banned, session-revoked
   */
  admit(viewer: Viewer): Promise<void>
}

/** Creates the accounts of one Kith instance, with registration and recovery. */
export function createAccounts(core: Core): {
  accounts: Accounts
  registration: Registration
  recovery: Recovery
} {
  const { config, storage, passwords, clock, emit } = core
  const { users } = storage
  const presentOwn = (user: UserRecord): Promise<OwnUser> => core.presentUsers.presentOwn(user)
  const { accounts: inputs } = core.inputs
  const demandUnbreached = createBreachCheck(config, emit)

  async function own(viewer: Viewer): Promise<UserRecord> {
    const user = await users.byId(viewer.userId)
    if (!user) throw new KithError('unauthenticated', { detail: 'This account no longer exists.' })
    return user
  }

  const { register, ...registration } = createRegistration(core, inputs)
  const accounts: Accounts = {
    ...createHostAccounts(core, inputs),
    inputs,
    register: (input, client = {}) => register(input, client),
    me: async (viewer) => await presentOwn(await own(viewer)),
    async edit(viewer, input, client = {}) {
      await core.limits.byAccount('changeByAccount', viewer.userId)
      const { currentPassword, ...given } = parseInput(inputs.edit, input)
      const changed = await core.askPolicy('account.edit', { input: given, viewer, client })
      const { currentPassword: _same, ...edits }: EditInput = changed
        ? parseInput(inputs.edit, { ...given, ...unread(given, input), ...changed, currentPassword })
        : given
      const before = await own(viewer)
      const changesLogin = identifiers.some((name) => edits[name] !== undefined)
      const owner = { viewer, user: before, password: currentPassword, path: 'currentPassword', client }
      const stillHolds =
        changesLogin || currentPassword !== undefined ? await confirmOwner(core, owner) : null
      // Refused attempts count as well: otherwise anyone with an account could test which addresses others have.
      if (changedIdentifiers(before, present(edits)).length > 0)
        await core.limits.byAccount('identifierByAccount', viewer.userId)
      const user = await changeAccount(core, before, {
        ...present(edits),
        endSessions: stillHolds !== null,
        news: { language: client.language ?? null, canRevert: true },
        cause: { viewer, client },
      })
      if (!user) throw new KithError('unauthenticated')
      const signIn =
        stillHolds && (await renewSession(core, { viewer, user, client, methods: [], stillHolds }))
      return { user: await presentOwn(user), signIn }
    },
    async changePassword(viewer, input, client = {}) {
      await core.limits.byViewer('passwordFormBySession', viewer)
      const { currentPassword, newPassword } = parseInput(inputs.changePassword, input)
      const user = await own(viewer)
      demandNoOwnName(core, user, { path: 'newPassword', password: newPassword })
      await confirmOwner(core, { viewer, user, password: currentPassword, path: 'currentPassword', client })
      await demandUnbreached(newPassword, { path: 'newPassword', userId: user.id })
      const next = await passwords.hash(newPassword, { key: user.id, lane: 'first' })
      // A concurrent password change or hash upgrade won; the confirmed password may no longer be the stored one.
      const told = { userId: user.id }
      const rows = joinRows(
        core.rowsOf('account.password-changed', () => told, { viewer, client }),
        noticeRows(core, { kind: 'password-changed', user, client, more: {} }),
      )
      const ended = await users.replacePassword(user.id, user.passwordHash, next, rows)
      if (!ended) throw new RetryLaterError('busy', 1)
      core.outgoing.kick()
      emit('account.password-changed', told)
      const stillHolds = (fresh: UserRecord): boolean => fresh.passwordHash === next
      const changed = { ...user, passwordHash: next, sessionEpoch: ended.endedEpoch + 1 }
      return await renewSession(core, { viewer, user: changed, client, methods: ['pwd'], stillHolds })
    },
    async delete(viewer, input, { holdUsername = true, client = {} } = {}) {
      await core.limits.byViewer('passwordFormBySession', viewer)
      const { password } = parseInput(inputs.delete, input)
      const user = await own(viewer)
      await confirmOwner(core, { viewer, user, password, path: 'password', client })
      await deleteAccount(core, user.id, { holdUsername, cause: { viewer, client } })
    },
    export: createExports(core),
    async requireRole(viewer, roles) {
      // A string would also match parts of names.
      if (!Array.isArray(roles)) throw new TypeError('roles must be an array')
      const { role } = await admit(core, viewer)
      if (roles.includes(role)) return
      throw new KithError('role-required', { detail: 'Ask an administrator of this app for the role.' })
    },
    async admit(viewer) {
      await admit(core, viewer)
    },
  }
  return { accounts, registration, recovery: createRecovery(core, inputs) }
}
