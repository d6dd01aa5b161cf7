import * as z from 'zod'
import { admit } from '../accounts/admit.ts'
import { demandUnbanned, withoutEndedBan } from '../accounts/bans.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { linesOfText, parseInput, visible } from '../input.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { demandOwner } from './actor.ts'
import { endSession } from './end-sessions.ts'
import { demandFresh } from './freshness.ts'
import { openSession } from './open-session.ts'
import type { SignIn } from './session.ts'

/** Whom an admin acts as, and why. */
export interface ImpersonateInput {
  /** The id of the account. */
  userId: string
  /** Kept in the audit log, and visible to the owner of the account. At most 500 characters. */
  reason: string
}

const reason = visible(linesOfText(500)).pipe(z.string().min(1))

/** The schema of {@link ImpersonateInput}. */
const impersonateInput: z.ZodType<ImpersonateInput> = z.strictObject({
  userId: z.string().max(36),
  reason,
})

/** The schema of its fields besides the account. */
export const impersonationReason: z.ZodType<Pick<ImpersonateInput, 'reason'>> = z.strictObject({ reason })

/** Opens a session of an account for an admin. Reads everything now: role, session and proof of the admin. */
export async function impersonate(
  core: Core,
  admin: Viewer,
  { input, client }: { input: ImpersonateInput; client: ClientInfo },
): Promise<SignIn> {
  const { impersonation } = core.config.sessions
  if (!impersonation)
    throw new KithError('not-configured', {
      detail: 'Impersonation is off: set `sessions.impersonation` in createKith.',
    })
  await core.limits.byAccount('changeByAccount', admin.userId)
  const { userId, reason } = parseInput(impersonateInput, input)
  await demandOwner(core, admin)
  const { id: actorId, role } = await admit(core, admin)
  if (!impersonation.by.includes(role))
    throw new KithError('role-required', { detail: 'Ask an administrator of this app for the role.' })
  await demandFresh(core, admin, core.config.sessions.freshForSeconds)
  const found = await core.storage.users.byId(userId)
  if (!found) throw new KithError('account-not-found')
  const user = await withoutEndedBan(core, found)
  demandUnbanned(user)
  demandActedAs(core, user, actorId)
  await endEarlier(core, { userId, admin, client })
  return await openSession(core, {
    user,
    client,
    deviceName: undefined,
    methods: [],
    actor: { viewer: admin, reason },
    stillHolds: (fresh) => impersonation.as.includes(fresh.role),
    refusal: 'not-impersonable',
  })
}

/**
 * Ends earlier sessions of this admin for the account: an account can have one of each admin in addition to those of
 * its owner.
 */
async function endEarlier(
  core: Core,
  { userId, admin, client }: { userId: string; admin: Viewer; client: ClientInfo },
): Promise<void> {
  const { storage, clock, config } = core
  const page = { limit: 2 * config.sessions.maxPerAccount, before: null }
  for (const session of await storage.sessions.list(userId, clock(), page))
    if (session.actorId === admin.userId) await endSession(core, session, { cause: { by: admin, client } })
}

/** @throws not-impersonable */
function demandActedAs({ config }: Core, { id, role }: UserRecord, actorId: string): void {
  if (id !== actorId && config.sessions.impersonation?.as.includes(role)) return
  throw new KithError('not-impersonable', {
    detail: 'It is your own account, or its role cannot be impersonated.',
  })
}
