import type { HostCause } from '../cause.ts'
import type { Core } from '../core.ts'
import { InvalidInputError, KithError, RetryLaterError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { Page, PageInput } from '../page.ts'
import type { HostUser } from '../profiles/user.ts'
import {
  type AccountInputs,
  ageInput,
  type AgeInput,
  type CreateAccountInput,
  idsInput,
  type ImportInput,
  type ShadowInput,
  type UpdateAccountInput,
} from './account-inputs.ts'
import { changeAccount, deleteAccount, newAccount, present, saveAccount, taken } from './account-steps.ts'
import { banAccount, type BanInput, banInput, noteUnbanned, setBan } from './bans.ts'
import { createBreachCheck } from './breach-check.ts'
import { demandNoOwnName, storePassword } from './host-passwords.ts'
import { readLogin } from './identifiers.ts'
import { importAll, type ImportOptions, type ImportResult } from './import-all.ts'
import { type AccountFilter, listAccounts } from './list-accounts.ts'
import { hostsTurn } from './password.ts'
import { setRole } from './set-role.ts'
import { shadowId } from './shadow-id.ts'
import type { UserRecord } from './user-store.ts'
import { verifyAddress } from './verification.ts'

/** Options of {@link HostAccounts.update}. */
export interface UpdateAccountOptions extends HostCause {
  /**
   * Whether the owner is notified of a changed email address or phone number. Turn it off if your app has told them, or
   * copies addresses from another system. @default true
   */
  notify?: boolean | undefined
}

/**
 * How the host manages any account, without its password, limits or permission checks: administrators use
 * `kith.backOffice`. `by` names the administrator for the audit log and the event; it is not checked.
 */
export interface HostAccounts<Fields extends AppFields = AppFields> {
  /** The account with this id, or `null`. */
  byId(userId: string): Promise<HostUser<Fields> | null>
  /**
   * The accounts with these ids, in the same order; `null` for those that do not exist. At most 100. @throws
   * invalid-input
   */
  byIds(userIds: readonly string[]): Promise<(HostUser<Fields> | null)[]>
  /** The account with this username or email, or `null`. */
  find(login: string): Promise<HostUser<Fields> | null>
  /**
   * The live accounts, highest id first, so newest first; shadow accounts are not in order of age. If few of very many
   * accounts match, a page may be short or empty and still have a cursor. @throws invalid-input, invalid-cursor
   */
  list(filter?: AccountFilter, page?: PageInput): Promise<Page<HostUser<Fields>>>
  /**
   * Creates an account with a password, without signing in and regardless of `accounts.signUp` and `accounts.confirm`.
   * @throws invalid-input, identifier-taken, busy
   */
  create(input: CreateAccountInput<Fields>, cause?: HostCause): Promise<HostUser<Fields>>
  /**
   * Records the age bracket of an account's owner, or `null` for unknown. Policies receive it: see docs/sign-up.md.
   * @throws invalid-input, account-not-found
   */
  setAge(userId: string, age: AgeInput | null, cause?: HostCause): Promise<void>
  /** Creates an account from another system, with its password hash, without signing in. @throws identifier-taken */
  import(input: ImportInput<Fields>, cause?: HostCause): Promise<HostUser<Fields>>
  /**
   * Imports any number of accounts, and yields the result of each in order; a refused account does not stop the others.
   * Reads no further ahead than it works, so memory use is constant. An account that was imported before, with the same
   * identifiers and hash, is `present`, so an interrupted import can be repeated, or resumed. Rejects if the storage
   * fails.
   */
  importAll(
    inputs: AsyncIterable<ImportInput<Fields>> | Iterable<ImportInput<Fields>>,
    options?: ImportOptions,
  ): AsyncGenerator<ImportResult, void, undefined>
  /**
   * The account of someone who signs in with another system, such as Auth.js or Clerk: `externalId` is their id there,
   * and must never change. Creates it without a password if it does not exist; otherwise `profile` is ignored. Of
   * concurrent calls one creates it, and all resolve to the same account. After it is deleted, the next call creates
   * another account with the same id, or throws `busy` until the old one is cleaned up. @throws identifier-taken, busy
   */
  shadow(externalId: string, profile?: ShadowInput<Fields>): Promise<HostUser<Fields>>
  /**
   * The id of that account, whether it exists or not: derived from `externalId` alone, and stable. @throws
   * invalid-input
   */
  shadowId(externalId: string): string
  /**
   * Sets the role of an account: `member` (the default), `moderator`, `admin`, or your own: one of `accounts.roles`, or
   * if that is absent any name of lower-case letters, digits and hyphens. It takes effect for
   * {@link Accounts.requireRole} on the next request, in every process; for `viewer.role`, and for sessions in which
   * the account acts as another, as soon as a ban does.
   * @throws invalid-input, account-not-found
   */
  setRole(userId: string, role: Fields['role'], cause?: HostCause): Promise<void>
  /**
   * Sets a new password, under the same rules as any new one, and ends the sessions: after the host's own check, such
   * as a link in an email, or for accounts without a password. A ban stays. @throws invalid-input, account-not-found,
   * busy
   */
  setPassword(userId: string, password: string, cause?: HostCause): Promise<void>
  /**
   * Removes the password and ends the sessions: from now on only {@link Sessions.open} signs in. @throws
   * account-not-found, busy
   */
  clearPassword(userId: string, cause?: HostCause): Promise<void>
  /**
   * Marks the email address as verified, and returns whether it is. Pass the proved email address: it counts only if
   * the account still has it in the step that marks it. @throws account-not-found
   */
  verifyEmail(userId: string, email?: string, cause?: HostCause): Promise<boolean>
  /** The same for the phone number. @throws account-not-found */
  verifyPhone(userId: string, phone?: string, cause?: HostCause): Promise<boolean>
  /**
   * Changes any account like {@link Accounts.edit}, without its password; sessions continue. The former email address or
   * phone number is notified of a change, without a link that reverts it, since the host may know that its mailbox is in
   * the wrong hands. @throws account-not-found, identifier-taken
   */
  update(
    userId: string,
    input: UpdateAccountInput<Fields>,
    options?: UpdateAccountOptions,
  ): Promise<HostUser<Fields>>
  /** Deletes any account like {@link Accounts.delete}, without its password. @throws account-not-found */
  remove(userId: string, options?: HostCause & { holdUsername?: boolean | undefined }): Promise<void>
  /**
   * Suspends an account and ends its sessions. A repeated call replaces the reason and the end. With `until` the ban
   * expires: at the next sign-in after that, or when upkeep runs. @throws account-not-found, invalid-input
   */
  ban(userId: string, input?: BanInput, cause?: HostCause): Promise<void>
  /** Lifts a suspension. @throws account-not-found */
  unban(userId: string, cause?: HostCause): Promise<void>
}

/** A deleted account is cleaned up in the background, usually within seconds. */
const clearingSeconds = 5

/** Creates the account verbs of the host. */
export function createHostAccounts(core: Core, inputs: AccountInputs): HostAccounts {
  const { storage, passwords, clock, emit } = core
  const { users } = storage
  const demandUnbreached = createBreachCheck(core.config, emit)

  async function show(user: UserRecord): Promise<HostUser> {
    const [shown] = await core.presentUsers.presentForHost([user])
    if (!shown) throw new TypeError('an account that was given is presented')
    return shown
  }

  async function importOne(input: ImportInput, cause: HostCause = {}): Promise<HostUser> {
    const { emailVerified, phoneVerified, ...fields } = parseInput(inputs.import, input)
    if (fields.passwordHash !== null && !passwords.reads(fields.passwordHash)) {
      const message =
        'No verifier of `passwords.legacy` supports this hash, or its parameters are out of bounds'
      throw new InvalidInputError([{ path: 'passwordHash', code: 'malformed', message }])
    }
    if (fields.passwordHash !== null) await passwords.expect(fields.passwordHash)
    const user = newAccount(core, {
      ...present(fields),
      emailVerifiedAt: emailVerified ? clock() : null,
      phoneVerifiedAt: phoneVerified ? clock() : null,
    })
    await saveAccount(core, user, { event: 'account.imported', cause })
    return await show(user)
  }

  return {
    async byId(userId) {
      const user = await users.byId(userId)
      return user && (await show(user))
    },
    async byIds(userIds) {
      const { ids } = parseInput(idsInput, { ids: userIds })
      const shown = await core.presentUsers.presentForHost(await users.byIds([...new Set(ids)]))
      const byId = new Map(shown.map((user) => [user.id, user]))
      return ids.map((id) => byId.get(id) ?? null)
    },
    async find(login) {
      const user = await users.byLogin(readLogin(login))
      return user && (await show(user))
    },
    async list(filter = {}, page = {}) {
      const { items, nextCursor } = await listAccounts(core, filter, page)
      return { items: await core.presentUsers.presentForHost(items), nextCursor }
    },
    import: importOne,
    importAll: (all, options = {}) => importAll(core, { all, import: importOne }, options),
    async setAge(userId, given, cause = {}) {
      const age = given && { ...parseInput(ageInput, given), at: clock() }
      const told = { userId, fields: ['age'] }
      const rows = core.rowsOf('account.edited', () => told, cause)
      const { outcome } = await users.update(userId, { age }, undefined, rows)
      if (outcome !== 'updated') throw new KithError('account-not-found')
      emit('account.edited', told, cause)
    },
    async create(input, cause = {}) {
      const { password, emailVerified, phoneVerified, ...fields } = parseInput(inputs.create, input)
      await demandUnbreached(password, { path: 'password', userId: null })
      const user = newAccount(core, {
        ...present(fields),
        passwordHash: await passwords.hash(password, hostsTurn),
        emailVerifiedAt: emailVerified ? clock() : null,
        phoneVerifiedAt: phoneVerified ? clock() : null,
      })
      await saveAccount(core, user, { event: 'account.registered', cause })
      return await show(user)
    },
    async shadow(externalId, profile = {}) {
      const id = shadowId(externalId)
      const known = await users.byId(id)
      if (known) return await show(known)
      const { emailVerified, phoneVerified, ...fields } = parseInput(inputs.shadow, profile)
      const user = newAccount(core, {
        id,
        ...present(fields),
        emailVerifiedAt: emailVerified ? clock() : null,
        phoneVerifiedAt: phoneVerified ? clock() : null,
      })
      const told = { userId: id }
      const rows = core.rowsOf('account.imported', () => told)
      const result = await users.create(user, clock(), rows)
      if (result.outcome === 'taken') throw taken(core, result.taken)
      if (result.outcome === 'id-in-use') {
        // A concurrent call was first, or the account was deleted and not cleaned up yet.
        const other = await users.byId(id)
        if (!other) throw new RetryLaterError('busy', clearingSeconds)
        return await show(other)
      }
      emit('account.imported', told)
      return await show(user)
    },
    shadowId,
    setRole: (userId, role, cause = {}) => setRole(core, userId, { role, cause }),
    async setPassword(userId, password, cause = {}) {
      parseInput(inputs.setPassword, { password })
      const user = await users.byId(userId)
      if (!user) throw new KithError('account-not-found')
      demandNoOwnName(core, user, { path: 'password', password })
      await demandUnbreached(password, { path: 'password', userId })
      await storePassword(core, userId, {
        next: await passwords.hash(password, { key: userId, lane: 'first' }),
        cause,
      })
    },
    clearPassword: (userId, cause = {}) => storePassword(core, userId, { next: null, cause }),
    verifyEmail: (userId, address, cause = {}) =>
      verifyAddress(core, userId, { kind: 'email', address, cause }),
    verifyPhone: (userId, address, cause = {}) =>
      verifyAddress(core, userId, { kind: 'phone', address, cause }),
    async update(userId, input, { notify = true, ...cause } = {}) {
      const fields = present(parseInput(inputs.update, input))
      const before = await users.byId(userId)
      const news = notify ? { language: null, canRevert: false } : null
      const user = before && (await changeAccount(core, before, { ...fields, news, cause }))
      if (!user) throw new KithError('account-not-found')
      return await show(user)
    },
    async remove(userId, { holdUsername = true, ...cause } = {}) {
      if (!(await deleteAccount(core, userId, { holdUsername, cause })))
        throw new KithError('account-not-found')
    },
    ban: async (userId, input = {}, cause = {}) =>
      await banAccount(core, userId, { ban: parseInput(banInput(clock()), input), cause }),
    async unban(userId, cause = {}) {
      await setBan(core, userId, { ban: null, cause })
      noteUnbanned(core, userId, cause)
    },
  }
}
