import * as z from 'zod'
import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { AccountBannedError, KithError } from '../errors.ts'
import type { KithEvents } from '../events.ts'
import { because, linesOfText } from '../input.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { recheckInvitations } from '../sign-up/stored-invitation.ts'
import type { UserRecord } from './user-store.ts'

/** The host's input for a ban. */
export interface BanInput {
  /** Shown to the owner after a sign-in with the right password. At most 500 characters. */
  reason?: string | undefined
  /** When it expires; permanent if absent. */
  until?: Date | undefined
}

/** The schema of {@link BanInput}: an end in the past is a mistake. */
export function banInput(now: Date): z.ZodType<BanInput> {
  const inFuture = because({ code: 'malformed', message: 'Give a time in the future' })
  return z.strictObject({
    reason: linesOfText(500).optional(),
    until: z
      .date()
      .refine((until) => until > now, inFuture)
      .optional(),
  })
}

/**
 * Stores a ban, or its end, and drops the cached file access of the account. @throws account-not-found,
 * approval-required
 */
export async function setBan(
  core: Core,
  userId: string,
  { ban, cause }: { ban: BanInput | null; cause: Cause },
): Promise<UserRecord> {
  const changes = {
    bannedAt: ban && core.clock(),
    bannedUntil: ban?.until ?? null,
    banReason: ban?.reason ?? null,
    // If the process dies here, sessions that are still alive stay ended even when the ban is lifted.
    endSessions: ban !== null,
  }
  const rows = ban
    ? core.rowsOf('account.banned', () => bannedEvent(userId, ban), cause)
    : unbannedRows(core, userId, cause)
  const expected = { waitingSince: null }
  const result = await core.storage.users.update(userId, { ...changes, expected }, undefined, rows)
  core.visibleFiles.forget()
  if (result.outcome === 'differs')
    throw new KithError('approval-required', {
      detail: 'The account is waiting for approval: approve or reject it first.',
    })
  if (result.outcome !== 'updated') throw new KithError('account-not-found')
  return result.user
}

/** Bans an account and ends its sessions. @throws account-not-found */
export async function banAccount(
  core: Core,
  userId: string,
  { ban, cause }: { ban: BanInput; cause: Cause },
): Promise<void> {
  const { sessionEpoch } = await setBan(core, userId, { ban, cause })
  try {
    await endSessions(core, { id: userId, epoch: sessionEpoch - 1, cause })
    await recheckInvitations(core, userId)
  } finally {
    core.emit('account.banned', bannedEvent(userId, ban), cause)
    core.clearing.ban(userId)
  }
}

function bannedEvent(userId: string, { until, reason }: BanInput): KithEvents['account.banned'] {
  return { userId, until: until?.toISOString() ?? null, reason: reason ?? null }
}

/** The rows stored with the end of a ban. */
function unbannedRows(core: Core, userId: string, cause: Cause): OutboxRows | undefined {
  return core.rowsOf('account.unbanned', () => ({ userId }), cause)
}

/** Emits the event for the end of a ban, and shows the hidden content again. */
export function noteUnbanned(core: Core, userId: string, cause: Cause = {}): void {
  core.visibleFiles.forget()
  core.emit('account.unbanned', { userId }, cause)
  core.clearing.ban(userId)
}

/** The account, without its ban if that has expired; otherwise unchanged. A ban that was stored meanwhile stays. */
export async function withoutEndedBan(core: Core, user: UserRecord): Promise<UserRecord> {
  const { id, bannedAt, bannedUntil } = user
  if (!bannedAt || !bannedUntil || bannedUntil > core.clock()) return user
  const lifted = { bannedAt: null, bannedUntil: null, banReason: null }
  const changes = { ...lifted, expected: { bannedUntil } }
  const result = await core.storage.users.update(
    id,
    changes,
    undefined,
    unbannedRows(core, id, { viewer: null }),
  )
  if (result.outcome !== 'updated') return (await core.storage.users.byId(id)) ?? user
  noteUnbanned(core, id)
  return result.user
}

/** @throws account-banned, with the reason and the end; approval-required */
export function demandUnbanned({ waitingSince, bannedAt, bannedUntil, banReason }: UserRecord): void {
  if (waitingSince)
    throw new KithError('approval-required', {
      detail: 'The app reviews new accounts. You can sign in once yours is approved.',
    })
  if (bannedAt) throw new AccountBannedError({ until: bannedUntil?.toISOString() ?? null, reason: banReason })
}
