import * as z from 'zod'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { linesOfText, parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { Page, PageInput } from '../page.ts'
import type { HostUser } from '../profiles/user.ts'
import { demandOwner } from '../sessions/actor.ts'
import { demandFresh } from '../sessions/freshness.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Approvals } from '../sign-up/approvals.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { roleName } from './account-inputs.ts'
import { admit } from './admit.ts'
import type { HostAccounts } from './host-accounts.ts'
import type { AccountFilter } from './list-accounts.ts'
import { setRole } from './set-role.ts'

/** An administrator's input for a ban, as JSON. */
export interface BackOfficeBan {
  /** Shown to the owner after a sign-in with the right password. At most 500 characters. */
  reason?: string | undefined
  /** When it expires, ISO 8601; permanent if absent. */
  until?: string | undefined
}

/** The schema of {@link BackOfficeBan}. */
export const backOfficeBan: z.ZodType<BackOfficeBan> = z.strictObject({
  reason: linesOfText(500).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
})

/** The schema of a new role. */
export const backOfficeRole: z.ZodType<{ role: string }> = z.strictObject({ role: roleName() })

/** The services it depends on. */
export interface BackOfficeParts {
  accounts: HostAccounts
  approvals: Approvals
  sessions: Pick<Sessions, 'endAll'>
}

/**
 * How administrators manage other accounts, over HTTP or from pages of your own. The viewer needs a role in
 * `accounts.backOffice.by` at that moment, and must not be an administrator who acts as another account. Destructive
 * changes and those that grant power require a fresh proof. Accounts with a role that is not in
 * `accounts.backOffice.over` cannot be changed, and such a role cannot be assigned: a stolen administrator session can
 * neither create another administrator nor lock one out. Every change names the administrator in the audit log and in
 * its event.
 */
export interface BackOffice<Fields extends AppFields = AppFields> {
  /** As {@link HostAccounts.list}. @throws not-configured, invalid-input, invalid-cursor, role-required, impersonated */
  list(admin: Viewer, filter?: AccountFilter, page?: PageInput): Promise<Page<HostUser<Fields>>>
  /** One account, whatever its role. @throws not-configured, account-not-found, role-required, impersonated */
  read(admin: Viewer, userId: string): Promise<HostUser<Fields>>
  /**
   * Suspends an account and ends its sessions. A repeated call replaces the reason and the end. @throws not-configured,
   * invalid-input, account-not-found, account-protected, approval-required, role-required, impersonated,
   * proof-required, rate-limited
   */
  ban(admin: Viewer, input: BackOfficeBan & { userId: string }, client?: ClientInfo): Promise<void>
  /** Lifts a suspension. @throws not-configured, account-not-found, account-protected, approval-required, role-required, impersonated, rate-limited */
  unban(admin: Viewer, userId: string, client?: ClientInfo): Promise<void>
  /**
   * Assigns another role to an account. @throws not-configured, invalid-input, account-not-found, account-protected,
   * role-required, impersonated, proof-required, rate-limited
   */
  setRole(admin: Viewer, input: { userId: string; role: Fields['role'] }, client?: ClientInfo): Promise<void>
  /**
   * Ends all sessions of an account. @throws not-configured, account-not-found, account-protected, role-required, impersonated, proof-required,
   * rate-limited
   */
  endSessions(admin: Viewer, userId: string, client?: ClientInfo): Promise<void>
  /**
   * As {@link Approvals.list}, for accounts that wait for approval. @throws not-configured, invalid-input,
   * invalid-cursor, role-required, impersonated
   */
  applications(admin: Viewer, page?: PageInput): Promise<Page<HostUser<Fields>>>
  /** As {@link Approvals.approve}. @throws not-configured, application-not-found, role-required, impersonated, rate-limited */
  approve(admin: Viewer, userId: string, client?: ClientInfo): Promise<HostUser<Fields>>
  /** As {@link Approvals.refuse}. @throws not-configured, application-not-found, role-required, impersonated, proof-required, rate-limited */
  refuse(admin: Viewer, userId: string, client?: ClientInfo): Promise<void>
}

/** Creates the back office of one Kith instance. */
export function createBackOffice(core: Core, { accounts, approvals, sessions }: BackOfficeParts): BackOffice {
  const { config, limits, storage } = core
  const { backOffice, signUp } = config.accounts

  /** @throws unauthenticated, account-banned, session-revoked, role-required, impersonated */
  async function demandRole(admin: Viewer, by: readonly string[]): Promise<void> {
    await demandOwner(core, admin)
    const { role } = await admit(core, admin)
    if (!by.includes(role))
      throw new KithError('role-required', { detail: 'Ask an administrator of this app for the role.' })
  }

  function demandOption(): NonNullable<typeof backOffice> {
    if (backOffice) return backOffice
    throw new KithError('not-configured', { detail: 'Option `accounts.backOffice` of createKith.' })
  }

  async function demandDecider(admin: Viewer): Promise<void> {
    if (signUp !== 'approval')
      throw new KithError('not-configured', { detail: "Option `accounts.signUp: 'approval'` of createKith." })
    await demandRole(admin, backOffice?.by ?? ['admin'])
  }

  const fresh = (admin: Viewer): Promise<void> => demandFresh(core, admin, config.sessions.freshForSeconds)
  const limit = (admin: Viewer): Promise<void> => limits.byAccount('changeByAccount', admin.userId)

  /**
   * Lets an administrator change this account, and returns its role. What changes nothing about the role counts as done before a new role that
   * the account is given at the same moment.
   */
  async function demandOver(admin: Viewer, userId: string, change: { fresh: boolean }): Promise<string> {
    const { by, over } = demandOption()
    await limit(admin)
    await demandRole(admin, by)
    if (change.fresh) await fresh(admin)
    const user = await storage.users.byId(userId)
    if (!user) throw new KithError('account-not-found')
    if (!over.includes(user.role))
      throw new KithError('account-protected', {
        detail: `An account with the role ${user.role} can only be changed on the command line.`,
      })
    return user.role
  }

  return {
    async list(admin, filter = {}, page = {}) {
      await demandRole(admin, demandOption().by)
      return await accounts.list(filter, page)
    },
    async read(admin, userId) {
      await demandRole(admin, demandOption().by)
      const user = await accounts.byId(userId)
      if (!user) throw new KithError('account-not-found')
      return user
    },
    async ban(admin, { userId, ...input }, client = {}) {
      await demandOver(admin, userId, { fresh: true })
      const { reason, until } = parseInput(backOfficeBan, input)
      const ban = { reason, until: until === undefined ? undefined : new Date(until) }
      await accounts.ban(userId, ban, { by: admin, client })
    },
    async unban(admin, userId, client = {}) {
      await demandOver(admin, userId, { fresh: false })
      await accounts.unban(userId, { by: admin, client })
    },
    async setRole(admin, { userId, ...input }, client = {}) {
      const from = await demandOver(admin, userId, { fresh: true })
      const { role } = parseInput(z.strictObject({ role: z.enum(demandOption().over) }), input)
      await setRole(core, userId, { role, from, cause: { by: admin, client } })
    },
    async endSessions(admin, userId, client = {}) {
      await demandOver(admin, userId, { fresh: true })
      await sessions.endAll(userId, { by: admin, client })
    },
    async applications(admin, page = {}) {
      await demandDecider(admin)
      return await approvals.list(page)
    },
    async approve(admin, userId, client = {}) {
      await limit(admin)
      await demandDecider(admin)
      return await approvals.approve(userId, { by: admin, client })
    },
    async refuse(admin, userId, client = {}) {
      await limit(admin)
      await demandDecider(admin)
      await fresh(admin)
      await approvals.refuse(userId, { by: admin, client })
    },
  }
}
