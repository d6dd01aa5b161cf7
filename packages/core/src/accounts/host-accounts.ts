import * as z from 'zod'
import type { Core } from '../core.ts'
import { InvalidInputError, KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { HostUser } from '../profiles/user.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { type AccountInputs, type ImportInput, roleInput, type ShadowInput } from './account-inputs.ts'
import { newAccount, present, saveAccount } from './account-steps.ts'
import { readLogin } from './identifiers.ts'
import { shadowId } from './shadow-id.ts'
import type { UserRecord } from './user-store.ts'

/** What the host does with any account, without its password and without limits. Nothing over HTTP leads here. */
export interface HostAccounts {
  /** The account with this id, or `null`. */
  byId(userId: string): Promise<HostUser | null>
  /** The accounts with these ids, in their order; `null` for those that do not exist. At most 100. @throws invalid-input */
  byIds(userIds: readonly string[]): Promise<(HostUser | null)[]>
  /** The account with this username or e-mail, or `null`. */
  find(login: string): Promise<HostUser | null>
  /** Creates an account from another system, with its password hash, without signing in. @throws identifier-taken */
  import(input: ImportInput): Promise<HostUser>
  /**
   * The account that stands for somebody whom another system signs in, such as Auth.js or Clerk: `externalId` is what that calls them,
   * and never changes. Creates it without a password where there is none; otherwise `profile` is not looked at. Of concurrent
   * calls one creates, and all get the same account. @throws identifier-taken
   */
  shadow(externalId: string, profile?: ShadowInput): Promise<HostUser>
  /** The id of that account, whether it exists or not: made from `externalId` alone, and always the same. @throws invalid-input */
  shadowId(externalId: string): string
  /**
   * Says what an account may do in the app: `member` (at first), `moderator`, `admin`, or a name of your own: lower-case letters,
   * digits and hyphens. Holds from the next request on, in every process. @throws account-not-found
   */
  setRole(userId: string, role: string): Promise<void>
  /** Suspends an account and ends its sessions. @throws account-not-found */
  ban(userId: string): Promise<void>
  /** Lifts a suspension. @throws account-not-found */
  unban(userId: string): Promise<void>
}

/** The schema of many ids. @reason A page of a list has as many, and each is a row to read. */
export const idsInput: z.ZodType<{ ids: readonly string[] }> = z.strictObject({
  ids: z.array(z.string().max(100)).max(100),
})

/** Creates what the host does with accounts. */
export function createHostAccounts(core: Core, inputs: AccountInputs): HostAccounts {
  const { storage, passwords, clock, emit } = core
  const { users } = storage

  async function show(user: UserRecord): Promise<HostUser> {
    const [shown] = await core.presentUsers.presentForHost([user])
    if (!shown) throw new TypeError('an account that was given is presented')
    return shown
  }

  async function setBan(userId: string, bannedAt: Date | null): Promise<UserRecord> {
    // Those that a process which dies here leaves alive stay over when the ban is lifted.
    const result = await users.update(userId, { bannedAt, endSessions: bannedAt !== null })
    core.visibleFiles.forget()
    if (result.outcome !== 'updated') throw new KithError('account-not-found')
    return result.user
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
    async import(input) {
      const { emailVerified, phoneVerified, ...fields } = parseInput(inputs.import, input)
      if (fields.passwordHash !== null && !passwords.reads(fields.passwordHash)) {
        const message =
          'No verifier of `passwords.legacy` reads this hash, or its parameters are out of bounds'
        throw new InvalidInputError([{ path: 'passwordHash', code: 'malformed', message }])
      }
      if (fields.passwordHash !== null) await passwords.expect(fields.passwordHash)
      const user = newAccount(core, {
        ...present(fields),
        emailVerifiedAt: emailVerified ? clock() : null,
        phoneVerifiedAt: phoneVerified ? clock() : null,
      })
      await saveAccount(core, user)
      emit('account.imported', { userId: user.id })
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
      try {
        await saveAccount(core, user)
      } catch (error) {
        // A concurrent call was first.
        const other = await users.byId(id)
        if (!other) throw error
        return await show(other)
      }
      emit('account.imported', { userId: id })
      return await show(user)
    },
    shadowId,
    async setRole(userId, role) {
      const { outcome } = await users.update(userId, { role: parseInput(roleInput, role) })
      if (outcome !== 'updated') throw new KithError('account-not-found')
      emit('account.role-changed', { userId, role })
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
